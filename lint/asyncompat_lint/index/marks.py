"""Statements that a rule should look at, by their form alone.

So that libcst parses few functions. A mark may be in vain; what has none is never looked at. Knows
syntax trees, and the names of the rules that go by form.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from asyncompat_lint.facts import Mark
from asyncompat_lint.index.expressions import name_of
from asyncompat_lint.index.waiting import awaits

# What has handlers: the second is new in 3.11, and of the same shape.
_TRYING: tuple[type[ast.Try], ...] = (ast.Try, getattr(ast, "TryStar", ast.Try))
_MARKED = (ast.Assign, ast.For, ast.While, ast.With, *_TRYING)
_LEAVING = (ast.Break, ast.Continue, ast.Return)
# A loop that polls has a sleep in it, and at most the question whether it is over.
_MOST_IN_POLLING = 2
_CATCHING = frozenset({"BaseException", "CancelledError"})


def marks_of(body: list[ast.stmt]) -> Iterator[Mark]:
    """Give the marks of the statements of a body, in an async function."""
    for number, statement in enumerate(body):
        if not isinstance(statement, _MARKED):  # most are not
            continue
        if _may_swallow(statement):
            yield Mark("cancellation-swallowed", statement.lineno)
        match statement:
            case ast.While(body=inside) if any(map(_sleeps, inside[:_MOST_IN_POLLING])):
                yield Mark("polling-loop", statement.lineno)
            case ast.For(
                body=[
                    ast.Expr(value=ast.Call(func=ast.Attribute(attr="append"), args=[ast.Await()]))
                ]
            ):
                yield Mark("sequential-awaits", statement.lineno)
            case ast.Assign(value=ast.Await(value=ast.Call(func=function))):
                if number and _awaits_the_same(body[number - 1], function):
                    yield Mark("sequential-awaits", statement.lineno)


def _may_swallow(statement: ast.stmt) -> bool:
    """Whether something may end a cancellation that comes while a statement awaits."""
    if isinstance(statement, ast.With):
        may = any(_is_suppressing(item.context_expr) for item in statement.items)
    elif isinstance(statement, _TRYING):
        leaving = any(isinstance(each, _LEAVING) for each in statement.finalbody)
        may = leaving or any(map(_catches, statement.handlers))
    else:
        return False
    return may and any(map(awaits, statement.body))


def _is_suppressing(manager: ast.expr) -> bool:
    match manager:
        case ast.Call(func=function, args=types) if name_of(function) == "suppress":
            return any(name_of(each) in _CATCHING for each in types)
    return False


def _sleeps(statement: ast.stmt) -> bool:
    match statement:
        case ast.If(orelse=[other]):
            return _sleeps(other)
        case ast.Expr(value=ast.Await(value=ast.Call(func=function))):
            return name_of(function) == "sleep"
    return False


def _catches(handler: ast.ExceptHandler) -> bool:
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(name_of(each) in _CATCHING for each in types)


def _awaits_the_same(statement: ast.stmt, function: ast.expr) -> bool:
    match statement:
        case ast.Assign(value=ast.Await(value=ast.Call(func=other))):
            return ast.dump(other) == ast.dump(function)
    return False
