"""Calls whose result is taken for a value: tested, compared, gone through, asked for an attribute.

A coroutine is none of these things. Knows syntax trees only.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterable, Iterator

# What coroutines have, besides what every object may have.
_OF_COROUTINES = frozenset({"close", "send", "throw"})
_TELLING_TASKS = frozenset({"add_done_callback", "set_name"})
_IDENTITY = (ast.Is, ast.IsNot)
_COMPREHENSIONS = (ast.GeneratorExp, ast.ListComp, ast.SetComp)
# No coroutine means anything to these.
_ASKING_EACH = frozenset({"all", "any"})
TAKERS = _ASKING_EACH | frozenset(
    "abs bool bytes dict enumerate filter float frozenset int iter len list map max min next print"
    " repr reversed round set sorted str sum tuple zip".split()
)


def _tested(node: ast.expr) -> list[ast.expr]:
    """What has to be true or false for something to be."""
    if isinstance(node, ast.BoolOp):
        return [tested for each in node.values for tested in _tested(each)]
    return [] if isinstance(node, ast.UnaryOp) else [node]  # that is told by itself


def dropped(value: ast.expr) -> list[ast.expr]:
    """Return what is not used by anybody where an expression is not: itself, or what it chooses.

    A task that is only told whom to call is not kept by that.
    """
    if isinstance(value, ast.Call):  # nearly always
        function = value.func
        if isinstance(function, ast.Attribute) and function.attr in _TELLING_TASKS:
            return [value, function.value]
        return [value]
    match value:
        case ast.BoolOp():
            return value.values[-1:]
        case ast.IfExp():
            return [value.body, value.orelse]
        case ast.ListComp() | ast.SetComp():
            return [value.elt]
    return [value]


def _of_boolean(node: ast.BoolOp) -> Iterator[ast.expr]:
    for each in node.values[:-1]:  # the last is what comes of it
        yield from _tested(each)


def _compared(node: ast.Compare) -> list[ast.expr]:
    if isinstance(node.ops[0], _IDENTITY):
        return []
    return [node.left, *node.comparators]


def given_to(name: str, arguments: Iterable[ast.expr]) -> Iterator[ast.expr]:
    """Give what one of the builtins ``TAKERS`` takes for a value, of its arguments."""
    for each in arguments:
        yield each
        if name in _ASKING_EACH and isinstance(each, _COMPREHENSIONS):
            yield each.elt


# Methods of test cases, whose first arguments are compared, or tested.
ASSERTING = frozenset(
    "assertAlmostEqual assertCountEqual assertDictEqual assertEqual assertFalse assertGreater"
    " assertGreaterEqual assertIn assertLess assertLessEqual assertListEqual assertNotEqual"
    " assertNotIn assertTrue assertTupleEqual".split()
)


def is_of_coroutines(attribute: str) -> bool:
    """Return whether coroutines have an attribute."""
    return attribute in _OF_COROUTINES or attribute.startswith(("cr_", "__"))


def _of_comprehension(
    node: ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp,
) -> Iterator[ast.expr]:
    for generator in node.generators:
        if not generator.is_async:
            yield generator.iter
        for test in generator.ifs:
            yield from _tested(test)


# By the kind of a node: what of it is taken so. What is asked for an attribute or an item is so
# often that the walk does it by itself.
TAKING: dict[type[ast.AST], Callable[..., Iterable[ast.expr]]] = {
    ast.Assert: lambda node: _tested(node.test),
    ast.BinOp: lambda node: [node.left, node.right],
    ast.BoolOp: _of_boolean,
    ast.Compare: _compared,
    ast.Dict: lambda node: [v for k, v in zip(node.keys, node.values, strict=True) if k is None],
    ast.DictComp: _of_comprehension,
    ast.For: lambda node: [node.iter],
    ast.FormattedValue: lambda node: [node.value],
    ast.GeneratorExp: _of_comprehension,
    ast.If: lambda node: _tested(node.test),
    ast.IfExp: lambda node: _tested(node.test),
    ast.ListComp: _of_comprehension,
    ast.SetComp: _of_comprehension,
    ast.Starred: lambda node: [node.value],
    ast.UnaryOp: lambda node: _tested(node.operand),
    ast.While: lambda node: _tested(node.test),
}
