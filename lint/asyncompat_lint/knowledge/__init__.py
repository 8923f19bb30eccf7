"""What blocks: the tables of the ``*.toml`` files beside this module, one file a library family.

This module reads and checks them and knows nothing of the code that is linted. A table names
things by the public name they are best known by; ``aliases`` lead to it from where else they are.
"""

from __future__ import annotations

import ast
import functools
import ipaddress
import re
from collections.abc import Collection, Iterable, Mapping
from importlib import resources
from typing import Literal, get_args

import msgspec

from asyncompat_lint.expressions import Constant, Expr, last_names
from asyncompat_lint.index.expressions import annotation
from asyncompat_lint.toml import tomllib

Literals = dict[str, bool | int | float | str | None]
Where = Literal["here", "iterated", "loop", "elsewhere"]


class Table(
    msgspec.Struct, forbid_unknown_fields=True, rename={"class_": "class", "except_": "except"}
):
    """Calls that block in the same way: functions of a module, or methods of a class, or several.

    All methods of a class are meant by ``*``, but for those in ``except``.

    ``instead`` is the code that does it the async way, ``advice`` the words where no code can say
    it; without both, ``to_thread`` is advised. ``hint`` is said besides, or ``twins``, the async
    ones. ``does`` is said in place of the rule's own words.

    With one of ``unless``, an argument (by its name, or position) and its constant, the call does
    not block; nor where an argument is made with a name in ``unless_named``, nor where the first is
    a text that ends with ``unless_ends``, nor where the file says of the same receiver what is in
    ``silenced_by``: a method, and the constant that it is called with first. One of the arguments
    that it ``needs`` must be there, and those of ``of_class`` be instances of these classes, as far
    as they are there.

    What is put ``instead`` may do the ``same`` but for the waiting, and what is ``tied_to_thread``
    cannot be called from another one. A call does not block ``unless_made_with`` some name its
    receiver was made, nor ``unless_awaits`` what it is entered for; and, ``if_bounded``, only if
    its receiver was made with a size. Waiting ``unless_polled`` is over where the receiver has been
    asked for that before, or where it is known that it may not be; nobody is asked for a host
    ``unless_address``, where it is told by its number.

    ``lazy`` calls block where what they give is gone through. A ``contended`` lock blocks only if
    what is done while it is held does. What ``remembers`` blocks only once for the same constants.
    What is ``meant`` to wait, as a debugger is, is told of where it stands, not where that leads.
    """

    rule: str
    calls: list[str]
    module: str = ""
    modules: list[str] = []
    class_: str = ""
    classes: list[str] = []
    except_: list[str] = []
    instead: str = ""
    advice: str = ""
    hint: str = ""
    twins: list[str] = []
    severity: str = ""
    does: str = ""
    lazy: bool = False
    contended: bool = False
    remembers: bool = False
    meant: bool = False
    same: bool = False
    tied_to_thread: bool = False
    unless_made_with: list[str] = []
    unless_awaits: bool = False
    unless_polled: bool = False
    unless_address: bool = False
    if_bounded: bool = False
    unless: list[Literals] = []
    unless_named: list[str] = []
    unless_ends: str = ""
    needs: list[str] = []
    of_class: dict[str, str] = {}
    silenced_by: dict[str, bool | int | float | None] = {}

    @property
    def all_classes(self) -> list[str]:
        return [self.class_, *self.classes] if self.class_ else self.classes

    @property
    def owners(self) -> list[str]:
        """The modules and classes that have the calls."""
        modules = [self.module, *self.modules] if self.module else self.modules
        return [*modules, *self.all_classes]


class Callables(msgspec.Struct, forbid_unknown_fields=True):
    """What is done with callables that are passed: by position or name, for each function.

    They are called before it returns (``here``), where what it gives is gone through
    (``iterated``), later by the event loop (``loop``), or in another thread or process
    (``elsewhere``).
    """

    here: dict[str, list[int | str]] = {}
    iterated: dict[str, list[int | str]] = {}
    loop: dict[str, list[int | str]] = {}
    elsewhere: dict[str, list[int | str]] = {}


class Library(msgspec.Struct, forbid_unknown_fields=True):
    """A file of the knowledge base; ``distributions`` have the things it speaks of.

    ``gives`` and ``attributes`` say of which type a call's result, or an attribute, is; the four
    tables behind them, what iterating, subscripting, entering and awaiting an instance of a class
    gives. Types are written as annotations, with ``self`` for the receiver, ``t0`` for its class's
    first argument, ``a0`` for the call's first argument, and ``element[...]``, ``result[...]``,
    ``awaited[...]``, ``entered[...]``, ``injected[...]``, ``instance[...]`` for what is made of
    one.
    ``aliases`` lead from other names of things to those that the tables use, and so do
    ``patterns``, from all names that one matches.
    ``awaiting`` are functions that await what comes of an async one which they are given to call.
    ``callbacks`` are the methods that the event loop calls of a class and of what derives from it,
    ``pipes`` what comes of an instance of a class that is put behind another, or before it, by `|`;
    ``before`` and ``behind`` the same for one that is put there of something of which nothing is
    known.
    """

    distributions: list[str] = []
    blocking: list[Table] = []
    gives: dict[str, str] = {}
    attributes: dict[str, str] = {}
    elements: dict[str, str] = {}
    items: dict[str, str] = {}
    entered: dict[str, str] = {}
    awaited: dict[str, str] = {}
    aliases: dict[str, str] = {}
    patterns: dict[str, str] = {}
    bases: dict[str, str] = {}
    pipes: dict[str, str] = {}
    before: dict[str, str] = {}
    behind: dict[str, str] = {}
    callables: Callables = msgspec.field(default_factory=Callables)
    callbacks: dict[str, list[str]] = {}
    coroutines: list[str] = []
    awaiting: list[str] = []
    nonblocking: list[str] = []


