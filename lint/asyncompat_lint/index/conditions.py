"""What the tests of ``if`` say of names: where each is known to be so, or not to be so.

Knows syntax trees only: that a name is a parameter, and is what was passed, is asked elsewhere.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from asyncompat_lint.expressions import OPAQUE, Constant, Display, Expr, last_name, root_name
from asyncompat_lint.facts import CHANGES, Asked, Change, Condition, Without
from asyncompat_lint.index.branches import leaves, lines_of, one_of
from asyncompat_lint.index.expressions import expression

# What tells whether a loop runs is named so.
_OF_LOOPS = re.compile("async|coroutine|loop|running", re.IGNORECASE)
_OF_CONSTANTS = ("endswith", "equal", "startswith")
_SEVERAL = (ast.List, ast.Set, ast.Tuple)


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


# Where a test holds, and where it does not: lines, each with which of the two.
Places = list[tuple[bool, tuple[int, int]]]


def places_of(statement: ast.If, rest: list[ast.stmt]) -> Places:
    """Return where a test holds, and where it does not: its branches, and what follows it."""
    places = [(True, statement.body), (False, statement.orelse)]
    if leaves(statement.body):
        places.append((False, rest))
    elif statement.orelse and leaves(statement.orelse):
        places.append((True, rest))
    return [(holds, lines_of(body)) for holds, body in places if body]


def conditions(test: ast.expr, places: Places) -> Iterator[Condition]:
    """Give what a test says, in its places."""
    said = {True: list(_where_true(test)), False: list(_where_false(test))}
    for holds, lines in places:
        yield from (each.at(lines) for each in said[holds])


def without(
    test: ast.expr, places: Places, called: Callable[[str], Expr | None]
) -> Iterator[Without]:
    """Give where what may tell whether a loop runs has told that none does, as a test says.

    ``called`` tells what a name is the result of.
    """
    for holds, lines in places:
        for node in _untrue(test, holds):
            match node:
                case ast.Call(func=function, args=[], keywords=[]):
                    told: Expr | None = expression(function)
                case ast.Name(id=name):
                    told = called(name)
                case _:
                    told = None
            if told is not None and _OF_LOOPS.search(last_name(told)):
                yield Without(told, *lines)


def _untrue(test: ast.expr, holds: bool) -> Iterator[ast.expr]:
    """Give what is not true, or None, where a test holds, or where it does not."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _untrue(operand, not holds)
        case ast.BoolOp(op=operator, values=values):
            if isinstance(operator, ast.And) is holds:
                for value in values:
                    yield from _untrue(value, holds)
        case ast.Compare(left=left, ops=[ast.Is()], comparators=[ast.Constant(value=None)]):
            if holds:
                yield from _untrue(left, False)
        case ast.Compare(left=left, ops=[ast.IsNot()], comparators=[ast.Constant(value=None)]):
            if not holds:
                yield from _untrue(left, False)
        case ast.NamedExpr(value=value):
            yield from _untrue(value, holds)
        case _:
            if not holds:
                yield test


def _where_true(test: ast.expr) -> Iterator[_Said]:
    match test:
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _where_true(value)
        case ast.BoolOp(op=ast.Or(), values=values):
            yield from _one_of([list(_said(value)) for value in values])
        case _:
            yield from _said(test)


def _one_of(options: list[list[_Said]]) -> Iterator[_Said]:
    """What holds where one of several holds: that a name is one of some constants, or so begins."""
    for first in options[0]:
        if first.asked not in _OF_CONSTANTS or not first.holds:
            continue
        items: list[Expr] = []
        for said in options:
            for each in said:
                is_its = (each.name, each.asked, each.holds) == (first.name, first.asked, True)
                if is_its and isinstance(each.value, Display):
                    items += each.value.items
                    break
            else:
                break
        else:
            yield _Said(first.name, first.asked, Display("tuple", tuple(items)))


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
            args=[texts],
        ) if values := _constants(texts):
            yield _Said(name, asked, values)
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            if isinstance(left, ast.Name):
                yield from _compared(left.id, operator, right)
            if isinstance(right, ast.Name) and isinstance(operator, ast.Eq | ast.NotEq):
                yield from _compared(right.id, operator, left)


def _compared(name: str, operator: ast.cmpop, other: ast.expr) -> Iterator[_Said]:
    match operator, other:
        case ast.Is() | ast.IsNot(), ast.Constant(value=None):
            yield _Said(name, "none", holds=isinstance(operator, ast.Is))
        case (ast.Eq() | ast.NotEq(), ast.Attribute() | ast.Constant() | ast.Name()) | (
            ast.In() | ast.NotIn(),
            ast.List() | ast.Set() | ast.Tuple(),
        ) if values := _constants(other):
            yield _Said(name, "equal", values, isinstance(operator, ast.Eq | ast.In))


def _constants(node: ast.expr) -> Expr | None:
    """The constant that something is, or those that it has, or their names: if all can be kept.

    What is too long, or odd, cannot.
    """
    found = [expression(each) for each in (node.elts if isinstance(node, _SEVERAL) else [node])]
    is_kept = all(
        isinstance(each.value, str | int) if isinstance(each, Constant) else bool(root_name(each))
        for each in found
    )
    return Display("tuple", tuple(found)) if found and is_kept else None


def changes_of(name: str, value: ast.expr) -> tuple[Change, ...]:
    """Return what a text is changed by: ``name.strip().lower()`` and the like."""
    match value:
        case ast.Call(func=ast.Attribute(value=of, attr=method), args=arguments, keywords=[]) if (
            method in CHANGES
        ):
            texts = [each.value for each in arguments if isinstance(each, ast.Constant)]
            given = tuple(each for each in texts if isinstance(each, str))
            before = changes_of(name, of)
            is_it = isinstance(of, ast.Name) and of.id == name
            if len(given) == len(arguments) and (before or is_it):
                return *before, Change(method, given)
    return ()
