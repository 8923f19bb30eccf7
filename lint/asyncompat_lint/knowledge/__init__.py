"""What blocks: the tables of the ``*.toml`` files beside this module, one file a library family.

This module reads and checks them and knows nothing of the code that is linted. A table names
things by the public name they are best known by; ``aliases`` lead to it from where else they are.
"""

from __future__ import annotations

import functools
import sys
from importlib import resources

import msgspec

from asyncompat_lint.facts import Literals

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib  # the same, as it was before it became standard


class Table(msgspec.Struct, forbid_unknown_fields=True, rename={"class_": "class"}):
    """Calls that block in the same way: functions of a module, or methods of a class.

    ``instead`` is the code that does it the async way, ``advice`` the words where no code can say
    it; without both, ``to_thread`` is advised. With one of ``unless``, an argument (by its name,
    or position) and its constant, the call does not block; nor where the file says of the same
    receiver what is in ``silenced_by``: a method, and the constant that it is called with first.
    """

    rule: str
    calls: list[str]
    module: str = ""
    class_: str = ""
    instead: str = ""
    advice: str = ""
    hint: str = ""
    unless: list[Literals] = []
    silenced_by: dict[str, bool | int | float | None] = {}


class Library(msgspec.Struct, forbid_unknown_fields=True):
    """A file of the knowledge base.

    ``gives`` and ``attributes`` say of which class a call's result, or an attribute, is.
    """

    blocking: list[Table] = []
    gives: dict[str, str] = {}
    attributes: dict[str, str] = {}
    aliases: dict[str, str] = {}


class Entry(msgspec.Struct, frozen=True):
    """One call that blocks."""

    name: str
    table: Table

    def is_exempt(self, literals: Literals) -> bool:
        """Return whether the call, with these constants among its arguments, does not block."""
        return any(
            all(name in literals and literals[name] == value for name, value in exemption.items())
            for exemption in self.table.unless
        )


class Knowledge:
    """All libraries' tables, to be asked by qualified name."""

    def __init__(self, libraries: list[Library]) -> None:
        self._entries: dict[str, Entry] = {}
        self._gives: dict[str, str] = {}
        self._attributes: dict[str, str] = {}
        self._aliases: dict[str, str] = {}
        self._classes: set[str] = set()
        for library in libraries:
            self._gives.update(library.gives)
            self._aliases.update(library.aliases)
            self._attributes.update(library.attributes)
            self._classes.update(library.gives.values(), library.attributes.values())
            for table in library.blocking:
                if table.class_:
                    self._classes.add(table.class_)
                for call in table.calls:
                    name = f"{table.class_ or table.module}.{call}"
                    self._entries[name] = Entry(name, table)
        self._modules = {name.partition(".")[0] for name in self._entries}

    @property
    def entries(self) -> list[Entry]:
        return list(self._entries.values())

    def blocking(self, name: str) -> Entry | None:
        """Return what is known of a call that blocks, by its canonical name."""
        return self._entries.get(name)

    def gives(self, name: str) -> str | None:
        """Return the class of which a call of this name gives an instance."""
        return self._gives.get(name, name if name in self._classes else None)

    def attribute(self, name: str) -> str | None:
        """Return the class of which the attribute of this name is an instance."""
        return self._attributes.get(name)

    def knows(self, class_: str, attribute: str) -> bool:
        """Return whether the tables speak of a class's method or attribute."""
        name = f"{self.canonical(class_)}.{attribute}"
        return name in self._entries or name in self._attributes or name in self._gives

    def covers(self, name: str) -> bool:
        """Return whether a top-level module is one that the tables speak of."""
        return name in self._modules

    def canonical(self, name: str) -> str:
        """Return the name that the tables use for a thing, whichever of its names this is."""
        head, rest = name, ""
        while head:
            if head in self._aliases:
                return self.canonical(self._aliases[head] + rest)
            head, _, last = head.rpartition(".")
            rest = f".{last}{rest}"
        return name


@functools.cache
def load() -> Knowledge:
    """Return the knowledge base that comes with the linter."""
    files = sorted(resources.files(__name__).iterdir(), key=lambda file: file.name)
    return Knowledge([parse(f.read_text("utf-8")) for f in files if f.name.endswith(".toml")])


def parse(text: str) -> Library:
    """Return the tables of a file.

    Raises:
        msgspec.ValidationError: a key is unknown, or a value has the wrong type.
        tomllib.TOMLDecodeError: the text is not TOML.
    """
    return msgspec.convert(tomllib.loads(text), Library)
