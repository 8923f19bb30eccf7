"""What the event loop calls, besides coroutines: what is handed to it, or marked as its own.

Knows what the knowledge and the settings say of it. It must not know what blocks.
"""

from __future__ import annotations

import functools
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from asyncompat_lint.expressions import Called, Expr, Name, last_name
from asyncompat_lint.facts import PROPERTIES
from asyncompat_lint.knowledge import AS_DECORATOR, Knowledge
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Program
from asyncompat_lint.sites import Site, SiteIndex, SiteKey
from asyncompat_lint.targets import Targets
from asyncompat_lint.values import Instance, Place, Reference

# What is decorated with these is no method that is called of an object.
_OTHERS = PROPERTIES | {"classmethod", "staticmethod"}


class LoopCallbacks:
    """The project's functions that the loop calls."""

    def __init__(
        self, program: Program, knowledge: Knowledge, targets: Targets, sites: SiteIndex
    ) -> None:
        self._program = program
        self._knowledge = knowledge
        self._targets = targets
        self._sites = sites
        # The libraries' functions that the loop is asked to call: where, and with what.
        self.of_libraries: dict[SiteKey, tuple[Site, Reference, dict[str, Expr]]] = {}

    def places(self) -> set[Place]:
        """Return the sync functions that the loop is asked to call, here or there."""
        on_loop = {n: keys for n, (w, keys) in self._knowledge.callables.items() if w == "loop"}
        found = {each for each in self._handed_over(on_loop) if self._runs_on_loop(each)}
        marks = {name for name, keys in on_loop.items() if AS_DECORATOR in keys}
        return found.union(self._of_modules(marks))

    def _runs_on_loop(self, place: Place) -> bool:
        """Whether what the loop calls is run there: no coroutine, and by no decorator elsewhere."""
        is_async = self._program.scope(place).is_async
        return not is_async and not self._program.goes_elsewhere(place, also_later=False)

    def _handed_over(self, on_loop: Mapping[str, Iterable[int | str]]) -> set[Place]:
        """What is handed to the loop: at once, or by functions that hand on what they are given."""
        found: set[Place] = set()
        # The parameters that functions of the project hand on.
        handing: dict[Place, set[str]] = defaultdict(set)
        names = {n.rpartition(".")[2] for n, keys in on_loop.items() if keys != [AS_DECORATOR]}
        while names:
            more: set[str] = set()
            for site in self._sites.named(names):
                for key in self._keys(site, on_loop, handing):
                    argument = site.call.arguments[key]
                    inner = self._program.passed(site.module, site.call, argument)
                    called = [each for group in inner for each in group]
                    self._keep_libraries(site, key, called)
                    places = {each.place for each in called if each.place is not None}
                    found |= places
                    for place, parameter in [
                        _parameter(site, argument),
                        *(each for there in places for each in _parameters_called(site, there)),
                    ]:
                        if (
                            parameter
                            and parameter not in handing[place]
                            and not self._is_for_others(site.module, place, parameter)
                        ):
                            handing[place].add(parameter)
                            more |= self._names_of(place)
            names = more
        return found

    def _keep_libraries(self, site: Site, key: str, called: list[Reference]) -> None:
        match called:
            case [Reference(place=None) as target]:
                passed = self._program.handed_on(site.module, site.call, key)
                self.of_libraries[site.key] = site, target, passed

    def _is_for_others(self, module: Module, place: Place, parameter: str) -> bool:
        """Whether a function may hand a parameter to a thread as well: which, its callers know."""
        return any(
            module.facts.running_scope(call.scope) == place.scope
            and any(each == Name(parameter) for each in call.arguments.values())
            for name in self._elsewhere & module.facts.names.called.keys()
            for call in map(
                module.facts.calls.__getitem__,
                module.facts.names.called[name],
            )
        )

    @functools.cached_property
    def _elsewhere(self) -> set[str]:
        known = self._knowledge.callables.items()
        return {name.rpartition(".")[2] for name, (where, _) in known if where == "elsewhere"}

    def _keys(
        self,
        site: Site,
        on_loop: Mapping[str, Iterable[int | str]],
        handing: Mapping[Place, set[str]],
    ) -> Iterator[str]:
        """Give the arguments of a site, by number or name, that what it calls hands to the loop."""
        passed = site.call.arguments
        for target in {target for group in self._targets.of(site) for target in group}:
            keys = [str(key) for key in on_loop.get(target.name, ())]
            if target.place is not None and target.place in handing:
                scope = self._program.scope(target.place)
                is_bound = target.receiver is not None or scope.name == "__init__"
                before = is_bound and "staticmethod" not in scope.decorator_names
                for parameter in handing[target.place]:
                    keys += [parameter, str(scope.parameters.index(parameter) - before)]
            yield from (key for key in keys if key in passed)

    def _names_of(self, place: Place) -> set[str]:
        """By what a function is called; what makes an object, by its class and those below."""
        scope = self._program.scope(place)
        if scope.name != "__init__":
            return {scope.name}
        class_ = self._program.scope(Place(place.location, scope.parent))
        return self._sites.with_subclasses(class_.name)

    def _of_modules(self, marks: set[str]) -> Iterator[Place]:
        """The sync functions that a decorator marks as the loop's, or that it calls of a class."""
        marking = {name.rpartition(".")[2] for name in marks}
        protocols = self._knowledge.protocols()
        below = set().union(*map(self._sites.with_subclasses, protocols))
        names = frozenset().union(*self._knowledge.callbacks.values())
        parts = [each.rstrip("*").encode() for each in names]
        for module in self._program.modules.all:
            its = module.facts.names
            is_below = not below.isdisjoint(base for base, _ in its.subclasses) and any(
                each in module.kept_facts for each in parts
            )

            def find(module: Module, is_below: bool = is_below) -> list[int]:
                found = set(self._marked(module, marking, marks))
                if is_below:
                    found.update(self._methods_of_protocols(module, names))
                return sorted(found)

            if is_below or not marking.isdisjoint(its.decorated):
                for number in self._targets.marked(module, find):
                    yield Place(module.file.location, number)

    def _marked(self, module: Module, names: set[str], marks: set[str]) -> Iterator[int]:
        for place in decorated(names, [module]):
            if self._runs_on_loop(place) and any(
                isinstance(each, Reference) and each.name in marks
                for each in self._program.decorators(place)
            ):
                yield place.scope

    def _methods_of_protocols(self, module: Module, names: frozenset[str]) -> Iterator[int]:
        """The methods that the loop calls of what is made for a connection, or the like."""
        is_callback = _matching(names)
        for number, scope in enumerate(module.facts.scopes.in_order()):
            if scope.kind != "function" or not is_callback(scope.name):
                continue
            # What only begins as one may be something else.
            is_other = scope.is_generator or not _OTHERS.isdisjoint(scope.decorator_names)
            if is_other and scope.name not in names:
                continue
            place = Place(module.file.location, number)
            class_ = self._program.defined_at(Place(module.file.location, scope.parent))
            known, _ = self._program.ancestors(Instance(class_.name, class_.place))
            its = (self._knowledge.callbacks.get(each, []) for each in known)
            if any(_matching(each)(scope.name) for each in its) and self._runs_on_loop(place):
                yield number


