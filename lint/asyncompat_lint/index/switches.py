"""Switches: tests that fail unless an environment variable is set.

What a test comes to where no variable is set is worked out from its form. Knows syntax trees only.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass

from asyncompat_lint.index.branches import leaves

# Of texts: these keep it false whether a variable is set or not.
_METHODS = {"casefold": str.casefold, "lower": str.lower, "strip": str.strip, "upper": str.upper}
_TYPES = {"bool": bool, "float": float, "int": int, "str": str}
_Plain = str | int | float | bool | None


@dataclass(frozen=True)
class Known:
    """What an expression is where no variable is set, and whether one could make it another."""

    value: _Plain | tuple[_Plain, ...]
    varies: bool = False


Switches = Mapping[str, Known]


def may_switch(text: str) -> bool:
    """Return whether a text asks for any variable."""
    return "environ" in text or "getenv" in text


def off_body(statement: ast.If, switches: Switches) -> bool:
    """Return whether the body of a statement runs only if a variable is set."""
    known = known_without(statement.test, switches)
    return known is not None and known.varies and not known.value


def off_rest(statement: ast.If, switches: Switches) -> bool:
    """Return whether what follows a statement runs only if a variable is set."""
    known = known_without(statement.test, switches)
    return known is not None and known.varies and bool(known.value) and leaves(statement.body)


def known_without(node: ast.expr, switches: Switches) -> Known | None:
    """Return what an expression is where no variable is set; None where that is not known."""
    match node:
        case ast.Constant(value=str() | int() | float() | None as value):
            return Known(value)
        case ast.Name(id=name):
            return switches.get(name)
        case ast.Tuple(elts=elements) | ast.List(elts=elements) | ast.Set(elts=elements):
            values = tuple(
                each.value
                for each in elements
                if isinstance(each, ast.Constant)
                and isinstance(each.value, str | int | float | None)
            )
            return Known(values) if len(values) == len(elements) else None
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            known = known_without(operand, switches)
            return known and Known(not known.value, known.varies)
        case ast.BoolOp(op=operator, values=values):
            return _of_several([known_without(e, switches) for e in values], operator)
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            return _compared(
                known_without(left, switches), operator, known_without(right, switches)
            )
        case ast.Call(func=function, args=arguments, keywords=[]):
            return _called(function, arguments, switches)
    return None


def _called(function: ast.expr, arguments: list[ast.expr], switches: Switches) -> Known | None:
    match function, arguments:
        case (
            (ast.Attribute(attr="getenv") | ast.Name(id="getenv"))
            | ast.Attribute(
                value=ast.Attribute(attr="environ") | ast.Name(id="environ"), attr="get"
            ),
            [_, *default],
        ):
            known = known_without(default[0], switches) if default else Known(None)
            return known and Known(known.value, varies=True)
        case ast.Name(id=name), [argument] if name in _TYPES:
            return _converted(_TYPES[name], known_without(argument, switches))
        case ast.Attribute(value=value, attr=name), [] if name in _METHODS:
            known = known_without(value, switches)
            return _converted(_METHODS[name], known) if known and _is_text(known) else None
    return None


def _is_text(known: Known) -> bool:
    return isinstance(known.value, str)


def _converted(convert: object, known: Known | None) -> Known | None:
    if known is None or not callable(convert):
        return None
    try:
        return Known(convert(known.value), known.varies)
    except (TypeError, ValueError):
        return None


def _of_several(all_known: list[Known | None], operator: ast.boolop) -> Known | None:
    """What ``and`` and ``or`` come to: one that is known may decide it alone."""
    decides = isinstance(operator, ast.Or)
    for known in all_known:
        if known is not None and bool(known.value) is decides and not decides:
            return Known(decides, known.varies)
    if None in all_known:
        return None
    values = [bool(known.value) for known in all_known if known is not None]
    varies = any(known.varies for known in all_known if known is not None)
    return Known(any(values) if decides else all(values), varies)


def _compared(left: Known | None, operator: ast.cmpop, right: Known | None) -> Known | None:
    if left is None or right is None:
        return None
    varies = left.varies or right.varies
    match operator, right.value:
        case ast.Eq() | ast.Is(), value:
            return Known(left.value == value, varies)
        case ast.NotEq() | ast.IsNot(), value:
            return Known(left.value != value, varies)
        case ast.In(), tuple() as values:
            return Known(left.value in values, varies)
        case ast.NotIn(), tuple() as values:
            return Known(left.value not in values, varies)
    return None
