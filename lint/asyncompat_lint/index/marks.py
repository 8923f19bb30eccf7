"""Statements that a rule should look at, by their form alone.

So that libcst parses few functions. A mark may be in vain; what has none is never looked at. Knows
syntax trees, and the names of the rules that go by form.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from asyncompat_lint.facts import Mark
from asyncompat_lint.index.expressions import name_of

_CATCHING = frozenset({"BaseException", "CancelledError"})


def marks_of(body: list[ast.stmt]) -> Iterator[Mark]:
    """Give the marks of the statements of a body, in an async function."""
    for number, statement in enumerate(body):
        match statement:
            case ast.Try(handlers=handlers) if any(map(_catches, handlers)):
                if any(map(awaits, statement.body)):
                    yield Mark("cancellation-swallowed", statement.lineno)
            case ast.While(body=[ast.Expr(value=ast.Await(value=ast.Call(func=function)))]):
                if name_of(function) == "sleep":
                    yield Mark("polling-loop", statement.lineno)
            case ast.Assign(value=ast.Await(value=ast.Call(func=function))):
                if number and _awaits_the_same(body[number - 1], function):
                    yield Mark("sequential-awaits", statement.lineno)


def awaits(node: ast.AST) -> bool:
    """Return whether something awaits, apart from what the functions in it do."""
    if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith):
        return True
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
        return False
    if isinstance(node, ast.comprehension) and node.is_async:
        return True
    return any(map(awaits, ast.iter_child_nodes(node)))


def awaited_in(body: list[ast.stmt]) -> Iterator[ast.expr]:
    """Give what is called and awaited, or entered by ``async with``, in a body."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        given = [node.value] if isinstance(node, ast.Await) else []
        if isinstance(node, ast.AsyncWith):
            given = [item.context_expr for item in node.items]
        yield from (each.func for each in given if isinstance(each, ast.Call))
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            todo += ast.iter_child_nodes(node)


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
