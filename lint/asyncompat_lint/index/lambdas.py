"""What lambdas are called with: by functions that go through something and call them for each.

Knows syntax only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

# By the number of the callable, and of what is gone through; or by the name that a key has.
_CALLING_FIRST = frozenset({"dropwhile", "filter", "filterfalse", "map", "takewhile"})
_CALLING_SECOND = frozenset({"groupby"})
_BY_KEY = {"groupby": 0, "max": 0, "min": 0, "nlargest": 1, "nsmallest": 1, "sorted": 0}
GOING_THROUGH = _CALLING_FIRST | _CALLING_SECOND | _BY_KEY.keys() | {"sort"}


def called_for_each(name: str, node: ast.Call) -> Iterator[tuple[ast.Lambda, ast.expr]]:
    """Give the lambdas that a call of this name is passed, with what it goes through."""
    arguments = [each for each in node.args if not isinstance(each, ast.Starred)]
    if len(arguments) < len(node.args):
        return
    match name, node.func, arguments:
        case "sort", ast.Attribute(value=things), []:
            yield from _by_key(node, things)
        case _, _, [ast.Lambda() as function, things] if name in _CALLING_FIRST:
            yield function, things
        case _, _, [things, ast.Lambda() as function] if name in _CALLING_SECOND:
            yield function, things
        case _ if name in _BY_KEY and len(arguments) == _BY_KEY[name] + 1:
            yield from _by_key(node, arguments[-1])


def _by_key(node: ast.Call, things: ast.expr) -> Iterator[tuple[ast.Lambda, ast.expr]]:
    for each in node.keywords:
        if each.arg == "key" and isinstance(each.value, ast.Lambda):
            yield each.value, things
