"""What is in the nodes of a syntax tree: found by a table, for it is asked at a million lines."""

from __future__ import annotations

import ast
from collections.abc import Iterator

# These have nothing in them.
_OPERATORS = frozenset({"ctx", "op", "ops"})
# What is walked through in the nodes of a kind.
INSIDE: dict[type, tuple[str, ...]] = {
    kind: tuple(name for name in kind._fields if name not in _OPERATORS)
    for kind in vars(ast).values()
    if isinstance(kind, type) and issubclass(kind, ast.AST)
}


def children(node: ast.AST) -> list[ast.AST]:
    """Return the nodes that are straight in one."""
    found: list[ast.AST] = []
    for name in INSIDE[type(node)]:
        value = getattr(node, name, None)
        if isinstance(value, ast.AST):
            found.append(value)
        elif type(value) is list:
            found += [each for each in value if isinstance(each, ast.AST)]
    return found


def walk(node: ast.AST) -> Iterator[ast.AST]:
    """Give a node and all that is in it, the outer ones first."""
    todo = [node]
    for each in todo:
        todo += children(each)
        yield each