def _matching(names: Collection[str]) -> Callable[[str], bool]:
    """Return what tells whether a name is one of these, or begins as one of them does."""
    beginnings = tuple(each[:-1] for each in names if each.endswith("*"))
    return lambda name: name in names or name.startswith(beginnings)


def _parameter(site: Site, argument: Expr) -> tuple[Place, str]:
    """The function and its parameter that an argument is, as it was passed; or else no name."""
    scopes = site.module.facts.scopes
    index = site.scope
    match argument:
        case Called(function=function, arguments=[first, *_]) if last_name(function) == "partial":
            argument = first
    if isinstance(argument, Name):
        while index > 0 and argument.id not in scopes[index].bindings:
            index = scopes[index].parent
        bindings = scopes[index].bindings.get(argument.id, [])
        if argument.id in scopes[index].parameters and len(bindings) == 1:
            return Place(site.module.file.location, index), argument.id
    return Place("", -1), ""


def _parameters_called(site: Site, place: Place) -> Iterator[tuple[Place, str]]:
    """Give the parameters of the functions around one that it calls, with whose they are."""
    facts = site.module.facts
    if place.location != site.module.file.location:
        return
    outside = facts.scopes[place.scope].parent
    while outside > 0:
        for parameter in facts.scopes[outside].parameters:
            for number in facts.names.called.get(parameter, ()):
                inside = Site(site.module, number)
                if facts.running_scope(inside.scope) == place.scope:
                    yield _parameter(inside, inside.call.callee)
        outside = facts.scopes[outside].parent


def decorated(names: Collection[str], modules: Iterable[Module]) -> Iterator[Place]:
    """Give the functions that are decorated with something of one of these names."""
    for module in modules:
        there = module.facts.names.decorated
        found = {number for name in there.keys() & names for number in there[name]}
        for number in sorted(found):
            if module.facts.scopes[number].kind == "function":
                yield Place(module.file.location, number)
