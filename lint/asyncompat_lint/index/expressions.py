"""From the parser's expressions to those of the facts.

Knows syntax, and what of it can be followed. Every name stays as it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Mapping

from asyncompat_lint.expressions import (
    OPAQUE,
    Attribute,
    Awaited,
    Called,
    Constant,
    Display,
    Either,
    Element,
    Expr,
    Inner,
    Name,
    Opaque,
    Subscripted,
)

# The scopes of the lambdas and comprehensions that have been met.
Scopes = Mapping[ast.AST, int]
_NO_SCOPES: Scopes = {}

_LONGEST_TEXT = 80
_LARGEST_NUMBER = 2**63 - 1
# Of these calls some arguments count even where they are constants or told by name: the place that
# they have then, and their names.
_TOLD_BY_NAME = {
    "open": (1, ("mode", "fileobj")),
    "JoinableQueue": (0, ("maxsize",)),
    "LifoQueue": (0, ("maxsize",)),
    "PriorityQueue": (0, ("maxsize",)),
    "Queue": (0, ("maxsize",)),
}
# Behind a tuple's only argument: of any length.
ELLIPSIS = Constant("...")

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "__add__",
    ast.Div: "__truediv__",
    ast.Mod: "__mod__",
    ast.Sub: "__sub__",
    ast.Mult: "__mul__",
    ast.BitAnd: "__and__",
}


def expression(node: ast.expr, scopes: Scopes = _NO_SCOPES) -> Expr:
    """Keep what can be followed of an expression."""

    def each(nodes: list[ast.expr]) -> tuple[Expr, ...]:
        return tuple(expression(node, scopes) for node in nodes)

    match node:
        case ast.Name():
            return Name(node.id)
        case ast.Attribute():
            return Attribute(expression(node.value, scopes), node.attr)
        case ast.Call():
            return _call(node, scopes)
        case ast.Await() | ast.YieldFrom():
            return Awaited(expression(node.value, scopes))
        case ast.NamedExpr() | ast.Starred():
            return expression(node.value, scopes)
        case ast.IfExp():
            return Either(each([node.body, node.orelse]))
        case ast.BoolOp():
            return Either(each(node.values))
        case ast.BinOp(op=ast.BitOr()):
            return Either(each([node.left, node.right]))
        case ast.BinOp(op=operator) if type(operator) in _OPERATORS:
            method = Attribute(expression(node.left, scopes), _OPERATORS[type(operator)])
            return Called(method, _followed([expression(node.right, scopes)]))
        case ast.Subscript():
            return Subscripted(expression(node.value, scopes), expression(node.slice, scopes))
        case ast.List():
            return Display("list", each(node.elts))
        case ast.Tuple():
            return Display("tuple", each(node.elts))
        case ast.Set():
            return Display("set", each(node.elts))
        case ast.Dict():
            keys = [key for key in node.keys if key is not None]
            unpacked = len(keys) < len(node.keys)
            return Display("dict", each(keys), (OPAQUE,) if unpacked else each(node.values))
        case ast.Lambda() | ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            return Inner(scopes[node]) if node in scopes else OPAQUE
        case ast.Constant(value=str(text)):
            # Long texts, and those that are no text, say nothing but that they are strings.
            return Constant(text if len(text) <= _LONGEST_TEXT and text.isprintable() else "")
        case ast.Constant(value=int(number)) if abs(number) > _LARGEST_NUMBER:
            return Called(Name("int"))
        case ast.Constant(value=bool() | int() | float() | None as value):
            return Constant(value)
        case ast.Constant(value=bytes()):
            return Called(Name("bytes"))
        case ast.JoinedStr():
            return Called(Name("str"))
    return OPAQUE


def annotation(node: ast.expr) -> Expr:
    """Keep an annotation: as an expression, with the strings in it read as what they name."""
    match node:
        case ast.Constant(value=str(text)):
            try:
                return annotation(ast.parse(text.strip(), mode="eval").body)
            except SyntaxError:
                return OPAQUE
        case ast.BinOp(op=ast.BitOr()):
            return Either((annotation(node.left), annotation(node.right)))
        case ast.Subscript(slice=ast.Tuple(elts=elements)):
            arguments = Display("tuple", tuple(map(annotation, elements)))
            return Subscripted(expression(node.value), arguments)
        case ast.Subscript() if is_named(node.value, {"Literal"}):
            return OPAQUE
        case ast.Subscript():
            return Subscripted(expression(node.value), annotation(node.slice))
        case ast.List(elts=elements):
            return Display("list", tuple(map(annotation, elements)))
        case ast.Name() | ast.Attribute() | ast.Constant(value=None):
            return expression(node)
        case ast.Constant(value=value) if value is ...:
            return ELLIPSIS
    return OPAQUE


def is_named(node: ast.expr, names: set[str]) -> bool:
    """Return whether an annotation is one of these, with or without arguments."""
    node = node.value if isinstance(node, ast.Subscript) else node
    return name_of(node) in names


def name_of(node: ast.AST) -> str:
    """Return the last name of a dotted name; nothing for anything else."""
    if isinstance(node, ast.Attribute):
        return node.attr
    return node.id if isinstance(node, ast.Name) else ""


def whole_lines(statement: ast.stmt) -> tuple[int, int]:
    """Return the first and the last line of a statement, with its decorators."""
    decorators: list[ast.expr] = getattr(statement, "decorator_list", [])
    first = min([statement.lineno, *(each.lineno for each in decorators)])
    return first, statement.end_lineno or statement.lineno


def element(node: ast.expr, scopes: Scopes) -> Expr:
    """Return what a loop's variable is."""
    return Element(expression(node, scopes))


def _call(node: ast.Call, scopes: Scopes) -> Expr:
    arguments = [expression(each, scopes) for each in node.args]
    match node:
        case ast.Call(
            func=ast.Name(id="getattr"), args=[value, ast.Constant(value=str(name)), *default]
        ) if name.isidentifier():
            found = Attribute(expression(value, scopes), name)
            return Either((found, *(expression(each, scopes) for each in default)))
        case ast.Call(func=function) if name_of(function) == "TypeVar":
            # Its bound is what its instances have in common.
            bounds = [annotation(k.value) for k in node.keywords if k.arg == "bound"]
            arguments = [OPAQUE, *bounds]
        case ast.Call(func=function, args=[_, *_]) if name_of(function) == "cast":
            arguments[0] = annotation(node.args[0])
        case ast.Call(func=function) if name_of(function) in _TOLD_BY_NAME:
            # How it is opened counts, and from what; and how much it holds.
            number, names = _TOLD_BY_NAME[name_of(function)]
            told = [each.value for each in node.keywords if each.arg in names]
            if told and len(arguments) <= number:
                arguments += [OPAQUE] * (number - len(arguments)) + [expression(told[0], scopes)]
            return Called(expression(function, scopes), tuple(arguments))
    return Called(expression(node.func, scopes), _followed(arguments))


def _followed(arguments: list[Expr]) -> tuple[Expr, ...]:
    """Leave out what is behind the last that can be followed."""
    while arguments and (isinstance(arguments[-1], Constant | Opaque)):
        arguments.pop()
    return tuple(arguments)
