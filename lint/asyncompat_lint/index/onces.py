"""What is done but once: what asks first whether its result is already there, and then keeps it.

Knows syntax trees only. What outlives a function is not asked here.
"""

from __future__ import annotations

import ast

from asyncompat_lint.index.branches import dotted_name
from asyncompat_lint.index.expressions import name_of
from asyncompat_lint.index.nodes import walk

_TELLING = (ast.Attribute, ast.BoolOp, ast.Call, ast.Compare, ast.Name, ast.NamedExpr, ast.UnaryOp)
_FILLING = frozenset("add append extend update".split())


def missing(test: ast.expr, *, holds: bool = True) -> set[str]:
    """Return what is not there where a test succeeds, or fails: ``x is None``, ``not x``."""
    if not isinstance(test, _TELLING):
        return set()
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return missing(operand, holds=not holds)
        case ast.BoolOp(op=operator, values=values):
            groups = [missing(each, holds=holds) for each in values]
            # Another one may be why it succeeds, and again: `x is None or time() > until`.
            is_any = isinstance(operator, ast.Or) == holds
            return set().union(*groups) if all(groups) or not is_any else set()
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            named = _compared(left, operator, right, holds=holds)
        case ast.Call(
            func=ast.Name(id="hasattr"), args=[owner, ast.Constant(value=str(attribute))]
        ) if attribute.isidentifier():
            named = "" if holds else f"{dotted_name(owner)}.{attribute}"
        case _:
            named = "" if holds else dotted_name(test)
    return {named} - {""}


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr, *, holds: bool) -> str:
    match operator, left, right:
        case ((ast.Is() | ast.IsNot()), _, ast.Constant(value=None)):
            return dotted_name(left) if isinstance(operator, ast.Is) == holds else ""
        case ((ast.In() | ast.NotIn()), _, _):
            return dotted_name(right) if isinstance(operator, ast.NotIn) == holds else ""
        case ast.Eq(), ast.Call(func=ast.Name(id="len"), args=[container]), ast.Constant(value=0):
            return dotted_name(container) if holds else ""
        case ast.Eq(), _, (ast.List(elts=[]) | ast.Dict(keys=[])):
            return dotted_name(left) if holds else ""
    return ""


def is_filled(names: set[str], body: list[ast.stmt]) -> bool:
    """Return whether a body gives one of these a value that stays: so it is done but once."""
    filled, emptied = set[str](), set[str]()
    if names:
        _look(names, body, filled, emptied)
    return bool(filled - emptied)


def _look(names: set[str], body: list[ast.stmt], filled: set[str], emptied: set[str]) -> None:
    for statement in body:
        targets: list[ast.expr] = []
        value: ast.expr | None = None
        match statement:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=annotated, value=value):
                targets = [annotated]
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=container, attr=method))):
                targets = [container] if method in _FILLING else []
        for target in targets:
            name = dotted_name(target.value if isinstance(target, ast.Subscript) else target)
            if name in names:
                is_empty = isinstance(value, ast.Constant) and not value.value
                (emptied if is_empty else filled).add(name)
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(statement, field, None)
            if isinstance(inner, list):
                _look(names, inner, filled, emptied)


def fills_missing(handler: ast.ExceptHandler, body: list[ast.stmt]) -> bool:
    """Return whether a handler puts into a table what was looked for there: it is done but once."""
    if handler.type is None or name_of(handler.type) != "KeyError":
        return False
    tables = {
        dotted_name(each.value)
        for statement in body
        for each in walk(statement)
        if isinstance(each, ast.Subscript)
    }
    return is_filled(tables - {""}, handler.body)
