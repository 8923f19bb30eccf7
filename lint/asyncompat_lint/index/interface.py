"""What a module tells others: its scopes and what is bound in them, wherever the lines are.

What others resolve through a module is kept until this changes, and not for every change in it.
"""

from __future__ import annotations

import operator
from collections.abc import Sequence

import msgspec

from asyncompat_lint.facts import Binding, Scope


def tell_the_same(before: Sequence[Scope], after: Sequence[Scope]) -> bool:
    """Return whether other modules learn the same of a module from its scopes of two times."""
    return len(before) == len(after) and all(
        _told(old) == _told(new) for old, new in zip(before, after, strict=True)
    )


def _told(scope: Scope) -> tuple[object, ...]:
    return (*_FIELDS(scope), *map(_bound, (scope.bindings, scope.attributes, scope.filled)))


# All of a scope but its line, its bindings, which are told without theirs, and what only calls ask.
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
            "defaults",
            "conditions",
            "without",
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
