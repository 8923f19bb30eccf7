"""From the parser's expressions to those of the facts.

Knows syntax, and what of it can be followed. Every name stays as it is written.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from typing import Any, Literal

from asyncompat_lint.expressions import (
    DIVIDED,
    KEYWORDS,
    NOTHING,
    OPAQUE,
    TEXT,
    Attribute,
    Awaited,
    Called,
    Constant,
    Display,
    Either,
    Element,
    Expr,
    Name,
    Opaque,
    Subscripted,
    last_name,
)

# What has been met: lambdas and comprehensions, which have scopes of their own, and calls.
Known = Mapping[ast.AST, Expr]
_NOTHING: Known = {}

# What is declared to be one of these may be anything.
_ANYTHING = frozenset({"Any", "object"})
_LONGEST_TEXT = 80
_LARGEST_NUMBER = 2**63 - 1
# Of these calls some arguments count even where they are constants or told by name: the place that
# they have then, and their names.
_TOLD_BY_NAME = {
    "FileLock": (1, ("blocking", "timeout")),
    "NamedTemporaryFile": (0, ("mode",)),
    "SoftFileLock": (1, ("blocking", "timeout")),
    "TemporaryFile": (0, ("mode",)),
    "open": (1, ("mode", "fileobj")),
    "connect": (0, ("database",)),
    "Decoder": (0, ("type",)),
    "convert": (1, ("type",)),
    "decode": (1, ("type",)),
    "from_dict": (0, ("data_class",)),
    "groupby": (1, ("key",)),
    "structure": (1, ("cl",)),
    "JoinableQueue": (0, ("maxsize",)),
    "LifoQueue": (0, ("maxsize",)),
    "PriorityQueue": (0, ("maxsize",)),
    "Queue": (0, ("maxsize",)),
}
# Of all other calls what is called counts, and the arguments as they stand there.
READ_IN_THEIR_WAY = {
    *("TypeVar", "attrib", "cast", "field", "getattr", "ib", "partial"),
    *("field_validator", "validator"),
    *_TOLD_BY_NAME,
}
# Behind a tuple's only argument: of any length.
ELLIPSIS = Constant("...")
_DOTTED = (ast.Name, ast.Attribute)
_NOT_FOLLOWED = frozenset({Constant, Opaque})
_PLAIN = (bool, int, float)
_DECORATED = (ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef)

_OPERATORS: dict[type[ast.operator], str] = {
    ast.Add: "__add__",
    ast.Div: DIVIDED,
    ast.Mod: "__mod__",
    ast.Sub: "__sub__",
    ast.Mult: "__mul__",
    ast.BitAnd: "__and__",
}


def expression(node: ast.expr, known: Known = _NOTHING) -> Expr:
    """Keep what can be followed of an expression."""
    kind = type(node)
    if kind is ast.Name:  # half of all
        return Name(node.id)  # type: ignore[attr-defined]
    keep = _KEPT.get(kind)
    return OPAQUE if keep is None else keep(node, known)


def _each(nodes: list[ast.expr], known: Known) -> tuple[Expr, ...]:
    return tuple([expression(node, known) for node in nodes])


def _attribute(node: ast.Attribute, known: Known) -> Expr:
    value = node.value
    if type(value) is ast.Name:  # nearly always
        return Attribute(Name(value.id), node.attr)
    return Attribute(expression(value, known), node.attr)


def _inner(node: ast.expr, known: Known) -> Expr:
    return known.get(node, OPAQUE)


def _operation(node: ast.BinOp, known: Known) -> Expr:
    if isinstance(node.op, ast.BitOr):
        return Either(_each([node.left, node.right], known), is_piped=True)
    operator = _OPERATORS.get(type(node.op))
    if operator is None:
        return OPAQUE
    method = Attribute(expression(node.left, known), operator)
    if operator == DIVIDED and _is_text(node.right):
        return Called(method, (TEXT,))
    return called(method, [expression(node.right, known)])


def _is_text(node: ast.expr) -> bool:
    is_constant = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_constant or isinstance(node, ast.JoinedStr)


def _signed(node: ast.UnaryOp, known: Known) -> Expr:
    match node:
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as value)):
            return _constant(ast.Constant(-value), known)
    return OPAQUE


def _subscripted(node: ast.Subscript, known: Known) -> Expr:
    value = expression(node.value, known)
    if isinstance(node.slice, ast.Slice):  # a part of something is of the same kind
        return OPAQUE if isinstance(value, Display) else value
    return Subscripted(value, expression(node.slice, known))


def _sequence(
    of: Literal["list", "tuple", "set"],
) -> Callable[[ast.List | ast.Tuple | ast.Set, Known], Expr]:
    def kept(node: ast.List | ast.Tuple | ast.Set, known: Known) -> Expr:
        for each in node.elts:
            if type(each) is ast.Starred:  # what is behind it has no known number
                items = tuple([_item(each, known) for each in node.elts])
                return Display("list", (Either(items) if len(items) > 1 else items[0],))
        return Display(of, _each(node.elts, known))

    return kept


def _item(node: ast.expr, known: Known) -> Expr:
    if isinstance(node, ast.Starred):
        return element(node.value, known)
    return expression(node, known)


def _dictionary(node: ast.Dict, known: Known) -> Expr:
    keys = [key for key in node.keys if key is not None]
    if len(keys) == len(node.keys):
        return Display("dict", _each(keys, known), _each(node.values, known))
    values = [
        expression(value, known)
        if key is not None
        else Element(Called(Attribute(expression(value, known), "values")))
        for key, value in zip(node.keys, node.values, strict=True)
    ]
    return Display("dict", (OPAQUE,), (Either(tuple(values)) if len(values) > 1 else values[0],))


def _constant(node: ast.Constant, _: Known) -> Expr:
    value = node.value
    if isinstance(value, str):
        # Long texts, and those that are no text, say nothing but that they are strings.
        is_kept = len(value) <= _LONGEST_TEXT and value.isprintable()
        return Constant(value) if is_kept else TEXT
    if isinstance(value, int) and abs(value) > _LARGEST_NUMBER:
        return Called(Name("int"))
    if value is None or isinstance(value, _PLAIN):
        return Constant(value)
    return Called(Name("bytes")) if isinstance(value, bytes) else OPAQUE


def annotation(node: ast.expr) -> Expr:
    """Keep an annotation: as an expression, with the strings in it read as what they name."""
    if isinstance(node, _DOTTED):
        return expression(node)
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
        case ast.Constant(value=None):
            return expression(node)
        case ast.Constant(value=value) if value is ...:
            return ELLIPSIS
    return OPAQUE


def says_nothing(said: Expr) -> bool:
    """Return whether what is declared to be that may be anything, as if nothing were declared."""
    match said:
        case Either(options=options):
            return all(each == NOTHING or says_nothing(each) for each in options)
        case Subscripted(value=value, index=index):
            return last_name(value) == "Optional" and says_nothing(index)
    return last_name(said) in _ANYTHING


def is_named(node: ast.expr, names: set[str]) -> bool:
    """Return whether an annotation is one of these, with or without arguments."""
    node = node.value if isinstance(node, ast.Subscript) else node
    return name_of(node) in names


def name_of(node: ast.AST) -> str:
    """Return the last name of a dotted name; nothing for anything else."""
    if type(node) is ast.Attribute:
        return node.attr
    return node.id if type(node) is ast.Name else ""


def whole_lines(statement: ast.stmt) -> tuple[int, int]:
    """Return the first and the last line of a statement, with its decorators."""
    first: ast.stmt | ast.expr = statement
    if isinstance(statement, _DECORATED) and statement.decorator_list:
        first = statement.decorator_list[0]
    return first.lineno, statement.end_lineno or statement.lineno


def element(node: ast.expr, known: Known) -> Expr:
    """Return what a loop's variable is."""
    return Element(expression(node, known))


