"""Generators of a module: which are coroutines, and whether others wait for them.

By form alone, with the interpreter's parser; for fixes that turn the ones into async functions.
"""

from __future__ import annotations

import ast
import functools
from collections.abc import Iterator

from asyncompat_lint.index.expressions import name_of

_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


@functools.lru_cache(maxsize=4)
def coroutines_in(text: str) -> frozenset[str] | None:
    """Return the names of a module's coroutines, old and new.

    None where a generator that is none delegates to something: it would not be able to, if that
    became an async function.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return None
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.AsyncFunctionDef):
            found.add(node.name)
        elif isinstance(node, ast.FunctionDef):
            if any(name_of(each) == "coroutine" for each in node.decorator_list):
                found.add(node.name)
            elif any(isinstance(each, ast.YieldFrom) for each in _own(node)):
                return None
    return frozenset(found)


@functools.lru_cache(maxsize=4)
def plain_in(text: str) -> frozenset[str]:
    """Return the names of a module's generators that are no coroutines, old or new."""
    try:
        tree = ast.parse(text)
    except SyntaxError:
        return frozenset()
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    plain = {
        node.name
        for node in functions
        if not any(name_of(each) == "coroutine" for each in node.decorator_list)
        and any(isinstance(each, ast.Yield | ast.YieldFrom) for each in _own(node))
    }
    coroutines = coroutines_in(text)
    return frozenset(plain - (coroutines or frozenset()))


def _own(function: ast.FunctionDef) -> Iterator[ast.AST]:
    todo: list[ast.AST] = list(function.body)
    while todo:
        node = todo.pop()
        yield node
        if not isinstance(node, _FUNCTIONS):
            todo += ast.iter_child_nodes(node)
