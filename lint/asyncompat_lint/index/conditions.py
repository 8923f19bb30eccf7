"""What the tests of ``if`` say of names: where each is known to be so, or not to be so.

Knows syntax trees only: that a name is a parameter, and is what was passed, is asked elsewhere.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeGuard

from asyncompat_lint.expressions import OPAQUE, Constant, Expr
from asyncompat_lint.facts import Asked, Condition
from asyncompat_lint.index.branches import leaves, lines_of, one_of
from asyncompat_lint.index.expressions import expression


@dataclass(frozen=True)
class _Said:
    name: str
    asked: Asked
    value: Expr = OPAQUE
    holds: bool = True

    def negated(self) -> _Said:
        return _Said(self.name, self.asked, self.value, not self.holds)

    def at(self, lines: tuple[int, int]) -> Condition:
        return Condition(self.name, self.asked, self.value, self.holds, *lines)


def conditions(statement: ast.If, rest: list[ast.stmt]) -> Iterator[Condition]:
    """Give what a test says, in its branches and in what follows it."""
    inside, otherwise = list(_where_true(statement.test)), list(_where_false(statement.test))
    places = [(inside, statement.body), (otherwise, statement.orelse)]
    if leaves(statement.body):
        places.append((otherwise, rest))
    elif statement.orelse and leaves(statement.orelse):
        places.append((inside, rest))
    for said, body in places:
        if body:
            yield from (each.at(lines_of(body)) for each in said)


def _where_true(test: ast.expr) -> Iterator[_Said]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        for value in test.values:
            yield from _where_true(value)
    else:
        yield from _said(test)


def _where_false(test: ast.expr) -> Iterator[_Said]:
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.Or):
        for value in test.values:
            yield from _where_false(value)
    else:
        yield from (each.negated() for each in _said(test))


def _said(test: ast.expr) -> Iterator[_Said]:
    match test:
        case ast.Name(id=name):
            yield _Said(name, "true")
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from (each.negated() for each in _said(operand))
        case ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), classes]):
            yield _Said(name, "instance", one_of(classes))
        case ast.Call(
            func=ast.Attribute(value=ast.Name(id=name), attr="startswith" | "endswith" as asked),
            args=[ast.Constant(value=str(value))],
        ) if _is_kept(value):
            yield _Said(name, asked, Constant(value))
        case ast.Compare(
            left=ast.Name(id=name), ops=[operator], comparators=[ast.Constant(value=value)]
        ):
            if isinstance(operator, ast.Is | ast.IsNot) and value is None:
                yield _Said(name, "none", holds=isinstance(operator, ast.Is))
            elif isinstance(operator, ast.Eq | ast.NotEq) and _is_kept(value):
                yield _Said(name, "equal", Constant(value), isinstance(operator, ast.Eq))


def _is_kept(value: object) -> TypeGuard[str | int]:
    """Whether the facts have a string or number as it is: not if it is too long, or odd."""
    if not isinstance(value, str | int):
        return False
    return expression(ast.Constant(value)) == Constant(value)
