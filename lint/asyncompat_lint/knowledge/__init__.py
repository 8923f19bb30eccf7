"""What blocks: the tables of the ``*.toml`` files beside this module, one file a library family.

This module answers by them and knows nothing of the code that is linted; ``schema`` says how they
are written. A table names things by the public name they are best known by; ``aliases`` lead to it
from where else they are.
"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Collection, Iterable, Mapping
from importlib import resources
from typing import get_args

from asyncompat_lint.expressions import Expr
from asyncompat_lint.index.expressions import annotation
from asyncompat_lint.knowledge.schema import (
    AS_DECORATOR,
    Callables,
    Entry,
    Library,
    Table,
    Where,
    parse,
)

__all__ = [
    "AS_DECORATOR",
    "Callables",
    "Entry",
    "Knowledge",
    "Library",
    "Table",
    "libraries",
    "load",
    "parse",
]

# Tables of another kind: when asyncio's names came and went (``history``).
HISTORY = ("asyncio_api.toml", "asyncio_notes.toml")

_ITSELF = re.compile(r"\bself\b")
_TOP_LEVEL = re.compile(r"(?<![\w.])[a-zA-Z_]\w*(?=\.)")
_CLASS_TABLES = ("elements", "items", "entered", "awaited")


class Knowledge:
    """All libraries' tables, to be asked by qualified name."""

    def __init__(self, libraries: Iterable[Library]) -> None:
        self._entries: dict[str, Entry] = {}
        self._types: dict[str, dict[str, str]] = {}
        self._parsed: dict[str, Expr] = {}
        self._aliases: dict[str, str] = {}
        self._patterns: list[tuple[re.Pattern[str], str]] = []
        self._canonical: dict[str, str] = {}
        self._bases: dict[str, str] = {}
        self._callables: dict[str, tuple[Where, list[int | str]]] = {}
        self._classes: set[str] = set()
        # Of these modules and classes all that is in them blocks, however deep: the project's own.
        self.whole_modules: dict[str, Entry] = {}
        # And of libraries' classes, with these libraries.
        self._deep: dict[str, Entry] = {}
        self._deep_libraries: set[str] = set()
        self._spoken_of: set[str] = set()
        self._harmless: set[str] = set()
        self.coroutines: frozenset[str] = frozenset()
        self.awaiting: frozenset[str] = frozenset()
        self.callbacks: dict[str, list[str]] = {}
        self._pipes: dict[str, str] = {}
        self._before: dict[str, str] = {}
        self._behind: dict[str, str] = {}
        for library in libraries:
            self._add(library)
        # The top-level modules that these speak of, and all modules of which they do.
        self._modules: set[str] = set()
        self._all_modules: set[str] = set()

    def _add(self, library: Library) -> None:
        for table in ("gives", "attributes", *_CLASS_TABLES):
            self._types.setdefault(table, {}).update(getattr(library, table))
        for table in _CLASS_TABLES:
            self._classes.update(getattr(library, table))
        self.callbacks.update(library.callbacks)
        self._aliases.update(library.aliases)
        self._patterns += [(re.compile(k), name) for k, name in library.patterns.items()]
        self._bases.update(library.bases)
        self._pipes.update(library.pipes)
        self._before.update(library.before)
        self._behind.update(library.behind)
        self._classes.update(library.bases, library.bases.values())
        told = [*library.attributes, *library.gives, *library.coroutines]
        owners = {name.rpartition(".")[0] for name in told}
        self._classes.update(o for o in owners if o.rpartition(".")[2][:1].isupper())
        self.coroutines |= frozenset(library.coroutines)
        self.awaiting |= frozenset(library.awaiting)
        for given in [*library.gives.values(), *library.attributes.values()]:
            if given.replace(".", "").replace("_", "").isalnum():
                self._classes.add(given)
        for where in get_args(Where):
            for name, arguments in getattr(library.callables, where).items():
                self._callables[name] = (where, arguments)
        for blocking in library.blocking:
            self._classes.update(blocking.all_classes)
            for owner in blocking.owners:
                for call in blocking.calls:
                    name = f"{owner}.{call}"
                    self._entries[name] = Entry(name, blocking)
                    if call == "*" and owner not in blocking.all_classes:
                        self.whole_modules[owner] = self._entries[name]
                    if blocking.deep:
                        self._deep[owner] = self._entries[name]
                        self._deep_libraries.add(owner.partition(".")[0])
        if library.nonblocking:
            self._harmless.update(library.nonblocking)
            self._entries = {k: v for k, v in self._entries.items() if not self.is_harmless(k)}
        self._spoken_of.update(self._entries, library.gives, library.attributes)
        if library.distributions:  # of what users name so they say no more than that
            self._spoken_of.update(library.nonblocking)
        self._spoken_of.update(self._callables, self._classes, self.coroutines)

    @property
    def entries(self) -> list[Entry]:
        return list(self._entries.values())

    @property
    def callables(self) -> dict[str, tuple[Where, list[int | str]]]:
        """What functions do with the callables they are passed."""
        return self._callables

    def blocking(self, name: str) -> Entry | None:
        """Return what is known of a call that blocks, by its canonical name."""
        entry = self._entries.get(name)
        if entry is not None:
            return entry
        around, _, method = name.rpartition(".")
        any_method = self._entries.get(f"{around}.*")
        is_in_deep = name.partition(".")[0] in self._deep_libraries
        while any_method is None and around and (self.whole_modules or is_in_deep):
            around = around.rpartition(".")[0]
            any_method = self.whole_modules.get(around) or self._deep.get(around)
        if any_method is None or not _is_meant(method, any_method.table):
            return None
        if self.is_harmless(name):
            return None
        return Entry(name, any_method.table)

    @property
    def libraries_by_class(self) -> set[str]:
        """The top-level modules of which there are classes all of whose methods block."""
        return {name.partition(".")[0] for name in self._entries if name.endswith(".*")}

    def makers_by_class(self, imported: Collection[str]) -> set[str]:
        """Return the last names of what makes such classes' instances, of what is imported."""
        by_class = [entry for name, entry in self._entries.items() if name.endswith(".*")]
        there = [entry for entry in by_class if entry.library in self.within_reach(imported)]
        return {name for entry in there for name in self.makers(entry)}

    def is_harmless(self, name: str) -> bool:
        """Return whether the user says of a function that it does not block, or of all there."""
        return name in self._harmless or any(
            each.endswith(".*") and name.startswith(each[:-1]) for each in self._harmless
        )

    def gives(self, name: str) -> Expr | None:
        """Return the type of what a call of this name gives."""
        return self._type_or_any("gives", name)

    def gives_itself(self, name: str) -> bool:
        """Return whether what a method gives is, or has, what it is asked of."""
        return _ITSELF.search(self._types["gives"].get(name, "")) is not None

    def attribute(self, name: str) -> Expr | None:
        """Return the type of the attribute of this name."""
        return self._type_or_any("attributes", name)

    def _type_or_any(self, table: str, name: str) -> Expr | None:
        given = self._type(table, name)
        if given is None and not self.speaks_of(name):
            class_, _, attribute = name.rpartition(".")
            # Of some classes every name of which nothing else is said is one.
            given = None if attribute.startswith("_") else self._type(table, f"{class_}.*")
        return given

    def of_class(self, table: str, class_: str) -> Expr | None:
        """Return the type of what iterating, subscripting, ... an instance gives."""
        return self._type(table, class_)

    def _type(self, table: str, name: str) -> Expr | None:
        text = self._types.get(table, {}).get(name)
        if text is None:
            return None
        if text not in self._parsed:
            self._parsed[text] = annotation(ast.parse(text, mode="eval").body)
        return self._parsed[text]

    def is_class(self, name: str) -> bool:
        """Return whether this is a class that the tables speak of."""
        return name in self._classes

    def always_gives(self, function: str) -> str | None:
        """Return the class of what a library's function gives, whatever it is passed."""
        given = self._types["gives"].get(function, "")
        is_one_class = given.replace(".", "").replace("_", "").isalnum() and "." in given
        return given if is_one_class and not self.is_class(function) else None

    def lineage(self, class_: str) -> list[str]:
        """Return a class and those that it inherits from, as far as the tables know."""
        lineage = [class_]
        while lineage[-1] in self._bases:
            lineage.append(self._bases[lineage[-1]])
        return lineage

    def protocols(self) -> set[str]:
        """Return the last names of the classes of which the event loop calls methods."""
        there = [
            each for each in self._bases if not self.callbacks.keys().isdisjoint(self.lineage(each))
        ]
        return {name.rpartition(".")[2] for name in (*self.callbacks, *there)}

    def piped(self, class_: str) -> str | None:
        """Return the class of what a class's instance is a part of, when it is piped with `|`."""
        return self._of_lineage(self._pipes, class_)

    def piped_with_unknown(self, class_: str, *, is_first: bool) -> str | None:
        """Return the same for one before, or behind, something of which nothing is known."""
        return self._of_lineage(self._before if is_first else self._behind, class_)

    def _of_lineage(self, table: Mapping[str, str], class_: str) -> str | None:
        return next((table[each] for each in self.lineage(class_) if each in table), None)

    def speaks_of(self, name: str) -> bool:
        """Return whether the tables have a word on this name."""
        return name in self._spoken_of

    def means_any(self, name: str) -> bool:
        """Return whether a method of this name is one of all those of its class that block."""
        class_, _, method = name.rpartition(".")
        entry = self._entries.get(f"{class_}.*")
        return entry is not None and _is_meant(method, entry.table)

    def knows(self, class_: str, attribute: str) -> bool:
        """Return whether the tables speak of a class's method or attribute."""
        return any(f"{each}.{attribute}" in self._spoken_of for each in self.lineage(class_))

    def makers(self, entry: Entry) -> set[str]:
        """Return the last names of what makes the things that an entry is of."""
        if entry.table.lazy:
            return {entry.call}
        class_ = entry.name.rpartition(".")[0]
        found = {class_, *(name for name in self._bases if class_ in self.lineage(name))}
        classes = tuple(found)
        for table in ("gives", "attributes"):
            for name, given in self._types.get(table, {}).items():
                is_itself = given == "a0" or (given == "self" and name.startswith(f"{class_}."))
                if is_itself or any(each in given for each in classes):
                    found.add(name)
        return {name.rpartition(".")[2] for name in found}

    def within_reach(self, imported: Iterable[str]) -> set[str]:
        """Return the top-level modules whose things code can have that imports these."""
        leads: dict[str, set[str]] = {}
        for table in ("gives", "attributes"):
            for name, given in self._types.get(table, {}).items():
                tops = _TOP_LEVEL.findall(given)
                leads.setdefault(name.partition(".")[0], set()).update(tops)
        for name, other in [*self._aliases.items(), *self._bases.items()]:
            leads.setdefault(name.partition(".")[0], set()).add(other.partition(".")[0])
        found: set[str] = set()
        todo = ["builtins", "io", "asyncio", *imported]
        while todo:
            top = todo.pop()
            if top not in found:
                found.add(top)
                todo += leads.get(top, ())
        return found

    def cover(self, libraries: Iterable[Library]) -> None:
        """Take the modules that these speak of for others' than the project's own."""
        for library in libraries:
            for table in library.blocking:
                self._modules.update(owner.partition(".")[0] for owner in table.owners)
                self._all_modules.update({*table.owners}.difference(table.all_classes))
                self._all_modules.update(name.rpartition(".")[0] for name in table.all_classes)

    def covers(self, name: str) -> bool:
        """Return whether a top-level module is one that the tables speak of."""
        return name in self._modules

    def is_module(self, name: str) -> bool:
        """Return whether this is a library's module that the tables speak of."""
        return name in self._all_modules

    def canonical(self, name: str) -> str:
        """Return the name that the tables use for a thing, whichever of its names this is."""
        known = self._canonical.get(name)
        if known is None:
            known = self._canonical[name] = self._by_aliases(name)
        return known

    def _by_aliases(self, name: str) -> str:
        for pattern, other in self._patterns:
            if matched := pattern.fullmatch(name):
                found = matched.expand(other)
                return found if found == name else self.canonical(found)
        head, rest = name, ""
        while head:
            if head in self._aliases:
                return self.canonical(self._aliases[head] + rest)
            head, _, last = head.rpartition(".")
            rest = f".{last}{rest}"
        return name


def _is_meant(method: str, table: Table) -> bool:
    """Whether a method is one of those that ``*`` stands for."""
    return not method.startswith("_") and method not in table.except_


def load(*more: Library) -> Knowledge:
    """Return the knowledge base that comes with the linter, with more of the user's own."""
    known = libraries()
    knowledge = Knowledge([*known, *more])
    knowledge.cover(known)
    return knowledge


@functools.cache
def libraries() -> list[Library]:
    """Return the files of the knowledge base, but for the history of asyncio's names."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    tables = [each for each in files if each.name.endswith(".toml") and each.name not in HISTORY]
    return [parse(file.read_text("utf-8")) for file in tables]
