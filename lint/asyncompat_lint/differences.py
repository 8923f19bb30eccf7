"""By what others can tell a module's facts of two times apart: by some names only, or not at all.

What has come or gone makes the numbers of the scopes behind it others. Knows what a module tells,
and not who listens.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass

import msgspec

from asyncompat_lint.facts import CONSTRUCTORS, PROPERTIES, ModuleFacts, Scope
from asyncompat_lint.interface import Interface

GONE = -1
_ANYTHING = "*"  # of a star import
# Whatever is decorated otherwise may be asked for by its decorator.
_ASKED_BY_NAME = frozenset({*PROPERTIES, "classmethod", "staticmethod"})


@dataclass(frozen=True)
class Difference:
    """Who mentions none of these names learns the same, but for what is passed to those who ask.

    The names have come, or gone, at the module's top or in its classes. ``moved`` has the scopes'
    new numbers by those that they had; what has gone has none.
    """

    names: frozenset[str]
    moved: dict[int, int]


def between(before: ModuleFacts, after: ModuleFacts) -> Difference | None:
    """Return how others can tell a module's facts of two times apart.

    None if there is more to learn.
    """
    # What methods ask of their own object may be what the classes below have.
    if before.names.mixins != after.names.mixins or before.tests != after.tests:
        return None
    if before.may_divide_others != after.may_divide_others:
        return None
    old, new = Interface.of(before), Interface.of(after)
    numbers = _old_numbers(old.scopes, new.scopes)
    shared = {each for each in numbers.values() if each >= 0}
    if any(numbers[number] != number for number in numbers):
        new = new.with_numbers(numbers.__getitem__)
    names: dict[int, set[str]] = {}
    both = {**new.scopes, **old.scopes}
    for number in shared:
        its = _come_or_gone(old.scopes[number], new.scopes[number], both)
        if its is None:
            return None
        names[number] = its
    less, more = (_shared(each, shared, names) for each in (old, new))
    if less is None or more is None or less.told() != more.told():
        return None
    moved = {was: number for number, was in numbers.items() if was >= 0 and was != number}
    moved |= dict.fromkeys(old.scopes.keys() - shared, GONE)
    return Difference(frozenset().union(*names.values()), moved)


def _old_numbers(old: dict[int, Scope], new: dict[int, Scope]) -> dict[int, int]:
    """By the numbers of scopes those that the same had; of what has come, those of no other."""
    before = _by_path(old)
    return {
        number: before.get(path, -2 - number)  # no scope has -1
        for path, number in _by_path(new).items()
    }


def _by_path(scopes: dict[int, Scope]) -> dict[tuple[object, ...], int]:
    """The scopes' numbers by what they stand in, and their names, of several of one the place."""
    paths: dict[int, tuple[object, ...]] = {-1: ()}
    several: Counter[tuple[object, ...]] = Counter()
    for number, scope in scopes.items():
        path = *paths[scope.parent], scope.kind, scope.name
        several[path] += 1
        paths[number] = *path, several[path]
    return {path: number for number, path in paths.items() if number >= 0}


def _come_or_gone(old: Scope, new: Scope, scopes: dict[int, Scope]) -> set[str] | None:
    """The names that a scope has at one time only; None if they are not all that others ask for."""
    if old.kind not in ("class", "module"):
        return set()
    names = old.bindings.keys() ^ new.bindings.keys()
    if old.kind == "class":
        bound = [each for name in names for each in (old.bindings | new.bindings)[name]]
        if not all(each.kind == "defined" and _is_by_name(scopes[each.scope]) for each in bound):
            return None
        # Whether a class has anything at all is asked, too.
        if bound and all(name.startswith("__") for name in old.bindings.keys() & new.bindings):
            return None
        names |= old.attributes.keys() ^ new.attributes.keys()
    is_implied = any(each.startswith("__") or each in (_ANYTHING, *CONSTRUCTORS) for each in names)
    return None if is_implied else names


def _is_by_name(method: Scope) -> bool:
    return method.kind == "function" and _ASKED_BY_NAME.issuperset(method.decorator_names)


def _shared(
    its: Interface, shared: Collection[int], names: dict[int, set[str]]
) -> Interface | None:
    """What is told but for some names, and the functions and classes that these lead to.

    Others come to these by what their code passes, too, which is told to those who ask with their
    names (``passed_at``), and to a class by its bases: None if only its own name is told then.
    """
    alone: set[int] = set()
    for number, scope in its.scopes.items():
        if number in shared:
            continue
        if scope.parent in alone and scope.bases:
            return None
        if scope.parent in alone or _is_led_to(scope, its.scopes[scope.parent]):
            alone.add(number)
    return Interface(
        {number: _but_for(names[number], its.scopes[number]) for number in shared},
        its.puts,
        [each for each in its.wrapping if each.scope not in alone],
        [each for each in its.asking if each not in alone],
    )


def _is_led_to(scope: Scope, around: Scope) -> bool:
    """Whether others come to a scope by its name, in the one that it stands in."""
    kinds = ("class", "module") if scope.kind == "function" else ("module",)
    return scope.kind in ("class", "function") and around.kind in kinds


def _but_for(names: set[str], scope: Scope) -> Scope:
    bound = [
        {name: its for name, its in each.items() if name not in names}
        for each in (scope.bindings, scope.attributes)
    ]
    return msgspec.structs.replace(scope, bindings=bound[0], attributes=bound[1])
