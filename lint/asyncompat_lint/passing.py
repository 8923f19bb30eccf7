"""What constructors are passed, where they say nothing of it: what their callers pass.

A layer of inference: it knows parameters, and by which calls classes are made.
"""

from __future__ import annotations

from asyncompat_lint.expressions import Expr
from asyncompat_lint.facts import CallSite
from asyncompat_lint.inference import Inference
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.makers import Makers
from asyncompat_lint.modules import Modules
from asyncompat_lint.names import Use
from asyncompat_lint.values import UNKNOWN, Instance, Place, Reference, Value, Values


class Passing(Inference):
    """What is known of parameters by what is passed."""

    def __init__(self, modules: Modules, knowledge: Knowledge) -> None:
        super().__init__(modules, knowledge)
        self.makers = Makers(modules)

    def passed_to(self, name: str, index: int, use: Use) -> Values:
        """Return what a constructor's parameter is, by all calls of which that is known.

        What others pass is taken for the same kind of thing: a test's stand-in, most likely.
        """
        location = use.module.file.location
        scopes = use.module.facts.scopes
        constructor = scopes[index]
        class_ = scopes[constructor.parent]
        if constructor.name != "__init__" or class_.kind != "class":
            return UNKNOWN
        if name not in constructor.parameters[1:]:
            return UNKNOWN
        number = constructor.parameters.index(name) - 1
        place = Place(location, constructor.parent)

        def find(use: Use) -> Values:
            found: dict[Value, None] = {}
            for module, numbers in self.makers.of_class(class_.name):
                for call in map(module.facts.calls.__getitem__, numbers):
                    argument = _argument(call, name, number)
                    at = Use(module, call.scope, call.span.line, call.span.column, use.trail)
                    if argument is not None and self._makes(call.callee, place, at):
                        values = self.infer(argument, at)
                        found.update((each, None) for each in values if isinstance(each, Instance))
            return tuple(found)

        return self._once((location, index, f"passed as {name}"), use, find)

    def _makes(self, callee: Expr, class_: Place, use: Use) -> bool:
        """Whether to call this runs a class's constructor: to make it, or a class made from it."""
        values = self.infer(callee, use)
        places = [each.place for each in values if isinstance(each, Reference)]
        return 0 < len(places) == len(values) and all(
            place is not None and self.is_class(place) and self._constructor(place, use) == class_
            for place in places
        )

    def _constructor(self, place: Place, use: Use) -> Place | None:
        """The class whose constructor a class has."""
        order = (place, *self._order(place, use))
        return next((each for each in order if "__init__" in self.scope(each).bindings), None)


def _argument(call: CallSite, name: str, number: int) -> Expr | None:
    """What a parameter is given by a call, as far as it is told there."""
    if call.kind != "call":
        return None
    return call.arguments.get(name) or (
        call.arguments.get(str(number)) if number < call.passes else None
    )
