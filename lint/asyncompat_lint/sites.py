"""Which sites may matter: by the last names of what they call, pass, or read.

Names only: whether a site means what its name says is the program's to tell. It makes reach look at
few sites of many.
"""

from __future__ import annotations

import functools
import os
from collections import defaultdict
from collections.abc import Callable, Iterable
from collections.abc import Set as AbstractSet

import msgspec

from asyncompat_lint.expressions import Attribute, given_by, gone_into, last_names
from asyncompat_lint.facts import CallSite, Load
from asyncompat_lint.lazily import mentioned
from asyncompat_lint.modules import Module, Modules
from asyncompat_lint.notes import Notes

# Its module's location, its number, and whether it is a load.
SiteKey = tuple[str, int, bool]


class Site(msgspec.Struct, frozen=True, dict=True):
    """A call site, or a load, of a module; ``number`` is its place in the module's facts."""

    module: Module
    number: int
    is_load: bool = False

    @functools.cached_property
    def key(self) -> SiteKey:
        return (self.module.file.location, self.number, self.is_load)

    @functools.cached_property
    def call(self) -> CallSite:
        return self.module.facts.calls[self.number]

    @property
    def load(self) -> Load:
        return self.module.facts.loads[self.number]

    @property
    def scope(self) -> int:
        return self.load.scope if self.is_load else self.call.scope

    @property
    def line(self) -> int:
        return self.load.line if self.is_load else self.call.span.line

    @property
    def column(self) -> int:
        return self.load.column if self.is_load else self.call.span.column


class SiteIndex:
    """All sites of the project, by name.

    ``receivers`` call what is passed to them. ``notes`` tells of a module's location what an
    earlier run has found out: sites that it has settled are not given by what they call.
    """

    def __init__(
        self,
        modules: Modules,
        receivers: Iterable[str],
        notes: Callable[[str], Notes],
    ) -> None:
        self._modules = modules
        self._aliases = _Leading(modules.aliases)
        self._subclasses = _Leading(modules.subclasses)
        self._calls: dict[str, list[tuple[Module, list[int]]]] = defaultdict(list)
        self._passed: dict[str, list[Site]] = defaultdict(list)
        self.imported: set[str] = set()
        self._receivers = set(receivers)
        self._notes = notes
        # Each is made once, for it is asked for again and again.
        self._made_sites: dict[tuple[int, int], Site] = {}
        for module in modules.all:
            self._add(module)
        self._add_handing()
        self._add_passed()

    def _add(self, module: Module) -> None:
        names = module.facts.names
        notes = self._notes(module.file.location)
        settled = notes.ruled_out.union(notes.quiet)
        calls = self._calls
        for name, numbers in names.called.items():
            if settled.isdisjoint(numbers):
                calls[name].append((module, numbers))
            elif left := [number for number in numbers if number not in settled]:
                calls[name].append((module, left))
        for name, numbers in names.standing.items():
            if left := [number for number in numbers if number not in settled]:
                calls[name].append((module, left))
        for number, asked in notes.quiet.items():
            for name in asked.handed:
                self._passed[name].append(Site(module, number))
        self._receivers.update(names.receivers)
        self.imported |= module.imported

    def _add_handing(self) -> None:
        """Take what passes on to receivers what it is passed for such as well, by all its names."""
        handing: dict[str, list[str]] = defaultdict(list)
        for module in self._modules.all:
            for name, other in module.facts.names.handing:
                handing[other].append(name)
        aliases = self._modules.aliases
        todo = list(self._receivers)
        while todo:
            name = todo.pop()
            further = {*handing.get(name, ()), *aliases.get(name, ())} - self._receivers
            self._receivers |= further
            todo += further

    def _add_passed(self) -> None:
        for receiver in self._receivers:
            for site in self._sites_of(receiver):
                if site.call.kind == "call":
                    for argument in site.call.arguments.values():
                        for name in site.module.facts.names.names_in(argument):
                            self._passed[name].append(site)

    def _sites_of(self, name: str) -> list[Site]:
        found: list[Site] = []
        for module, numbers in self._calls.get(name, ()):
            found += self._made_of(module, numbers)
        return found

    def _made_of(self, module: Module, numbers: Iterable[int]) -> list[Site]:
        found = []
        for number in numbers:
            place = id(module), number
            site = self._made_sites.get(place)
            if site is None:
                site = self._made_sites[place] = Site(module, number)
            found.append(site)
        return found

    def add_aliases(self, names: Iterable[str], known: set[str]) -> set[str]:
        """Add names to those that are known, with all by which the same may be called.

        Return those that are new.
        """
        new = _closure(names, self._aliases, known)
        known |= new
        return new

    def calling(self, names: Iterable[str]) -> list[Site]:
        """Return the sites that call just these names; what has several, again."""
        found: list[Site] = []
        for name in names:
            found += self._sites_of(name)
        return found

    def passing(self, names: Iterable[str]) -> list[Site]:
        """Return the sites that pass on what has one of these names, to what may call it."""
        wanted = _closure(names, self._aliases)
        return [site for name in wanted.intersection(self._passed) for site in self._passed[name]]

    def methods_of(self, libraries: set[str], makers: set[str]) -> list[Site]:
        """Return the calls of methods in modules that import one of these libraries.

        And in those that import from one of these, the calls of what such a module has a name for
        and one of the ``makers`` of the libraries' things has made. Without the calls that are
        known to run nothing that ever blocks.
        """
        users = [each for each in self._modules.all if not libraries.isdisjoint(each.imported)]
        there = {id(module) for module in users}
        made = _made_in(users, makers)
        stems = {_stem(module) for module in users} if made else set()
        # Many modules import the same.
        targets = {each for module in self._modules.all for each in module.facts.names.imports}
        leading = {each for each in targets if not stems.isdisjoint(each.split("."))}
        found = []
        for module in self._modules.all:
            is_user = id(module) in there
            if is_user or not leading.isdisjoint(module.facts.names.imports):
                its = set() if is_user else made | _made_in([module], made)
                if not is_user and not any(mentioned(its, module.facts.encoded_calls)):
                    continue
                calls, notes = module.facts.calls, self._notes(module.file.location)
                for number in range(len(calls)):
                    if number in notes.ruled_out:
                        continue
                    callee = calls[number].callee
                    if isinstance(callee, Attribute) and (
                        is_user or not its.isdisjoint(last_names(callee.value))
                    ):
                        found.append(Site(module, number))
        return found

    def named(self, names: set[str]) -> list[Site]:
        """Return all sites of just these names; one has several where it may call several."""
        found = {
            site.key: site
            for module in self._modules.all
            for name in names & module.facts.names.called.keys()
            for site in self._made_of(module, module.facts.names.called[name])
        }
        return list(found.values())

    def reading(self, names: Iterable[str]) -> list[Site]:
        """Return where attributes with one of these names are read."""
        names = set(names)
        if not names:
            return []
        found = {
            (module.file.path, number): module
            for module in self._modules.all
            for name in names & module.facts.names.read.keys()
            for number in module.facts.names.read[name]
        }
        return [
            Site(module, number, is_load=True)
            for (_, number), module in sorted(found.items(), key=_order)
        ]

    def running(self, method: str, names: Iterable[str]) -> set[str]:
        """Return the names at sites that run a method of what these make, which has no name there.

        It is called, or else entered or gone through.
        """
        its = {*names, *map(given_by, names)}
        return its if method == "__call__" else set(map(gone_into, its))

    def with_subclasses(self, class_: str) -> set[str]:
        """Return the names of a class and of those that are made from it."""
        return _closure([class_], self._subclasses)


