"""Walking through tests: what they say of the function's parameters, where they hold.

A layer of the walk. What a test says by its form is ``conditions``.
"""

from __future__ import annotations

import ast
import sys

from msgspec.structs import replace

from asyncompat_lint.expressions import Called, Expr
from asyncompat_lint.facts import SAYING, Binding
from asyncompat_lint.index.calls import Calls
from asyncompat_lint.index.conditions import asked_in, conditions, places_of, without
from asyncompat_lint.parameters import Condition


class Tests(Calls):
    """The part of the walk that keeps what functions ask of what they are passed."""

    def _conditions(self, statement: ast.If, rest: list[ast.stmt]) -> None:
        """Keep what a test says of the function's parameters, while they are what was passed."""
        scope = self.scopes[self._scope]
        if scope.kind != "function":
            return
        places = places_of(statement, rest)
        scope.without += without(statement.test, places, self._called_for)
        for each in conditions(statement.test, places, scope.parameters):
            self._keep_condition(each, each.line)

    def _conditions_in(self, node: ast.IfExp | ast.BoolOp) -> None:
        """Keep what the tests in an expression say of them, in the parts that these decide about.

        To be called when all in it was walked through, and before a name is given what it comes to.
        """
        scope = self.scopes[self._scope]
        if scope.kind != "function" or not scope.parameters:
            return
        for test, holds, first, last in asked_in(node):
            start, end = self._span(first), self._span(last)
            places = [(holds, (start.line, end.end_line))]
            for each in conditions(test, places, scope.parameters):
                condition = replace(each, column=start.column, end_column=end.end_column)
                self._keep_condition(condition, sys.maxsize)

    def _keep_condition(self, condition: Condition, line: int) -> None:
        """Keep what is asked of a parameter, if all is known that it was given before a line."""
        scope = self.scopes[self._scope]
        if condition.parameter not in scope.parameters:
            return
        first, *others = scope.bindings[condition.parameter]
        changes = [
            self._changes.get((self._scope, condition.parameter, each.line))
            for each in others
            if each.kind not in SAYING and each.line < line
        ]
        if first.kind != "self" and None not in changes:
            known = tuple(one for several in changes for one in several or ())
            scope.conditions.append(replace(condition, changes=known))

    def _called_for(self, name: str) -> Expr | None:
        """What was called for the value of a name, if it has no other."""
        match [e for e in self.scopes[self._scope].bindings.get(name, ()) if e.kind not in SAYING]:
            case [Binding(kind="assigned", value=Called(function=function, arguments=()))]:
                return function
        return None

    def _drop_changing(self) -> None:
        """Forget what was asked in a loop of a parameter that changes there: it is for one turn.

        And what is given to one there is seen in the next, whichever branch that takes.
        """
        scope = self.scopes[self._scope]
        loops = [lines for index, *lines in self._loops if index == self._scope]
        if not loops:
            return
        for name in scope.parameters:
            _, *others = bindings = scope.bindings[name]
            for number, each in enumerate(others, 1):
                if each.suite is not None and any(a <= each.line <= b for a, b in loops):
                    seen = replace(each.suite, exclusive=False, leaves=False)
                    bindings[number] = replace(each, suite=seen)
        if scope.conditions:
            scope.conditions = [
                each
                for each in scope.conditions
                if not any(
                    first <= each.line <= last and first <= binding.line <= last
                    for binding in scope.bindings[each.parameter][1:]
                    if binding.kind not in SAYING
                    for first, last in loops
                )
            ]
