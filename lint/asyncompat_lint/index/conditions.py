"""What the tests of ``if`` say of names: where each is known to be so, or not to be so.

Knows syntax trees only: that a name is a parameter, and is what was passed, is asked elsewhere.
"""

from __future__ import annotations

import ast
import itertools
import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass

from asyncompat_lint.expressions import OPAQUE, Constant, Display, Expr, last_name, root_name
from asyncompat_lint.index.branches import leaves, lines_of, one_of
from asyncompat_lint.index.expressions import expression
from asyncompat_lint.parameters import CHANGES, Asked, Change, Condition, Without

# What tells whether a loop runs is named so.
_OF_LOOPS = re.compile("async|coroutine|loop|running", re.IGNORECASE)
_OF_CONSTANTS = ("endswith", "equal", "startswith")
_SEVERAL = (ast.List, ast.Set, ast.Tuple)
_SAYING = (ast.Call, ast.Compare, ast.UnaryOp)
# What a comparison is from the other side.
_TURNED: dict[type[ast.cmpop], type[ast.cmpop]] = {
    ast.Eq: ast.Eq,
    ast.NotEq: ast.NotEq,
    ast.Gt: ast.Lt,
    ast.Lt: ast.Gt,
    ast.GtE: ast.LtE,
    ast.LtE: ast.GtE,
}


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


def asked_in(
    node: ast.IfExp | ast.BoolOp,
) -> Iterator[tuple[ast.expr, bool, ast.expr, ast.expr]]:
    """Give the tests in an expression: whether each holds from one of its parts to another."""
    if isinstance(node, ast.IfExp):
        yield node.test, True, node.body, node.body
        yield node.test, False, node.orelse, node.orelse
    else:
        for test, following in itertools.pairwise(node.values):
            yield test, isinstance(node.op, ast.And), following, node.values[-1]


def conditions(test: ast.expr, places: Places, names: Collection[str]) -> Iterator[Condition]:
    """Give what a test says of some names, in its places."""
    for holds, lines in places if names else ():
        for each in _where_true(test) if holds else _where_false(test):
            if each.name in names:
                yield each.at(lines)


def without(
    test: ast.expr, places: Places, called: Callable[[str], Expr | None]
) -> Iterator[Without]:
    """Give where what may tell whether a loop runs has told that none does, as a test says.

    ``called`` tells what a name is the result of.
    """
    for holds, lines in places:
        for node in _untrue(test, holds):
            told: Expr | None = None
            if isinstance(node, ast.Name):
                told = called(node.id)
            elif isinstance(node, ast.Call) and not node.args and not node.keywords:
                told = expression(node.func)
            if told is not None and _OF_LOOPS.search(last_name(told)):
                yield Without(told, *lines)


def _untrue(test: ast.expr, holds: bool) -> list[ast.expr]:
    """Return what is not true, or None, where a test holds, or where it does not."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        return _untrue(test.operand, not holds)
    if isinstance(test, ast.BoolOp):
        if isinstance(test.op, ast.And) is not holds:
            return []
        return [each for value in test.values for each in _untrue(value, holds)]
    if isinstance(test, ast.NamedExpr):
        return _untrue(test.value, holds)
    if isinstance(test, ast.Compare):
        match test.ops, test.comparators:
            case [ast.Is() | ast.IsNot() as operator], [ast.Constant(value=None)]:
                is_none = isinstance(operator, ast.Is) is holds
                return _untrue(test.left, False) if is_none else []
    return [] if holds else [test]


def _where_true(test: ast.expr) -> Iterator[_Said]:
    if not isinstance(test, ast.BoolOp):
        yield from _said(test)
    elif isinstance(test.op, ast.And):
        for value in test.values:
            yield from _where_true(value)
    else:
        yield from _one_of([list(_said(value)) for value in test.values])


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
        for each in _said(test):
            yield each.negated()


def _said(test: ast.expr) -> Iterator[_Said]:
    if isinstance(test, ast.Name):
        yield _Said(test.id, "true")
        return
    if not isinstance(test, _SAYING):  # an attribute, most likely
        return
    match test:
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
            if isinstance(right, ast.Name) and type(operator) in _TURNED:
                yield from _compared(right.id, _TURNED[type(operator)](), left)


def _compared(name: str, operator: ast.cmpop, other: ast.expr) -> Iterator[_Said]:
    match operator, other:
        case (
            ast.Gt() | ast.GtE() | ast.Lt() | ast.LtE(),
            ast.Attribute() | ast.Constant() | ast.Name() | ast.UnaryOp(),
        ) if values := _constants(other):
            asked: Asked = "more" if isinstance(operator, ast.Gt | ast.LtE) else "least"
            yield _Said(name, asked, values, isinstance(operator, ast.Gt | ast.GtE))
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
        isinstance(each.value, str | int | float)
        if isinstance(each, Constant)
        else bool(root_name(each))
        for each in found
    )
    return Display("tuple", tuple(found)) if found and is_kept else None


def changes_of(name: str, value: ast.expr) -> tuple[Change, ...]:
    """Return what a name is changed by: ``name.strip().lower()``, ``bool(name)`` and the like."""
    match value:
        case ast.Call(func=ast.Name(id="bool"), args=[ast.Name(id=it)], keywords=[]) if it == name:
            return (Change("bool", ()),)
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