class _Leading(dict[str, tuple[str, ...]]):
    """What a name leads to, by itself: found out once, for many lead to the same.

    What is the same gives the same, and is gone into in the same way.
    """

    def __init__(self, more: dict[str, set[str]]) -> None:
        super().__init__()
        self._more = more

    def __missing__(self, name: str) -> tuple[str, ...]:
        more = self._more
        if name.endswith("[]"):
            found = tuple(map(gone_into, self[name[:-2]]))
        elif name.endswith("()"):
            given = more.get(name, ())
            found = (*given, *map(given_by, given), *map(given_by, more.get(name[:-2], ())))
        else:
            found = tuple(more.get(name, ()))
        self[name] = found
        return found


def _closure(
    names: Iterable[str], leads: _Leading, known: AbstractSet[str] = frozenset()
) -> set[str]:
    """Names, and all that they lead to, without what is known, and leads to what is known."""
    found: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if name not in found and name not in known:
            found.add(name)
            todo += leads[name]
    return found


def _made_in(modules: Iterable[Module], makers: set[str]) -> set[str]:
    """The names that modules have for what some makers make, or for what gives that."""
    found: set[str] = set()
    pairs = [pair for module in modules for pair in module.facts.names.made]
    news = makers
    while news:
        news = {name for other, name in pairs if other in news} - found
        found |= news
    return found


def _stem(module: Module) -> str:
    """The last part of the name that a module is imported by."""
    folder, name = os.path.split(os.path.splitext(module.file.location)[0])
    return os.path.basename(folder) if name == "__init__" else name


def _order(item: tuple[tuple[str, int], Module]) -> tuple[str, int]:
    return item[0]