class Entry(msgspec.Struct, frozen=True):
    """One call that blocks."""

    name: str
    table: Table

    @property
    def call(self) -> str:
        """Its last name."""
        return self.name.rpartition(".")[2]

    @property
    def is_of_what_is_made(self) -> bool:
        """Whether it runs where another name stands: that of what has made the iterator, ..."""
        is_method = self.name.rpartition(".")[0] in self.table.all_classes
        is_special = is_method and self.call.startswith("__")
        return self.table.lazy or is_special or self.call == "__iter__"

    @property
    def library(self) -> str:
        """The top-level module that has it."""
        return self.name.partition(".")[0]

    def is_exempt(self, arguments: Mapping[str, Expr]) -> bool:
        """Return whether the call, with these arguments, does not block."""
        constants = {
            name: value.value for name, value in arguments.items() if isinstance(value, Constant)
        }

        def has(literals: Literals) -> bool:
            return all(n in constants and constants[n] == v for n, v in literals.items())

        named = {name for value in arguments.values() for name in last_names(value)}
        if not named.isdisjoint(self.table.unless_named):
            return True
        text = constants.get("0")
        if self.table.unless_address and isinstance(text, str) and _is_address(text):
            return True
        ends = self.table.unless_ends
        if ends and isinstance(text, str) and text.rstrip().endswith(ends):
            return True
        if self.table.needs and not any(name in arguments for name in self.table.needs):
            return True
        return any(map(has, self.table.unless))


def _is_address(host: str) -> bool:
    """Whether a host is told by its number, and nobody is asked for it."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == ""
    return True


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
        # Of these modules and classes all that is in them blocks, however deep.
        self.whole_modules: dict[str, Entry] = {}
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
        self._modules: set[str] = set()

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
        if library.nonblocking:
            self._harmless.update(library.nonblocking)
            self._entries = {k: v for k, v in self._entries.items() if not self.is_harmless(k)}
        self._spoken_of.update(self._entries, library.gives, library.attributes)
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
        while any_method is None and around and self.whole_modules:
            around = around.rpartition(".")[0]
            any_method = self.whole_modules.get(around)
        if any_method is None or method.startswith("_") or method in any_method.table.except_:
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
        return self._type("gives", name)

    def gives_itself(self, name: str) -> bool:
        """Return whether what a method gives is, or has, what it is asked of."""
        return _ITSELF.search(self._types["gives"].get(name, "")) is not None

    def attribute(self, name: str) -> Expr | None:
        """Return the type of the attribute of this name."""
        given = self._type("attributes", name)
        if given is None and not self.speaks_of(name):
            class_, _, attribute = name.rpartition(".")
            # Of some classes every name that is not a method's is an attribute.
            given = None if attribute.startswith("_") else self._type("attributes", f"{class_}.*")
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

    def lineage(self, class_: str) -> list[str]:
        """Return a class and those that it inherits from, as far as the tables know."""
        lineage = [class_]
        while lineage[-1] in self._bases:
            lineage.append(self._bases[lineage[-1]])
        return lineage

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

    def knows(self, class_: str, attribute: str) -> bool:
        """Return whether the tables speak of a class's method or attribute."""
        return any(f"{each}.{attribute}" in self._spoken_of for each in self.lineage(class_))

    def makers(self, entry: Entry) -> set[str]:
        """Return the last names of what makes the things that an entry is of."""
        if entry.table.lazy:
            return {entry.call}
        class_ = entry.name.rpartition(".")[0]
        found = {class_}
        for table in ("gives", "attributes"):
            for name, given in self._types.get(table, {}).items():
                is_itself = given == "a0" or (given == "self" and name.startswith(f"{class_}."))
                if class_ in given or is_itself:
                    found.add(name)
        found.update(name for name in self._bases if class_ in self.lineage(name))
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

    def covers(self, name: str) -> bool:
        """Return whether a top-level module is one that the tables speak of."""
        return name in self._modules

    def canonical(self, name: str) -> str:
        """Return the name that the tables use for a thing, whichever of its names this is."""
        known = self._canonical.get(name)
        if known is None:
            known = self._canonical[name] = self._by_aliases(name)
        return known

    def _by_aliases(self, name: str) -> str:
        for pattern, other in self._patterns:
            if pattern.fullmatch(name):
                return other
        head, rest = name, ""
        while head:
            if head in self._aliases:
                return self.canonical(self._aliases[head] + rest)
            head, _, last = head.rpartition(".")
            rest = f".{last}{rest}"
        return name


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


def parse(text: str) -> Library:
    """Return the tables of a file.

    Raises:
        msgspec.ValidationError: a key is unknown, or a value has the wrong type.
        tomllib.TOMLDecodeError: the text is not TOML.
    """
    return msgspec.convert(tomllib.loads(text), Library)
