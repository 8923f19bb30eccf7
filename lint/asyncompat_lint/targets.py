"""What call sites run, found out once: in this run, or in an earlier one where nothing has changed.

What a site means depends on its module, and on what those tell that this imports, straight or by
others. So it is kept under what stands for the module and for all that is told to it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterator

import msgspec

from asyncompat_lint import cache as caches
from asyncompat_lint.cache import Cache
from asyncompat_lint.modules import Module, Modules
from asyncompat_lint.program import Group, Program
from asyncompat_lint.sites import Site
from asyncompat_lint.values import Instance, Place, Reference

# A target as it is kept: its name, its place, and whether it is asked of a receiver.
_Kept = tuple[str, str, int, bool]
_KeptGroups = list[list[_Kept]]
_RECEIVER = Instance("")


class KeptTargets(msgspec.Struct, array_like=True):
    """What is kept of a module: what stands for all that it depends on, and the sites' meanings.

    Most sites turn out to mean nothing that matters; those are only told of as ``ruled_out``.
    ``marked`` are the functions that decorators mark as the event loop's.
    """

    state: bytes
    groups: dict[int, _KeptGroups] = {}
    ruled_out: set[int] = set()
    marked: list[int] = []


class Targets:
    """The targets of all sites; ``settings`` stand for what counts besides the modules."""

    def __init__(self, program: Program, cache: Cache, settings: str) -> None:
        self._program = program
        self._cache = cache
        self._known: dict[tuple[str, int], list[Group]] = {}
        self._before: dict[str, KeptTargets] = {}
        self._states: dict[str, bytes] = {}
        self._ruled_out: dict[str, set[int]] = defaultdict(set)
        self._marked: dict[str, list[int]] = {}
        self._is_new = False
        if cache.is_kept:
            locations = sorted(module.file.location for module in program.modules.all)
            common = caches.digest(repr((locations, settings)).encode())
            self._states = dict(_states(program.modules, common))
            self._before = {
                location: kept
                for location, kept in cache.targets(dict[str, KeptTargets]).items()
                if self._states.get(location) == kept.state
            }
            for location, kept in self._before.items():
                self._ruled_out[location] = kept.ruled_out
                self._marked[location] = kept.marked

    def of(self, site: Site) -> list[Group]:
        """Return what a call site may run, as ``Program.targets`` does."""
        location, number = key = site.module.file.location, site.number
        groups = self._known.get(key)
        if groups is None:
            kept = self._before.get(location)
            if kept is not None and number in kept.groups:
                groups = [tuple(map(_reference, group)) for group in kept.groups[number]]
            else:
                groups = self._program.targets(site.module, site.call)
                self._is_new = True
            self._known[key] = groups
        return groups

    def marked(self, module: Module, find: Callable[[Module], list[int]]) -> list[int]:
        """Return the functions of a module that are marked as the event loop's, found once."""
        location = module.file.location
        if location not in self._marked:
            self._marked[location] = find(module)
            self._is_new = True
        return self._marked[location]

    def rule_out(self, site: Site) -> None:
        """Note that a site runs nothing that may ever be found to block."""
        self._ruled_out[site.module.file.location].add(site.number)

    def ruled_out(self, location: str) -> Collection[int]:
        """Return the numbers of a module's sites of which that was noted, now or in another run."""
        return self._ruled_out[location]

    def keep(self) -> None:
        """Keep what was found out, for the next run."""
        if not self._is_new or not self._cache.is_kept:
            return
        kept = dict(self._before)
        for (location, number), groups in self._known.items():
            if location not in kept:
                kept[location] = KeptTargets(self._states[location])
            kept[location].groups[number] = [list(map(_kept, group)) for group in groups]
        for location, marked in self._marked.items():
            if marked and location not in kept:
                kept[location] = KeptTargets(self._states[location])
        for location, its in kept.items():
            its.ruled_out = self._ruled_out[location]
            its.marked = self._marked.get(location, [])
        self._cache.keep_targets(kept)


def _kept(target: Reference) -> _Kept:
    place = target.place or Place("", -1)
    return target.name, place.location, place.scope, target.receiver is not None


def _reference(kept: _Kept) -> Reference:
    name, location, scope, has_receiver = kept
    place = Place(location, scope) if location else None
    return Reference(name, place, receiver=_RECEIVER if has_receiver else None)


def _states(modules: Modules, common: bytes) -> Iterator[tuple[str, bytes]]:
    """Give for each module what stands for it and for all that is told to it.

    Modules that import each other stand and fall together: the strongly connected components of
    the graph of imports, each found when all behind it are (Tarjan's algorithm, without recursion).
    """
    imports = {module.file.location: _imports(module, modules) for module in modules.all}
    interfaces = {module.file.location: module.facts.interface for module in modules.all}
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    states: dict[str, bytes] = {}
    stack: list[str] = []  # those met whose component is not complete

    def enter(location: str) -> None:
        order[location] = lowest[location] = len(order)
        stack.append(location)
        path.append((location, iter(imports[location])))

    def leave(location: str) -> None:
        if lowest[location] < order[location]:
            return
        members: list[str] = []
        while not members or members[-1] != location:
            members.append(stack.pop())
        outside = {other for each in members for other in imports[each]} - set(members)
        parts = sorted(interfaces[each] for each in members)
        parts += sorted(states[each] for each in outside)
        states.update(dict.fromkeys(members, caches.digest(b"".join([common, *parts]))))

    for start in list(imports):
        path: list[tuple[str, Iterator[str]]] = []
        if start not in order:
            enter(start)
        while path:
            location, rest = path[-1]
            other = next(rest, None)
            if other is None:
                path.pop()
                leave(location)
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[location])
            elif other not in order:
                enter(other)
            elif other not in states:  # on the stack: a way back
                lowest[location] = min(lowest[location], order[other])
    for module in modules.all:
        location = module.file.location
        yield location, caches.digest(module.digest + states[location])


def _imports(module: Module, modules: Modules) -> list[str]:
    """The project's modules that a module imports."""
    found: dict[str, None] = {}
    for target in module.facts.names.imports:
        name = target.removesuffix("*")
        if name.startswith("."):
            other, _ = modules.find_relative(name.rstrip(".") or name, module)
        else:
            other, _ = modules.find(name.rstrip("."), module)
        if other is not None:
            found[other.file.location] = None
    return list(found)
