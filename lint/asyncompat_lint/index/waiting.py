"""What awaits; and what is held, or left to itself, while a function does.

Knows syntax trees only: whether something called `acquire` is a lock's is asked elsewhere.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator

from asyncompat_lint.index.expressions import name_of
from asyncompat_lint.index.nodes import children, walk
from asyncompat_lint.index.taken import dropped

MAKING_TASKS = frozenset({"create_task", "ensure_future"})
_RUNNING_LOOPS = frozenset({"run", "run_forever", "run_until_complete"})
_FUNCTIONS = (ast.AsyncFunctionDef, ast.FunctionDef, ast.Lambda)
_LOOPS = (ast.AsyncFor, ast.For, ast.While)
_WAITING = (ast.AsyncFor, ast.AsyncWith, ast.Await)


def awaits(node: ast.AST) -> bool:
    """Return whether something awaits, apart from what the functions in it do."""
    if isinstance(node, _WAITING):
        return True
    if isinstance(node, _FUNCTIONS):
        return False
    if isinstance(node, ast.comprehension) and node.is_async:
        return True
    return any(map(awaits, children(node)))


def awaited_in(body: list[ast.stmt]) -> Iterator[ast.expr]:
    """Give what is called and awaited, or entered by ``async with``, in a body."""
    todo: list[ast.AST] = list(body)
    while todo:
        node = todo.pop()
        given = [node.value] if isinstance(node, ast.Await) else []
        if isinstance(node, ast.AsyncWith):
            given = [item.context_expr for item in node.items]
        yield from (each.func for each in given if isinstance(each, ast.Call))
        if not isinstance(node, _FUNCTIONS):
            todo += children(node)


def named_task(assignment: ast.Assign | ast.AnnAssign) -> str:
    """Return the name that an assignment gives a task, if all that it does is to make that."""
    match assignment:
        case (
            ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(func=function))
            | ast.AnnAssign(target=ast.Name(id=name), value=ast.Call(func=function))
        ):
            return name if name_of(function) in MAKING_TASKS else ""
    return ""


def is_left(name: str, line: int, function: ast.AST) -> bool:
    """Return whether a function ends with what it has given to a name, and not used."""
    loops = [
        (each.lineno, each.end_lineno or each.lineno)
        for each in walk(function)
        if isinstance(each, _LOOPS) and each.lineno <= line <= (each.end_lineno or each.lineno)
    ]
    only_told = {told for each in walk(function) for told in _told(each)}
    for each in walk(function):
        is_its = isinstance(each, ast.Name) and each.id == name and isinstance(each.ctx, ast.Load)
        if is_its and each not in only_told:
            return False
        if isinstance(each, ast.Global | ast.Nonlocal) and name in each.names:
            return False
        if _waits(each):
            waits_at: int = each.lineno  # type: ignore[attr-defined]  # as all expressions have
            if waits_at > line or any(first <= waits_at <= last for first, last in loops):
                return False  # meanwhile the function has it
    return True


def _told(node: ast.AST) -> list[ast.expr]:
    """What is not kept by a statement that only tells it whom to call."""
    match node:
        case ast.Expr(value=ast.Call() as call):
            return dropped(call)[1:]
    return []


def _waits(node: ast.AST) -> bool:
    """Whether other code runs, the loop's most likely, while a function stands here."""
    match node:
        case ast.Call(func=function):
            return name_of(function) in _RUNNING_LOOPS
    return isinstance(node, (*_WAITING, ast.Yield, ast.YieldFrom))


def held_over_await(statement: ast.stmt, body: list[ast.stmt], number: int) -> ast.expr | None:
    """Return the call by which a lock is taken, if something awaits before it is given back.

    The statement is the one of this number in a body.
    """
    match statement:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="acquire")) as call):
            for each in body[number + 1 :]:
                released = min(map(_line, filter(_releases, walk(each))), default=sys.maxsize)
                awaited = [_line(part) for part in walk(each) if isinstance(part, _WAITING)]
                if any(line < released for line in awaited) and awaits(each):
                    return call
                if released < sys.maxsize:
                    break  # on this way, if not on all
    return None


def _line(node: ast.AST) -> int:
    line: int = getattr(node, "lineno", sys.maxsize)
    return line


def _releases(node: ast.AST) -> bool:
    """Whether something is given back, by the lock's method or one that is called so."""
    match node:
        case ast.Call(func=function):
            return "release" in name_of(function)
    return False
