"""What a module tells others: its scopes, and what is bound in them or put into what is shared.

Wherever the lines are.

What others resolve through a module is kept until this changes, and not for every change in it.
"""

from __future__ import annotations

import operator

import msgspec

from asyncompat_lint.facts import Binding, ModuleFacts, Scope


def tell_the_same(before: ModuleFacts, after: ModuleFacts) -> bool:
    """Return whether other modules learn the same of a module from its facts of two times."""
    if len(before.scopes) != len(after.scopes) or _put(before) != _put(after):
        return False
    return all(
        _told(old) == _told(new) for old, new in zip(before.scopes, after.scopes, strict=True)
    )


def _put(facts: ModuleFacts) -> list[tuple[object, ...]]:
    return [(each.scope, each.holder, each.key, each.value) for each in facts.puts]


def _told(scope: Scope) -> tuple[object, ...]:
    bound = scope.bindings, scope.attributes, scope.filled, scope.asked
    return (*_FIELDS(scope), *map(_bound, bound))


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
            "asked",
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
