"""What call sites run, found out once: in this run, or in an earlier one where nothing has changed.

What a site means depends on its module, and on what those tell that this imports, straight or by
others. So it is kept under the state of the module, which stands for all that.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

import msgspec

from asyncompat_lint import cache as caches
from asyncompat_lint import forked
from asyncompat_lint.cache import Cache
from asyncompat_lint.dependencies import Imports, imports_of, states
from asyncompat_lint.modules import Module
from asyncompat_lint.notes import Notes
from asyncompat_lint.program import Group, Program
from asyncompat_lint.sites import Site, SiteKey
from asyncompat_lint.values import Instance, Place, Reference

_Judged = TypeVar("_Judged")
# A target as it is kept: its name, its place, and whether it is asked of a receiver.
_KeptTarget = tuple[str, str, int, bool]
_KeptGroups = list[list[_KeptTarget]]
_RECEIVER = Instance("")
# Below this many sites other processes cost more than they bring.
_WORTH_A_PROCESS = 5000


class KeptTargets(msgspec.Struct, array_like=True):
    """What is kept of a module: what stands for all that it depends on, and the sites' meanings.

    ``marked`` are the functions that decorators mark as the event loop's.
    """

    state: bytes
    groups: dict[int, _KeptGroups] = {}
    notes: Notes = msgspec.field(default_factory=Notes)
    marked: list[int] = []


@dataclass(frozen=True)
class Standing:
    """What stands for each module, by its location; ``is_new`` is whether any imports are."""

    imports: Imports
    states: dict[str, bytes]
    is_new: bool


class _Kept(msgspec.Struct):
    imports: Imports = msgspec.field(default_factory=Imports)
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
        # What is kept is kept under it; ``standing`` finds it out where nothing else has given it.
        self.known_standing: Standing | None = None
        if kept.modules:
            now = self.standing()
            for location, its in kept.modules.items():
                if now.states.get(location) == its.state:
                    self._found[location] = its.groups
                    self._notes[location] = its.notes
                    self._marked[location] = its.marked

    def standing(self) -> Standing:
        """Return what stands for the modules, found out once; for none where nothing is kept."""
        if not self._cache.is_kept:
            return Standing(Imports(), {}, is_new=False)
        if self.known_standing is None:
            modules, callers = self._program.modules, self._program.callers
            imports, is_new = imports_of(modules, self._imports_before)
            common = caches.digest(imports.files + self._settings.encode())
            now = dict(states(modules, imports, callers, common))
            self.known_standing = Standing(imports, now, is_new)
        return self.known_standing

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

        def looked_up(sites: list[Site]) -> list[tuple[_KeptGroups, _Judged]]:
            """What sites run, as it is sent from one process to another."""
            found = [self._program.targets(site.module, site.call) for site in sites]
            pairs = zip(sites, found, strict=True)
            return [(_as_kept(groups), judge(site, groups)) for site, groups in pairs]

        in_order = [sorted(todo[each], key=lambda site: site.number) for each in sorted(todo)]
        judged: dict[SiteKey, _Judged] = {}
        for there, found in zip(in_order, forked.each(looked_up, in_order, first), strict=True):
            groups_there = self._found[there[0].module.file.location]
            for site, (groups, said) in zip(there, found, strict=True):
                groups_there[site.number] = groups
                judged[site.key] = said
        self._is_new = True
        return judged

    def marked(self, module: Module, find: Callable[[Module], list[int]]) -> list[int]:
        """Return the functions of a module that are marked as the event loop's, found once."""
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
        standing = self.standing()
        if not self._cache.is_kept or not (self._is_new or standing.is_new):
            return
        kept = {
            at: KeptTargets(now, self._found[at], self._notes[at], self._marked.get(at, []))
            for at, now in standing.states.items()
        }
        self._cache.keep_targets(_Kept(standing.imports, kept))


def _as_kept(groups: list[Group]) -> _KeptGroups:
    return [list(map(_kept, group)) for group in groups]


def _kept(target: Reference) -> _KeptTarget:
    place = target.place or Place("", -1)
    return target.name, place.location, place.scope, target.receiver is not None


def _reference(kept: _KeptTarget) -> Reference:
    name, location, scope, has_receiver = kept
    place = Place(location, scope) if location else None
    return Reference(name, place, receiver=_RECEIVER if has_receiver else None)
