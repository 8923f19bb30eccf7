"""What decorators make of functions: whether one runs what it is given elsewhere, or on the spot.

Knows the wrappers that a decorator defines. It does not know what blocks.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from asyncompat_lint.asking import asking_for_async
from asyncompat_lint.expressions import Called, Inner, Name, last_name, last_names
from asyncompat_lint.facts import CallSite
from asyncompat_lint.hierarchy import Hierarchy
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.modules import Module, Modules
from asyncompat_lint.names import Use
from asyncompat_lint.values import Place, Reference, Value, Values

# Where a function is called that does not run where its call stands.
_LATER = ("elsewhere", "loop")


class Decorators(Hierarchy):
    """The project's functions, as their decorators have made them."""

    def __init__(self, modules: Modules, knowledge: Knowledge) -> None:
        super().__init__(modules, knowledge)
        self._offloading: dict[tuple[Place, bool], bool] = {}

    def decorators(self, place: Place) -> Values:
        """Return what a function is decorated with, as far as it is known."""
        module = self.modules.at(place.location)
        scope = self.scope(place)
        around = module.facts.scopes[scope.parent]
        found: list[Value] = []
        for each in scope.decorators:
            decorator = each.function if isinstance(each, Called) else each
            # `@work` of a method that is called so is the one outside of its class.
            is_outer = decorator == Name(scope.name) and around.kind == "class"
            outside = Use(module, around.parent if is_outer else scope.parent, scope.line, 0)
            found += self.infer(decorator, outside)
        return tuple(found)

    def goes_elsewhere(self, place: Place, *, also_later: bool = True) -> bool:
        """Return whether a decorator runs a sync function elsewhere, or makes it an async one.

        Or has the loop run it, which is none of who calls it either, ``also_later``.
        """
        if not self.scope(place).decorators:
            return False
        for value in self.decorators(place):
            if not isinstance(value, Reference):
                continue
            where, _ = self.knowledge.callables.get(value.name, ("here", ()))
            if where == "elsewhere":
                return True
            if value.place is not None:
                key = value.place, also_later
                if key not in self._offloading:
                    handed = _LATER if also_later else _LATER[:1]
                    self._offloading[key] = self._offloads(value.place, handed)
                if self._offloading[key]:
                    return True
        return self._has_async_twin(place)

    def _has_async_twin(self, place: Place) -> bool:
        """Whether a decorator is given an async function, to be called in this one's place."""
        module = self.modules.at(place.location)
        scope = self.scope(place)
        outside = Use(module, scope.parent, scope.line, 0)
        return any(
            isinstance(value, Reference)
            and value.place is not None
            and self.scope(value.place).is_async
            for each in scope.decorators
            if isinstance(each, Called)
            for argument in each.arguments
            for value in self.infer(argument, outside)
        )

    def _offloads(self, decorator: Place, where: Collection[str]) -> bool:
        """Whether a decorator's wrapper hands over what was decorated, or is an async one.

        An async one that calls it on the spot does neither.
        """
        if not self.scope(decorator).may_wrap:
            return False
        module = self.modules.at(decorator.location)
        inside = {
            number
            for number, scope in enumerate(module.facts.scopes.in_order())
            if number != decorator.scope and _is_in(module, number, decorator.scope)
        }
        scopes = module.facts.scopes
        parameters = {
            name for number in {decorator.scope, *inside} for name in scopes[number].parameters
        }
        async_ones = {number for number in inside if scopes[number].is_async}
        if async_ones:
            if self._calls_on_the_spot(module, async_ones, parameters):
                return False
            # A sync function gets the wrapper for sync ones, where there is one beside it.
            return not any(
                self._calls_on_the_spot(module, beside, set(scopes[around].parameters))
                for around in {scopes[number].parent for number in async_ones}
                for beside in [_returned_by(module, around) & inside - async_ones]
            )
        # What its inner functions call of these is handed over with them.
        for site in module.facts.calls.in_order():
            calling = scopes[site.scope]
            is_inner = site.scope in inside and calling.parent in inside
            if is_inner and isinstance(site.callee, Name) and site.callee.id in parameters:
                name = last_name(Inner(site.scope)) if calling.kind == "lambda" else calling.name
                parameters.add(name)
        return any(
            site.scope in inside and self._hands_over(module, site, parameters, where)
            for site in module.facts.calls.in_order()
        )

    def is_made_async(self, place: Place) -> bool:
        """Return whether a decorator of a sync function calls it in an async wrapper of its own."""
        return not self.goes_elsewhere(place) and any(
            scope.is_async and _is_in(module, number, value.place.scope)
            for value in self.decorators(place)
            if isinstance(value, Reference) and value.place is not None
            for module in [self.modules.at(value.place.location)]
            for number, scope in enumerate(module.facts.scopes.in_order())
        )

    def tell_async_apart(self, wrappers: Iterable[Place]) -> bool:
        """Return whether async functions have wrappers of their own, or ways in these."""
        return any(self.scope(each).is_async or self._asks_for_async(each) for each in wrappers)

    def _asks_for_async(self, wrapper: Place) -> bool:
        module = self.modules.at(wrapper.location)
        scopes = module.facts.scopes
        around = wrapper.scope
        while scopes[around].parent >= 0 and scopes[scopes[around].parent].kind != "module":
            around = scopes[around].parent
        return any(_is_in(module, scope, around) for scope in asking_for_async(module.facts))

    @staticmethod
    def _calls_on_the_spot(module: Module, inside: set[int], around: set[str]) -> bool:
        """Whether one of some functions calls what those around it are passed, without `await`."""
        return any(
            site.scope in inside
            and site.kind == "call"
            and not site.awaited
            and isinstance(site.callee, Name)
            and site.callee.id in around.difference(module.facts.scopes[site.scope].parameters)
            for site in module.facts.calls.in_order()
        )

    def _hands_over(
        self, module: Module, site: CallSite, names: set[str], where: Collection[str]
    ) -> bool:
        passed = {name for each in site.arguments.values() for name in last_names(each)}
        if not passed & names:
            return False
        found = self.infer(site.callee, Use.at(module, site))
        return any(
            isinstance(each, Reference) and self._where(each.name) in where for each in found
        )

    def _where(self, name: str) -> str:
        return self.knowledge.callables.get(name, ("", ()))[0]


def _returned_by(module: Module, function: int) -> set[int]:
    """The functions in another one that this returns, by their names."""
    scopes = module.facts.scopes
    returned = {name for each in scopes[function].returned for name in last_names(each)}
    for name in list(returned):
        for binding in scopes[function].bindings.get(name, ()):
            returned.update(last_names(binding.value))
    return {
        number
        for number, scope in enumerate(scopes.in_order())
        if scope.parent == function and scope.name in returned
    }


def _is_in(module: Module, scope: int, outer: int) -> bool:
    while scope >= 0:
        if scope == outer:
            return True
        scope = module.facts.scopes[scope].parent
    return False
