"""Which of its parameters a function calls before it returns: itself, or by what it hands them to.

Knows the facts of functions and what names in them mean, and nothing of what blocks.
"""

from __future__ import annotations

from asyncompat_lint.expressions import Attribute, Name
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.parameters import PassedOn
from asyncompat_lint.program import Program
from asyncompat_lint.values import Place, Reference

# So far a callable is followed from one function to the next: those that pass it to each other,
# or around in a circle, would else be asked again and again.
_FARTHEST = 5
# A function, and whether it is taken by itself: no subclass has another for what it calls.
_Key = tuple[Place, bool]


class Handing:
    """Asked of functions: which of the arguments that they are passed do they call?"""

    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self._program = program
        self._knowledge = knowledge
        self._called: dict[_Key, set[str]] = {}
        self._asking: list[_Key] = []
        self._is_cut = False

    def calls_any(self, target: Reference) -> bool:
        """Return whether something calls any of its arguments, awaited or not.

        That is kept with the modules that it is known by, and so none of their subclasses counts.
        """
        return any(
            self._called_arguments(target, awaited=each, by_itself=True) for each in (False, True)
        )

    def called_arguments(self, target: Reference, *, awaited: bool) -> list[str]:
        """Return the arguments, by name or number, that something calls at once."""
        return self._called_arguments(target, awaited=awaited, by_itself=False)

    def _called_arguments(self, target: Reference, *, awaited: bool, by_itself: bool) -> list[str]:
        where, known = self._knowledge.callables.get(target.name, ("elsewhere", []))
        if where == "here":
            return [str(each) for each in known]
        if target.place is None or target.name in self._knowledge.callables:
            return []
        scope = self._program.scope(target.place)
        is_other = awaited and not scope.is_async and scope.may_be_changed
        if is_other or self._program.goes_elsewhere(target.place):
            return []
        is_bound = target.receiver is not None or scope.name == "__init__"
        is_static = "staticmethod" in scope.decorator_names
        parameters = scope.parameters[is_bound and not is_static :]
        called = self._called_parameters(target.place, by_itself=by_itself)
        there = [each for each in parameters if each in called]
        by_number = parameters[: len(parameters) - scope.keyword_only]
        return [*there, *(str(by_number.index(each)) for each in there if each in by_number)]

    def _called_parameters(self, place: Place, *, by_itself: bool) -> set[str]:
        key = place, by_itself
        known = self._called.get(key)
        if known is not None:
            return known
        scope = self._program.scope(place)
        found = set(scope.called_parameters)
        if key in self._asking or len(self._asking) == _FARTHEST:
            self._is_cut = True
            return found
        was_cut, self._is_cut = self._is_cut, False
        self._asking.append(key)
        for each in scope.passed_on:
            if each.parameter not in found and self._is_called(each, place, by_itself=by_itself):
                found.add(each.parameter)
        self._asking.pop()
        # What was cut short here may be known in full where it is asked for first.
        if not self._is_cut or not self._asking:
            self._called[key] = found
        self._is_cut = bool(self._asking) and (self._is_cut or was_cut)
        return found

    def _is_called(self, passed: PassedOn, place: Place, *, by_itself: bool) -> bool:
        """Whether what a parameter is passed on to calls it."""
        module = self._program.modules.at(place.location)
        for target in self._program.references(module, passed.callee, place.scope, passed.line):
            if not isinstance(target, Reference):
                continue
            if not by_itself and self._may_be_replaced(target, passed):
                continue
            called = self._called_arguments(target, awaited=passed.awaited, by_itself=by_itself)
            # What is not awaited may run at another time, or never.
            if passed.key in called and (passed.awaited or not self._program.is_async(target)):
                return True
        return False

    def _may_be_replaced(self, target: Reference, passed: PassedOn) -> bool:
        """Whether a subclass has another method for one that an object is asked for by itself."""
        is_own = isinstance(passed.callee, Attribute) and isinstance(passed.callee.value, Name)
        return is_own and target.place is not None and bool(self._program.overrides(target.place))
