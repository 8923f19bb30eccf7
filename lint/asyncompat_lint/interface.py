"""What a module tells others: its scopes, and what is bound in them or put into what is shared.

Wherever the lines are.

What others resolve through a module is kept until this changes, and not for every change in it.
Knows facts, and not what is made of them.
"""

from __future__ import annotations

import operator
import sys

import msgspec

from asyncompat_lint.asking import asking_for_async
from asyncompat_lint.facts import Binding, ModuleFacts, Scope


def tell_the_same(before: ModuleFacts, after: ModuleFacts) -> bool:
    """Return whether other modules learn the same of a module from its facts of two times."""
    if len(before.scopes) != len(after.scopes) or _put(before) != _put(after):
        return False
    # What methods ask of their own object may be what the classes below have.
    if before.names.mixins != after.names.mixins:
        return False
    if asking_for_async(before) != asking_for_async(after) or _order(before) != _order(after):
        return False
    pairs = zip(before.scopes.in_order(), after.scopes.in_order(), strict=True)
    return all(_told(old) == _told(new) for old, new in pairs)


def _order(facts: ModuleFacts) -> list[tuple[int, str, str]]:
    """Return in which order names are given what they are, and branches begin and end.

    What a name is depends on what it has been before, not on how many lines there are in between.
    """
    events: list[tuple[int, int, int, str, str]] = []
    for number, scope in enumerate(facts.scopes.in_order()):
        for bound in (scope.bindings, scope.attributes, scope.filled, scope.asked):
            for name, bindings in bound.items():
                for each in bindings:
                    events.append((each.line, each.column, number, name, each.kind))
                    if each.suite is not None:
                        events.append((each.suite.line, 0, number, name, "begins"))
                        events.append((each.suite.end_line, sys.maxsize, number, name, "ends"))
    events += [(each.line, each.column, each.scope, each.key, "put") for each in facts.puts]
    return [(number, name, kind) for _, _, number, name, kind in sorted(events)]


def _put(facts: ModuleFacts) -> list[tuple[object, ...]]:
    return [(each.scope, each.holder, each.key, each.value) for each in facts.puts]


def _told(scope: Scope) -> tuple[object, ...]:
    bound = scope.bindings, scope.attributes, scope.filled, scope.asked
    passed_on = [(each.parameter, each.callee, each.key, each.awaited) for each in scope.passed_on]
    return (*_FIELDS(scope), *map(_bound, bound), passed_on)


# All of a scope but its line, what is told without its lines, and what only calls ask.
_FIELDS = operator.attrgetter(
    *(
        field.name
        for field in msgspec.structs.fields(Scope)
        if field.name
        not in (
            "line",
            "bindings",
            "attributes",
            "filled",
            "asked",
            "defaults",
            "conditions",
            "without",
            "passed_on",
        )
    )
)


def _bound(bindings: dict[str, list[Binding]]) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: [
            (
                each.kind,
                each.value,
                each.target,
                each.scope,
                each.suite is not None and (each.suite.exclusive, each.suite.leaves),
            )
            for each in there
        ]
        for name, there in bindings.items()
    }