def _call(node: ast.Call, known: Known) -> Expr:
    found = known.get(node)
    if found is not None:
        return found
    arguments = [expression(each, known) for each in node.args]
    if any(type(each) is ast.Starred for each in node.args[:-1]):
        arguments = []  # those behind it have no known number
    function = expression(node.func, known)
    name = name_of(node.func)
    if name not in READ_IN_THEIR_WAY:
        return called(function, arguments)
    match name, node.args:
        case "getattr", [value, ast.Constant(value=str(asked)), *default] if (
            isinstance(node.func, ast.Name) and asked.isidentifier()
        ):
            return Either((Attribute(expression(value, known), asked), *_each(default, known)))
        case "TypeVar", _:
            # Its bound is what its instances have in common.
            bounds = [annotation(k.value) for k in node.keywords if k.arg == "bound"]
            arguments = [OPAQUE, *bounds]
        case "attrib" | "field" | "ib", []:
            # A field of a class, which has what this makes of it for each instance.
            made = [k.value for k in node.keywords if k.arg in ("default_factory", "factory")]
            if made:
                return Called(expression(made[0], known))
        case "field_validator" | "validator", _ if "always" not in [k.arg for k in node.keywords]:
            return Called(function, tuple(arguments))  # for which fields counts
        case "cast", [ast.Name() | ast.Constant() | ast.Attribute(attr="Any"), value] if (
            says_nothing(annotation(node.args[0]))
        ):
            return expression(value, known)
        case "cast", [first, *_]:
            arguments[0] = annotation(first)
        case "partial", [_, *_]:
            # Whatever is bound counts where the object is called.
            named = {k.arg: expression(k.value, known) for k in node.keywords if k.arg is not None}
            if named:
                keywords = Display("dict", tuple(map(Constant, named)), tuple(named.values()))
                arguments.append(Called(KEYWORDS, (keywords,)))
            return Called(function, tuple(arguments))
        case "convert" | "decode", _ if not (
            isinstance(node.func, ast.Attribute) and isinstance(node.func.value, _DOTTED)
        ):
            return called(function, arguments)  # no module's, as msgspec's are
        case _ if name in _TOLD_BY_NAME:
            # How it is opened counts, and from what; how much it holds; of what it makes something.
            number, names = _TOLD_BY_NAME[name]
            told = [each.value for each in node.keywords if each.arg in names]
            if told and len(arguments) <= number:
                arguments += [OPAQUE] * (number - len(arguments)) + [expression(told[0], known)]
            return Called(function, tuple(arguments))
    return called(function, arguments)


