"""What call sites run, found out once: in this run, or in an earlier one where nothing has changed.

What a site means depends on its module, and on what those tell that this imports, straight or by
others. So it is kept under the state of the module, which stands for all that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

import msgspec

from asyncompat_lint import cache as caches
from asyncompat_lint import forked
from asyncompat_lint.cache import Cache
from asyncompat_lint.dependencies import Imports, imports_of, moved_since, states
from asyncompat_lint.differences import GONE
from asyncompat_lint.modules import Module
from asyncompat_lint.notes import Notes
from asyncompat_lint.program import Group, Program
from asyncompat_lint.sites import Site, SiteKey
from asyncompat_lint.values import Instance, Place, Reference

_Judged = TypeVar("_Judged")
# A target as it is kept: its name, its place, and whether it is asked of a receiver.
_KeptTarget = tuple[str, str, int, bool]
_KeptGroups = list[list[_KeptTarget]]
# What sites run, with what is said of each, and what was asked for it.
_LookedUp = tuple[list[tuple[_KeptGroups, _Judged]], list[tuple[str, str]]]
_RECEIVER = Instance("")
# Below this many sites other processes cost more than they bring.
_WORTH_A_PROCESS = 5000


class KeptTargets(msgspec.Struct, array_like=True):
    """What is kept of a module: what stands for all that it depends on, and the sites' meanings.

    ``marked`` are the functions that the event loop calls by what they are: by a decorator's mark,
    or by the class that they are methods of.
    """

    state: bytes
    groups: dict[int, _KeptGroups] = {}
    notes: Notes = msgspec.field(default_factory=Notes)
    marked: list[int] = []


class _Kept(msgspec.Struct):
    imports: Imports = msgspec.field(default_factory=Imports)
    asked: set[tuple[str, str]] = set()
    modules: dict[str, KeptTargets] = {}


class Targets:
    """The targets of all sites; ``settings`` stand for what counts besides the modules."""

    def __init__(self, program: Program, cache: Cache, settings: str) -> None:
        self._program = program
        self._cache = cache
        # By module and site: as it is kept, and as it is asked for.
        self._found: dict[str, dict[int, _KeptGroups]] = defaultdict(dict)
        self._known: dict[tuple[str, int], list[Group]] = {}
        self._settings = settings
        self._notes: dict[str, Notes] = defaultdict(Notes)
        self._marked: dict[str, list[int]] = {}
        self._is_new = False
        kept = cache.targets(_Kept) if cache.is_kept else _Kept()
        self._imports_before = kept.imports
        # ``imports`` finds them out where nothing else has given them.
        self.known_imports: tuple[Imports, bool] | None = None
        self._asked_before = set(kept.asked)
        self._states: dict[str, bytes] = {}
        program.asked |= kept.asked
        if kept.modules:
            self._states = self._now()
            moved = moved_since(program.modules, kept.imports)
            for location, its in kept.modules.items():
                is_valid = self._states.get(location) == its.state
                if is_valid and (groups := _moved(its.groups, moved)) is not None:
                    self._found[location] = groups
                    self._notes[location] = its.notes
                    self._marked[location] = its.marked

    def imports(self) -> tuple[Imports, bool]:
        """Return which modules import which, found out once, and whether any is new.

        None do where nothing is kept, and nobody asks.
        """
        if not self._cache.is_kept:
            return Imports(), False
        if self.known_imports is None:
            self.known_imports = imports_of(self._program.modules, self._imports_before)
        return self.known_imports

    def _now(self) -> dict[str, bytes]:
        """What stands for each module, by what has been asked so far."""
        imports, _ = self.imports()
        program = self._program
        common = caches.digest(imports.files + self._settings.encode())
        return dict(states(program.modules, imports, program.callers, program.asked, common))

    def of(self, site: Site) -> list[Group]:
        """Return what a call site may run, as ``Program.targets`` does."""
        location, number = key = site.module.file.location, site.number
        groups = self._known.get(key)
        if groups is None:
            found = self._found[location].get(number)
            if found is not None:
                groups = [tuple(map(_reference, group)) for group in found]
            else:
                groups = self._program.targets(site.module, site.call)
                self._found[location][number] = _as_kept(groups)
                self._is_new = True
            self._known[key] = groups
        return groups

    def known_places(self, location: str, number: int) -> Iterator[Place]:
        """Give the functions and classes of the project that a site was found to run."""
        for group in self._found[location].get(number, ()):
            for _, where, scope, _ in group:
                if where:
                    yield Place(where, scope)

    def look_up(
        self,
        sites: Iterable[Site],
        judge: Callable[[Site, list[Group]], _Judged],
        first: Callable[[], object] = lambda: None,
    ) -> dict[SiteKey, _Judged]:
        """Find out what many sites run, by several processes if it is worth it.

        Return what ``judge`` says of each that was found out: it is asked in these processes, too.
        This one does something else ``first``.
        """
        todo: dict[str, list[Site]] = defaultdict(list)
        for site in sites:
            location = site.module.file.location
            if not site.is_load and site.number not in self._found[location]:
                todo[location].append(site)
        if sum(map(len, todo.values())) < _WORTH_A_PROCESS:
            first()
            return {}

        asked = self._program.asked
        sent = set(asked)

        def looked_up(sites: list[Site]) -> _LookedUp[_Judged]:
            """What sites run, as it is sent from one process to another."""
            found = [self._program.targets(site.module, site.call) for site in sites]
            pairs = zip(sites, found, strict=True)
            judged = [(_as_kept(groups), judge(site, groups)) for site, groups in pairs]
            news = list(asked - sent) if len(asked) > len(sent) else []
            sent.update(news)
            return judged, news

        in_order = [sorted(todo[each], key=lambda site: site.number) for each in sorted(todo)]
        judged: dict[SiteKey, _Judged] = {}
        answers = forked.each(looked_up, in_order, first)
        for there, (found, news) in zip(in_order, answers, strict=True):
            asked.update(news)
            groups_there = self._found[there[0].module.file.location]
            for site, (groups, said) in zip(there, found, strict=True):
                groups_there[site.number] = groups
                judged[site.key] = said
        self._is_new = True
        return judged

    def marked(self, module: Module, find: Callable[[Module], list[int]]) -> list[int]:
        """Return the functions of a module that the loop calls by what they are, found once."""
        location = module.file.location
        if location not in self._marked:
            self._marked[location] = find(module)
            self._is_new = True
        return self._marked[location]

    def notes(self, location: str) -> Notes:
        """Return what was noted of a module's sites, now or in another run; it may be added to."""
        return self._notes[location]

    def keep(self) -> None:
        """Keep what was found out, for the next run."""
        if not self._cache.is_kept:
            return
        imports, is_new = self.imports()
        if not (self._is_new or is_new):
            return
        asked = self._program.asked
        if asked != self._asked_before or not self._states:
            self._states = self._now()
        kept = {
            at: KeptTargets(now, self._found[at], self._notes[at], self._marked.get(at, []))
            for at, now in self._states.items()
        }
        still = {(location, name) for location, name in asked if location in self._states}
        self._cache.keep_targets(_Kept(imports, still, kept))


def _moved(
    groups: dict[int, _KeptGroups], moved: dict[str, dict[int, int]]
) -> dict[int, _KeptGroups] | None:
    """What is kept, with the places that functions and classes have now; None if one is gone."""
    if not moved:
        return groups
    found = dict(groups)
    for number, its in groups.items():
        # Most mean nothing of the few modules that have changed.
        if any(target[1] in moved for group in its for target in group):
            found[number] = [
                [
                    (name, at, moved[at].get(scope, scope) if at in moved else scope, is_asked)
                    for name, at, scope, is_asked in group
                ]
                for group in its
            ]
            if any(at and scope == GONE for group in found[number] for _, at, scope, _ in group):
                return None
    return found


def _as_kept(groups: list[Group]) -> _KeptGroups:
    return [list(map(_kept, group)) for group in groups]


def _kept(target: Reference) -> _KeptTarget:
    place = target.place or Place("", -1)
    return target.name, place.location, place.scope, target.receiver is not None


def _reference(kept: _KeptTarget) -> Reference:
    name, location, scope, has_receiver = kept
    place = Place(location, scope) if location else None
    return Reference(name, place, receiver=_RECEIVER if has_receiver else None)
