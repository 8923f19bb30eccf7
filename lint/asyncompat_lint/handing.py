"""Which of its parameters a function calls before it returns: itself, or by what it hands them to.

Knows the facts of functions and what names in them mean, and nothing of what blocks.
"""

from __future__ import annotations

from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.program import Program
from asyncompat_lint.values import Place, Reference


class Handing:
    """What is called of what functions are passed."""

    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self._program = program
        self._knowledge = knowledge
        self._called: dict[Place, set[str]] = {}

    def called_arguments(self, target: Reference) -> list[str]:
        """Return the arguments, by name or number, that something calls at once."""
        where, known = self._knowledge.callables.get(target.name, ("elsewhere", []))
        if where == "here":
            return [str(each) for each in known]
        if target.place is None or target.name in self._knowledge.callables:
            return []
        scope = self._program.scope(target.place)
        is_bound = target.receiver is not None or scope.name == "__init__"
        is_static = "staticmethod" in scope.decorator_names
        parameters = scope.parameters[is_bound and not is_static :]
        called = self._called_parameters(target.place)
        there = [each for each in parameters if each in called]
        return [*there, *(str(parameters.index(each)) for each in there)]

    def _called_parameters(self, place: Place) -> set[str]:
        known = self._called.get(place)
        if known is not None:
            return known
        scope = self._program.scope(place)
        # Before it is asked of others: what leads back to here finds out no more.
        found = self._called[place] = set(scope.called_parameters)
        module = self._program.modules.at(place.location)
        for each in scope.passed_on:
            if each.parameter in found:
                continue
            for target in self._program.references(module, each.callee, place.scope, each.line):
                if not isinstance(target, Reference) or each.key not in self.called_arguments(
                    target
                ):
                    continue
                # What is not awaited may run at another time, or never.
                if each.awaited or not self._is_async(target):
                    found.add(each.parameter)
        return found

    def _is_async(self, target: Reference) -> bool:
        return target.place is not None and self._program.scope(target.place).is_async
