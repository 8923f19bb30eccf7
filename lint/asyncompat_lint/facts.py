"""What one module says about itself, before anything is resolved. Data only, and serializable.

An expression is kept as far as names, attributes, calls and awaits can be followed through it; the
rest of it is ``Opaque``.
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
    """What a call returns."""

    function: Expr


class Awaited(msgspec.Struct, frozen=True, array_like=True, tag="awaited"):
    """What an awaited thing gives."""

    value: Expr


class Either(msgspec.Struct, frozen=True, array_like=True, tag="either"):
    """One of several: the branches of a condition, the members of a union."""

    options: tuple[Expr, ...]


class Nothing(msgspec.Struct, frozen=True, array_like=True, tag="nothing"):
    """``None``, which stands for a value that is not there."""


class Opaque(msgspec.Struct, frozen=True, array_like=True, tag="opaque"):
    """Something that is not followed."""


Expr: TypeAlias = Name | Attribute | Called | Awaited | Either | Nothing | Opaque

NOTHING = Nothing()
OPAQUE = Opaque()

# How a name comes by its value:
#   imported   `target` names it: a dotted path, with leading dots where the import is relative
#   assigned   it is the value of `value`
#   annotated  it is an instance of what `value`, an annotation, names
#   entered    it is what `with value as name` gives; `async with` for `aentered`
#   defined    a function or class of the module; `scope` is its own
#   self       a method's first parameter
#   unknown    anything else: a parameter, a loop's variable, a deleted name
BindingKind: TypeAlias = Literal[
    "imported", "assigned", "annotated", "entered", "aentered", "defined", "self", "unknown"
]


class Binding(msgspec.Struct, frozen=True, array_like=True):
    kind: BindingKind
    line: int
    column: int
    value: Expr = OPAQUE
    target: str = ""
    scope: int = -1


ScopeKind: TypeAlias = Literal["module", "class", "function", "lambda", "comprehension"]


class Scope(msgspec.Struct, array_like=True):
    """A namespace and the code that runs in it.

    ``runs_in_parent`` is whether the code runs as part of the enclosing scope's: a class body, a
    comprehension, a generator expression that is used up on the spot. A function has an annotation
    of what it returns, or the values it returns; a class has bases, and the attributes that its
    methods give to ``self``.
    """

    kind: ScopeKind
    parent: int
    name: str
    line: int
    is_async: bool = False
    runs_in_parent: bool = False
    bindings: dict[str, list[Binding]] = {}
    outer_names: dict[str, Literal["global", "nonlocal"]] = {}
    is_generator: bool = False
    decorators: list[Expr] = []
    annotation: Expr | None = None
    returned: list[Expr] = []
    bases: list[Expr] = []
    attributes: dict[str, list[Binding]] = {}


Literals: TypeAlias = dict[str, bool | int | float | str | None]


class Span(msgspec.Struct, frozen=True, order=True, array_like=True):
    """A piece of source: lines and columns from 1, columns in characters, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class CallSite(msgspec.Struct, frozen=True, array_like=True):
    """One call as it stands in the source.

    ``literals`` has the arguments that are constants, positional ones by their number.
    """

    scope: int
    callee: Expr
    span: Span
    awaited: bool
    literals: Literals = {}


class Statement(msgspec.Struct, frozen=True, array_like=True):
    """A function that is in no other: its lines, and which of the module's calls stand in it."""

    line: int
    end_line: int
    first_call: int
    end_call: int


class ModuleFacts(msgspec.Struct, array_like=True):
    scopes: list[Scope]
    calls: list[CallSite]
    statements: list[Statement]


def last_names(expression: Expr) -> list[str]:
    """Return the last name of an expression, or of what it calls; of each that it may be."""
    match expression:
        case Name(id=name) | Attribute(name=name):
            return [name]
        case Called(function=function):
            return last_names(function)
        case Either(options=options):
            return [name for option in options for name in last_names(option)]
    return []


def last_name(expression: Expr) -> str:
    """Return the first of these; nothing where there is none."""
    return next(iter(last_names(expression)), "")
