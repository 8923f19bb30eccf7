"""Expressions, as far as names, attributes, calls and awaits can be followed through them.

Data only, and serializable; the rest of an expression is ``Opaque``.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec


class Name(msgspec.Struct, frozen=True, array_like=True, tag="name"):
    id: str


class Attribute(msgspec.Struct, frozen=True, array_like=True, tag="attribute"):
    value: Expr
    name: str


class Called(msgspec.Struct, frozen=True, array_like=True, tag="called"):
    """What a call returns. ``arguments`` are the positional, up to the last that is followed."""

    function: Expr
    arguments: tuple[Expr, ...] = ()


class Awaited(msgspec.Struct, frozen=True, array_like=True, tag="awaited"):
    """What an awaited thing gives."""

    value: Expr


class Subscripted(msgspec.Struct, frozen=True, array_like=True, tag="subscripted"):
    """``value[index]``: an item of a container, or a generic class with its arguments."""

    value: Expr
    index: Expr


class Element(msgspec.Struct, frozen=True, array_like=True, tag="element"):
    """One of what iterating gives."""

    value: Expr


class Display(msgspec.Struct, frozen=True, array_like=True, tag="display"):
    """``[...]``, ``(...)``, ``{...}``: what is in it; of a dictionary, the keys and the values."""

    of: Literal["list", "tuple", "set", "dict"]
    items: tuple[Expr, ...]
    values: tuple[Expr, ...] = ()


class Inner(msgspec.Struct, frozen=True, array_like=True, tag="inner"):
    """A lambda or a comprehension, which has a scope of its own."""

    scope: int


class Constant(msgspec.Struct, frozen=True, array_like=True, tag="constant"):
    """A number, a string, ``True``, ``False``, or ``None`` for a value that is not there."""

    value: bool | int | float | str | None


class Either(msgspec.Struct, frozen=True, array_like=True, tag="either"):
    """One of several: the branches of a condition, the members of a union.

    What is written with `|`, and no annotation, ``is_piped``: some classes make something of that.
    """

    options: tuple[Expr, ...]
    is_piped: bool = False


class Opaque(msgspec.Struct, frozen=True, array_like=True, tag="opaque"):
    """Something that is not followed."""


Expr: TypeAlias = (
    Name
    | Attribute
    | Called
    | Awaited
    | Subscripted
    | Element
    | Display
    | Inner
    | Constant
    | Either
    | Opaque
)

NOTHING = Constant(None)

OPAQUE = Opaque()

# What seems to be called, with a table, for the keywords that ``partial`` is given.
KEYWORDS = Name("**")

# What these return stands for one of their arguments, and is called in its place.
WRAPPERS = frozenset({"cast", "partial"})
# What these return calls one of their arguments wherever it is gone through.
ITERATED = frozenset(
    "accumulate dropwhile filter filterfalse groupby map starmap takewhile".split()
)
# What these return comes to what another thread has got from one of their arguments.
_ELSEWHERE = frozenset({"run_in_executor", "run_sync", "to_thread"})
_STANDING_FOR_ARGUMENTS = WRAPPERS | ITERATED | _ELSEWHERE | {"iter"}


# These give what is in a container.
_GIVING = frozenset({"copy", "get", "items", "pop", "popitem", "popleft", "setdefault", "values"})


def last_names(expression: Expr) -> list[str]:
    """Return the last name of an expression, or of what it is made from; of each that it may be."""
    if isinstance(expression, Name):  # this and the next are most of all
        return [expression.id]
    if isinstance(expression, Attribute):
        return [expression.name]
    if isinstance(expression, Called):
        function, arguments = expression.function, expression.arguments
        names = last_names(function)
        if isinstance(function, Attribute) and function.name in _GIVING:
            names = [*names, *last_names(function.value)]
        if arguments and not _STANDING_FOR_ARGUMENTS.isdisjoint(names):
            names = [*names, *(name for each in arguments for name in last_names(each))]
        return names
    match expression:
        case Awaited(value=value) | Element(value=value) | Subscripted(value=value):
            return last_names(value)
        case Either(options=options):
            return [name for option in options for name in last_names(option)]
        case Inner(scope=scope):
            return [f"<{scope}>"]
        case Display(of=of, items=items, values=values):
            things = values if of == "dict" else items
            return [name for each in things if _may_be_called(each) for name in last_names(each)]
    return []


def _may_be_called(expression: Expr) -> bool:
    """Whether something in a table looks like a function, and not like a member of an enum."""
    return isinstance(expression, Name | Inner) or root_name(expression) in ("cls", "self")


def last_name(expression: Expr) -> str:
    """Return the first of these; nothing where there is none."""
    if isinstance(expression, Attribute):
        return expression.name
    names = last_names(expression)
    return names[0] if names else ""


def dotted(expression: Expr) -> str:
    """Return a dotted name as it is written; nothing for anything else."""
    if isinstance(expression, Attribute):
        owner = dotted(expression.value)
        return owner and f"{owner}.{expression.name}"
    return expression.id if isinstance(expression, Name) else ""


def root_name(expression: Expr) -> str:
    """Return the first name of a dotted one; nothing for anything else."""
    while isinstance(expression, Attribute):
        expression = expression.value
    return expression.id if isinstance(expression, Name) else ""
