"""When asyncio's names came, were deprecated, went, and changed their meaning.

The tables in ``knowledge/``: one is made from what the interpreters say, the other typed in. It
knows qualified names and versions, and nothing of the code that is linted.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from importlib import resources
from typing import Literal, TypeVar

import msgspec

from asyncompat_lint.toml import tomllib
from asyncompat_lint.versions import Version, Versions, parse

_Table = TypeVar("_Table")
_FILES = "asyncompat_lint.knowledge"
ASKED, NOTES = "asyncio_api.toml", "asyncio_notes.toml"
# These fill in what a parameter list does not name.
_VARIADIC = ("var-positional", "var-keyword")


class Parameter(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One parameter; ``default`` is one, or each with the version that it came with."""

    name: str
    kind: str = ""
    since: str = ""
    deprecated: str = ""
    removed: str = ""
    default: str | dict[str, str] = ""


class Api(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The history of one name; what is not said was always so.

    ``removal`` is when it is announced to go. ``outside_deprecated`` and ``outside_error`` are for
    where it is called and no event loop runs. ``shim`` is the version from which on asyncompat
    gives the interpreter's own object, ``never`` where it is always asyncompat's, empty where it
    has no such name.
    """

    kind: Literal[
        "attribute", "class", "exception", "function", "method", "module", "syntax", "value"
    ]
    since: str = ""
    deprecated: str = ""
    removed: str = ""
    removal: str = ""
    outside_deprecated: str = ""
    outside_error: str = ""
    is_async: bool = False
    parameters: list[Parameter] = []
    bases: str | dict[str, str] = ""
    shim: str = ""


class Meaning(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A change of meaning; ``when`` it is to be told is explained in the table."""

    names: list[str]
    version: str
    when: Literal["called", "outside-loop", "caught", "told"]
    severity: Literal["info", "warning", "error"]
    before: str
    after: str
    source: str
    by: list[str] = []
    raised_by: list[str] = []


class Renamed(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The name that something has now, and the version that has it."""

    to: str
    since: str = ""


class _Asked(msgspec.Struct, forbid_unknown_fields=True):
    asked: list[str]
    api: dict[str, Api]


class _Notes(msgspec.Struct, forbid_unknown_fields=True):
    api: dict[str, Api] = {}
    instead: dict[str, str] = {}
    renamed: dict[str, Renamed] = {}
    functions: dict[str, str] = {}
    meaning: list[Meaning] = []


class History:
    """All of it, to be asked by qualified name."""

    def __init__(self) -> None:
        asked, notes = _read(ASKED, _Asked), _read(NOTES, _Notes)
        self.asked = asked.asked
        self.api = {**asked.api, **notes.api}
        self.instead = notes.instead
        self.renamed = notes.renamed
        self.functions = notes.functions
        self.meanings = notes.meaning

    def entry(self, name: str) -> Api | None:
        """Return the history of a name; of a class's attribute, also if a base of it has it.

        An attribute may be older than its class's name: what was there had it from a base.
        """
        entry = self.api.get(name)
        class_, _, attribute = name.rpartition(".")
        if class_ in self.api and (entry is None or entry.since == self.api[class_].since != ""):
            entries = (self.api.get(f"{base}.{attribute}") for base in self._bases(class_))
            entry = next((each for each in entries if each is not None), entry)
        return entry

    def _bases(self, class_: str) -> list[str]:
        bases = self.api[class_].bases
        newest = bases if isinstance(bases, str) else list(bases.values())[-1]
        return newest.split(", ") if newest else []

    def versions_with(self, name: str) -> frozenset[Version] | None:
        """Return the versions of Python that have a name; None where nothing is known of it."""
        entry = self.entry(name)
        return (
            None if entry is None else frozenset(filter(lambda v: is_there(entry, v), Versions()))
        )

    def is_of_the_shim(self, name: str) -> bool:
        """Return whether asyncompat has a name of asyncio's on every version, in today's form."""
        return bool(self._of_shim(name))

    def is_always_of_the_shim(self, name: str) -> bool:
        """Return whether asyncompat's is never the interpreter's own."""
        return self._of_shim(name) == "never"

    def shim_until(self, name: str) -> str:
        """Return the version from which on asyncompat gives the interpreter's own object."""
        return self._of_shim(name)

    def _of_shim(self, name: str) -> str:
        module, top, *_ = [*name.split("."), ""]
        if module == "builtins":  # what asyncompat has of them it has by their own names
            module = "asyncompat"
        entry = self.api.get(f"{module}.{top}")
        return "" if entry is None else entry.shim

    def came_with_its_class(self, name: str) -> bool:
        """Return whether a class's attribute came, and went, with the class: that is told of."""
        class_, entry = self.api.get(name.rpartition(".")[0]), self.entry(name)
        if class_ is None or entry is None or entry.deprecated:
            return False
        return (class_.since, class_.removed) == (entry.since, entry.removed)

    def names_of_interest(self, versions: Versions) -> frozenset[str]:
        """Return the last names of what a project for these versions may have to be told of."""
        found = {"except*"}
        for name, entry in self.api.items():
            if _is_of_interest(entry, versions) and not self.came_with_its_class(name):
                found.add(name.rpartition(".")[2])
        for meaning in self.meanings:
            if crosses(meaning, versions):
                found.update(name.rpartition(".")[2] for name in meaning.names)
        return frozenset(found)

    def parameters_of_interest(self, versions: Versions) -> dict[str, frozenset[str]]:
        """Return for the last names of functions those of their parameters, in the same way."""
        found: dict[str, set[str]] = {}
        for name, entry in self.api.items():
            parameters = {p.name for p in entry.parameters if _is_of_interest(p, versions)}
            if parameters:
                found.setdefault(name.rpartition(".")[2], set()).update(parameters)
        return {name: frozenset(parameters) for name, parameters in found.items()}

    def parameter(self, name: str, keyword: str) -> Parameter | None:
        """Return what is known of a function's parameter."""
        entry = self.entry(name)
        if entry is None:
            return None
        named = (p for p in entry.parameters if p.kind not in _VARIADIC)
        return next((each for each in named if each.name == keyword), None)


def is_there(of: Api | Parameter, version: Version) -> bool:
    """Return whether something is there in a version."""
    if of.since and version < parse(of.since):
        return False
    return not of.removed or version < parse(of.removed)


def crosses(meaning: Meaning, versions: Versions) -> bool:
    """Return whether some of these versions have the meaning of before, and some that of after."""
    below, reached = versions.reach_below(meaning.version), versions.reach(meaning.version)
    return versions.declared and below and reached


def _is_of_interest(of: Api | Parameter, versions: Versions) -> bool:
    outside = [of.outside_deprecated, of.outside_error] if isinstance(of, Api) else []
    ends = [of.deprecated, of.removed, *outside]
    return (versions.declared and versions.reach_below(of.since)) or any(map(versions.reach, ends))


def changes(values: str | dict[str, str]) -> Iterator[tuple[str, str]]:
    """Give what something was, each with the version that it came with."""
    yield from [("", values)] if isinstance(values, str) else values.items()


@functools.cache
def load() -> History:
    """Return the history that comes with the linter."""
    return History()


def _read(name: str, kind: type[_Table]) -> _Table:
    text = (resources.files(_FILES) / name).read_text("utf-8")
    return msgspec.convert(tomllib.loads(text), kind)
