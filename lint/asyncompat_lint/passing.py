"""What functions are passed, where they say nothing of it: what their callers pass.

A layer of inference: it knows parameters, and by which calls functions are run and classes made.
"""

from __future__ import annotations

from collections.abc import Callable

from asyncompat_lint.callers import Callers
from asyncompat_lint.expressions import OPAQUE, Expr
from asyncompat_lint.facts import CallSite
from asyncompat_lint.inference import Inference
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.modules import Module, Modules
from asyncompat_lint.names import Step, Use
from asyncompat_lint.values import UNKNOWN, Instance, Place, Reference, Value, Values

_MOST_CALLS_BACK = 3


class Passing(Inference):
    """What is known of parameters by what is passed."""

    def __init__(self, modules: Modules, knowledge: Knowledge) -> None:
        super().__init__(modules, knowledge)
        self.callers = Callers(modules)
        self._handed: dict[tuple[int, Step], Values] = {}
        self._calls_back = 0
        # What is known when so many calls were gone back: nothing leads from there to here again.
        self._known_back: list[dict[Step, Values]] = [{} for _ in range(_MOST_CALLS_BACK)]

    def passed_to(self, name: str, index: int, module: Module) -> Values:
        """Return what a parameter is of which nothing is said, by all calls that are known.

        What others pass to a constructor is taken for the same kind of thing: a test's stand-in,
        most likely. A function may be for many kinds of things, so of all that it is passed the
        kind has to be known. Where nothing is passed by anybody, it is the default.
        """
        location = module.file.location
        scopes = module.facts.scopes
        function = scopes[index]
        if function.kind != "function" or name not in function.parameters:
            return UNKNOWN
        is_method = scopes[function.parent].kind == "class"
        is_constructor = is_method and function.name == "__init__"
        number = function.parameters.index(name)
        place = Place(location, function.parent if is_constructor else index)
        called = scopes[place.scope].name
        if called not in module.facts.names.untold:
            return self._default(name, index, module)  # nobody looks who calls it

        def find() -> Values:
            found: dict[Value, None] = {}
            is_passed = False
            self.asked.add((location, called))
            callers = self.callers.of(called)
            if callers is None:
                return UNKNOWN
            for caller, _, numbers in callers:
                for call in map(caller.facts.calls.__getitem__, numbers):
                    at = Use.at(caller, call)
                    before = self._before(call.callee, place, at)
                    if before < 0 or not _is_passed(call, name, number - before):
                        continue
                    is_passed = True
                    argument = _argument(call, name, number - before)
                    values = UNKNOWN if argument is None else self.infer(argument, at)
                    things = list(filter(self._is_thing, values))
                    if not things and not is_constructor:
                        return UNKNOWN
                    found.update((each, None) for each in things)
            return tuple(found) if is_passed else self._default(name, index, module)

        return self._one_call_back((location, index, name), find)

    def _is_thing(self, value: Value) -> bool:
        """Whether something is an object, or a library's module: no function, and no class."""
        if isinstance(value, Instance):
            return True
        return isinstance(value, Reference) and self.knowledge.is_module(value.name)

    def _default(self, name: str, index: int, module: Module) -> Values:
        """The object, or module, that is a parameter's default."""
        scope = module.facts.scopes[index]
        value = scope.bindings[name][0].value
        if value == OPAQUE:
            return UNKNOWN
        found = self.infer(value, Use(module, scope.parent, scope.line, 0))
        return tuple(e for e in found if self._is_thing(e) and self._can_do_anything(e))

    def _can_do_anything(self, value: Value) -> bool:
        """Whether something is more than a sign that nothing was passed."""
        if not isinstance(value, Instance):
            return True
        if value.place is None or not self.is_class(value.place):
            return self.knowledge.is_class(value.of)
        scope = self.scope(value.place)
        return bool(scope.bases) or any(not name.startswith("__") for name in scope.bindings)

    def _one_call_back(self, step: Step, find: Callable[[], Values]) -> Values:
        """Return what is found at the calls of a function: the same, whatever it was asked for.

        So many calls further back nothing is known any more. What is known is kept apart for each
        of them, or else callers of callers would be asked again and again, by each way to them.
        """
        if self._calls_back == _MOST_CALLS_BACK:
            return UNKNOWN
        key = self._calls_back, step
        if key not in self._handed:
            here, given_up = self._known, self._given_up
            self._known = self._known_back[self._calls_back]
            self._calls_back += 1
            try:
                self._handed[key] = find()
            finally:
                self._calls_back -= 1
                self._known, self._given_up = here, given_up
        return self._handed[key]

    def _before(self, callee: Expr, place: Place, use: Use) -> int:
        """How many parameters are filled before a call's arguments; -1 if it runs another thing.

        A class is made by its own constructor, or by that of one made from it.
        """
        values = self.infer(callee, use)
        if not values:
            return -1
        if self.is_class(place):
            classes = [v.place if isinstance(v, Reference) else None for v in values]
            runs_it = all(
                each is not None and self.is_class(each) and self._constructor(each, use) == place
                for each in classes
            )
            return 1 if runs_it else -1
        bound = {
            v.receiver is not None and "staticmethod" not in self.scope(place).decorator_names
            for v in values
            if isinstance(v, Reference) and v.place == place
        }
        return int(bound.pop()) if len(bound) == 1 else -1

    def _constructor(self, place: Place, use: Use) -> Place | None:
        """The class whose constructor a class has."""
        order = (place, *self._order(place, use))
        return next((each for each in order if "__init__" in self.scope(each).bindings), None)


def _is_passed(call: CallSite, name: str, number: int) -> bool:
    """Whether a call is told to pass something for a parameter."""
    return call.kind == "call" and (name in call.arguments or 0 <= number < call.passes)


def _argument(call: CallSite, name: str, number: int) -> Expr | None:
    """What a parameter is given by a call, as far as it is told there."""
    return call.arguments.get(name) or call.arguments.get(str(number))
