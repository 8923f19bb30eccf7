"""Expressions, as far as names, attributes, calls and awaits can be followed through them.

Data only, and serializable; the rest of an expression is ``Opaque``. The tags are numbers: words
would be a fifth of all that is kept.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec


class Name(msgspec.Struct, frozen=True, array_like=True, tag=1):
    id: str


class Attribute(msgspec.Struct, frozen=True, array_like=True, tag=2):
    value: Expr
    name: str


class Called(msgspec.Struct, frozen=True, array_like=True, tag=3):
    """What a call returns. ``arguments`` are the positional, up to the last that is followed."""

    function: Expr
    arguments: tuple[Expr, ...] = ()


class Awaited(msgspec.Struct, frozen=True, array_like=True, tag=4):
    """What an awaited thing gives."""

    value: Expr


class Subscripted(msgspec.Struct, frozen=True, array_like=True, tag=5):
    """``value[index]``: an item of a container, or a generic class with its arguments."""

    value: Expr
    index: Expr


class Element(msgspec.Struct, frozen=True, array_like=True, tag=6):
    """One of what iterating gives."""

    value: Expr


class Display(msgspec.Struct, frozen=True, array_like=True, tag=7):
    """``[...]``, ``(...)``, ``{...}``: what is in it; of a dictionary, the keys and the values."""

    of: Literal["list", "tuple", "set", "dict"]
    items: tuple[Expr, ...]
    values: tuple[Expr, ...] = ()


class Inner(msgspec.Struct, frozen=True, array_like=True, tag=8):
    """A lambda or a comprehension, which has a scope of its own."""

    scope: int


class Constant(msgspec.Struct, frozen=True, array_like=True, tag=9):
    """A number, a string, ``True``, ``False``, or ``None`` for a value that is not there."""

    value: bool | int | float | str | None


class Either(msgspec.Struct, frozen=True, array_like=True, tag=10):
    """One of several: the branches of a condition, the members of a union.

    What is written with `|`, and no annotation, ``is_piped``: some classes make something of that.
    """

    options: tuple[Expr, ...]
    is_piped: bool = False


class Opaque(msgspec.Struct, frozen=True, array_like=True, tag=11):
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

# Any text, whatever it says.
TEXT = Called(Name("str"))

# The method that `/` calls.
DIVIDED = "__truediv__"

# What seems to be called, with a table, for the keywords that ``partial`` is given.
KEYWORDS = Name("**")

# What these return stands for one of their arguments, and is called in its place.
WRAPPERS = frozenset({"cast", "partial", "staticmethod"})
# What these return calls one of their arguments wherever it is gone through.
ITERATED = frozenset(
    "accumulate dropwhile filter filterfalse groupby map starmap takewhile".split()
)
# What these return comes to what another thread has got from one of their arguments.
_ELSEWHERE = frozenset(
    "async_add_executor_job run_in_executor run_in_thread run_in_threadpool run_sync sync_to_async"
    " to_thread".split()
)
_STANDING_FOR_ARGUMENTS = WRAPPERS | ITERATED | _ELSEWHERE | {"iter"}


# These give what is in a container.
_GIVING = frozenset({"copy", "get", "items", "pop", "popitem", "popleft", "setdefault", "values"})


def last_names(expression: Expr) -> list[str]:
    """Return the last name of an expression, or of what it is made from; of each that it may be."""
    if type(expression) is Name:  # this and the next are most of all
        return [expression.id]
    if type(expression) is Attribute:
        return [expression.name]
    if type(expression) is Called and type(expression.function) is Attribute:
        name = expression.function.name
        if name not in _GIVING and name not in _STANDING_FOR_ARGUMENTS:  # of the rest, most are
            return [name]
    return list(map(own_name, named_in(expression)))


# What has a name of its own: a lambda's, or a comprehension's, is its number.
Named: TypeAlias = Name | Attribute | Inner
_NAMED = (Name, Attribute, Inner)


def named_in(expression: Expr) -> list[Named | Called]:
    """Return what has these names; as a call without arguments, what that gives."""
    if type(expression) is Called:
        function, arguments = expression.function, expression.arguments
        if isinstance(function, _NAMED):  # nearly always
            found: list[Named | Called] = [Called(function)]
            if type(function) is Attribute and function.name in _GIVING:
                found += named_in(function.value)
        else:
            found = [e if isinstance(e, Called) else Called(e) for e in named_in(function)]
        if arguments and not _STANDING_FOR_ARGUMENTS.isdisjoint(map(own_name, found)):
            found += [inner for each in arguments for inner in named_in(each)]
        return found
    if isinstance(expression, _NAMED):
        return [expression]
    match expression:
        case Awaited(value=value) | Element(value=value) | Subscripted(value=value):
            return named_in(value)
        case Either(options=options):
            return [inner for option in options for inner in named_in(option)]
        case Display(of=of, items=items, values=values):
            things = values if of == "dict" else items
            return [inner for each in things if _may_be_called(each) for inner in named_in(each)]
    return []


def own_name(expression: Expr) -> str:
    """Return the name of one of these."""
    if type(expression) is Called:
        expression = expression.function
    if type(expression) is Name:
        return expression.id
    if type(expression) is Attribute:
        return expression.name
    return f"<{expression.scope}>" if isinstance(expression, Inner) else ""


def given_by(name: str) -> str:
    """Return what is written for what a function of this name gives."""
    return f"{name.removesuffix('()')}()"


def gone_into(name: str) -> str:
    """Return what is written for the places that enter, or go through, what has this name."""
    return f"{name}[]"


def _may_be_called(expression: Expr) -> bool:
    """Whether something in a table looks like a function, and not like a member of an enum."""
    is_made = isinstance(expression, Name | Inner | Called)
    return is_made or root_name(expression) in ("cls", "self")


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
