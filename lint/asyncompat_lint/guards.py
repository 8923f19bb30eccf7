"""Tests that tell on which versions of Python something runs, and what they guard. Data only."""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec

from asyncompat_lint.expressions import Expr
from asyncompat_lint.spans import Span


# Tests that are told of, for what they say of Python's version:
class VersionTest(msgspec.Struct, frozen=True, array_like=True, tag="version"):
    """``sys.version_info >= (3, 8)``; only the first two numbers are kept."""

    operator: Literal["<", "<=", ">", ">=", "==", "!="]
    version: tuple[int, ...]


class HasAttribute(msgspec.Struct, frozen=True, array_like=True, tag="has"):
    """``hasattr(owner, "name")``."""

    owner: Expr
    name: str


class Succeeds(msgspec.Struct, frozen=True, array_like=True, tag="succeeds"):
    """A ``try`` whose imports and names are there; ``imports`` are as those of a ``Mention``."""

    imports: tuple[str, ...] = ()
    names: tuple[Expr, ...] = ()


class Flag(msgspec.Struct, frozen=True, array_like=True, tag="flag"):
    """A name that a test may have been given to: ``PY38 = sys.version_info >= (3, 8)``."""

    value: Expr


class Never(msgspec.Struct, frozen=True, array_like=True, tag="never"):
    """It fails whenever the code runs: ``TYPE_CHECKING``."""


class Unasked(msgspec.Struct, frozen=True, array_like=True, tag="unasked"):
    """It says nothing of versions."""


class Not(msgspec.Struct, frozen=True, array_like=True, tag="not"):
    test: Test


class All(msgspec.Struct, frozen=True, array_like=True, tag="all"):
    tests: tuple[Test, ...]


class Any(msgspec.Struct, frozen=True, array_like=True, tag="any"):
    tests: tuple[Test, ...]


Test: TypeAlias = VersionTest | HasAttribute | Succeeds | Flag | Never | Unasked | Not | All | Any

# How it fails that something is not there: a module, a name that is imported, an attribute, a name.
Failure: TypeAlias = Literal["module", "import", "attribute", "name", "warning"]


class Guard(msgspec.Struct, frozen=True, array_like=True):
    """What stands in a span runs only where a test holds.

    ``forgives`` are the failures that are caught there, ``forgives_no_loop`` is whether it is
    caught that no event loop runs.
    """

    span: Span
    test: Test
    forgives: tuple[Failure, ...] = ()
    forgives_no_loop: bool = False
