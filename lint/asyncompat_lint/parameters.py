"""What a function's tests ask of its parameters, and what it passes them on to.

Data only, and serializable: a part of ``facts``, which knows where in a module a function is.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from asyncompat_lint.expressions import Expr

# What a test asks of a parameter: whether it is true, None, one of some constants, more than one,
# at least one, an instance, or a text that begins or ends with one of some.
Asked: TypeAlias = Literal[
    "true", "none", "equal", "more", "least", "instance", "startswith", "endswith"
]


# Methods of texts that give another one, by nothing but the texts that they are given.
CHANGES = frozenset(
    "casefold lower lstrip removeprefix removesuffix replace rstrip strip upper".split()
)


class Change(msgspec.Struct, frozen=True, array_like=True):
    """A method of texts that a parameter may have been given the result of, before it is asked."""

    method: str
    arguments: tuple[str, ...]


class Condition(msgspec.Struct, frozen=True, array_like=True):
    """In these lines of a function a parameter is what is asked, or is not.

    ``value`` are the constants that it is compared with, or the classes. Each of ``changes`` may
    have been made before, in their order, or not. Where an expression asks there are columns from
    1, too, the last exclusive; else they are 0.
    """

    parameter: str
    asked: Asked
    value: Expr
    holds: bool
    line: int
    end_line: int
    changes: tuple[Change, ...] = ()
    column: int = 0
    end_column: int = 0

    def holds_at(self, line: int, column: int) -> bool:
        """Return whether a place is one of these."""
        if not self.column:
            return self.line <= line <= self.end_line
        start, end = (self.line, self.column), (self.end_line, self.end_column)
        return start <= (line, column) < end

    def anywhere(self) -> Condition:
        """Return what is asked, without where it holds."""
        return msgspec.structs.replace(self, line=0, end_line=0, column=0, end_column=0)


class Without(msgspec.Struct, frozen=True, array_like=True):
    """In these lines of a function what a call has given is not true: None, or false."""

    called: Expr
    line: int
    end_line: int


class PassedOn(msgspec.Struct, frozen=True, array_like=True):
    """A call in a function that passes a parameter on, by ``key``: a name, or a number."""

    parameter: str
    callee: Expr
    key: str
    awaited: bool
    line: int