def called(function: Expr, arguments: list[Expr]) -> Called:
    """Return what a call gives, if it is one that is not read in a way of its own.

    Without what is behind the last argument that can be followed.
    """
    while arguments and type(arguments[-1]) in _NOT_FOLLOWED:
        arguments.pop()
    return Called(function, tuple(arguments))


# By a table, for it is asked of every expression of a million lines.
_KEPT: dict[type[ast.expr], Callable[[Any, Known], Expr]] = {
    ast.Attribute: _attribute,
    ast.Await: lambda node, known: Awaited(expression(node.value, known)),
    ast.BinOp: _operation,
    ast.BoolOp: lambda node, known: Either(_each(node.values, known)),
    ast.Call: _call,
    ast.Constant: _constant,
    ast.Dict: _dictionary,
    ast.DictComp: _inner,
    ast.GeneratorExp: _inner,
    ast.IfExp: lambda node, known: Either(_each([node.body, node.orelse], known)),
    ast.JoinedStr: lambda _node, _known: TEXT,
    ast.Lambda: _inner,
    ast.List: _sequence("list"),
    ast.ListComp: _inner,
    ast.NamedExpr: lambda node, known: expression(node.value, known),
    ast.Set: _sequence("set"),
    ast.SetComp: _inner,
    ast.Starred: lambda node, known: element(node.value, known),
    ast.Subscript: _subscripted,
    ast.Tuple: _sequence("tuple"),
    ast.UnaryOp: _signed,
    ast.YieldFrom: lambda node, known: Awaited(expression(node.value, known)),
}
