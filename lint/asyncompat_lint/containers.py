"""Containers, by what is known to be in them. Knows values, and nothing of where they come from."""

from __future__ import annotations

from msgspec.structs import replace

from asyncompat_lint.values import Instance, Value, Values

_DEQUE = "collections.deque"
_CONTAINERS = frozenset(
    [
        "builtins.dict",
        "builtins.list",
        "builtins.set",
        "builtins.tuple",
        "collections.OrderedDict",
        "collections.defaultdict",
        _DEQUE,
    ]
)


def is_empty(value: Value) -> bool:
    """Whether this is a container of which nothing is known that it holds, but empty ones."""
    if not isinstance(value, Instance) or value.of not in _CONTAINERS:
        return False
    return not any(value.arguments) or _holds_empty(value)


def filled(empty: Values, puts: Values) -> Values:
    """Return what empty containers are when they have been filled; ``puts`` are told as containers.

    One that itself holds nothing but empty ones tells nothing, where another tells more.
    """
    telling = tuple(each for each in puts if not _holds_empty(each)) or puts
    if all(isinstance(each, Instance) and each.of == _DEQUE for each in empty):
        telling = tuple(
            replace(each, of=_DEQUE) if isinstance(each, Instance) else each for each in telling
        )
    return telling or empty


def _holds_empty(value: Value) -> bool:
    if not isinstance(value, Instance) or not value.arguments:
        return False
    held = value.arguments[-1]
    return bool(held) and all(map(is_empty, held))
