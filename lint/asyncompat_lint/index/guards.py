"""Guards: which lines run only where a test of Python's version, or of what it has, holds.

Knows syntax trees, and the forms in which people ask for a version. What a test comes to is told by
``compatibility``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator

from asyncompat_lint.expressions import Expr
from asyncompat_lint.guards import (
    All,
    Any,
    Failure,
    Flag,
    Guard,
    HasAttribute,
    Never,
    Not,
    Succeeds,
    Test,
    Unasked,
    VersionTest,
)
from asyncompat_lint.index.branches import is_never
from asyncompat_lint.index.expressions import expression, name_of, whole_lines
from asyncompat_lint.index.names import import_targets
from asyncompat_lint.index.nodes import walk
from asyncompat_lint.spans import Span

UNASKED = Unasked()
Definition = ast.AsyncFunctionDef | ast.ClassDef | ast.FunctionDef
_OPERATORS: dict[type[ast.cmpop], str] = {
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.Eq: "==",
    ast.NotEq: "!=",
}
_TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<=", "==": "==", "!=": "!="}
# Of a version before all that there are these hold for none.
_UP_TO = frozenset({"<", "<=", "=="})
# What is raised where something is not there.
_EVERYTHING: tuple[Failure, ...] = ("attribute", "import", "module", "name")
_FAILING: dict[str, tuple[Failure, ...]] = {
    "AttributeError": ("attribute",),
    "BaseException": _EVERYTHING,
    "Exception": _EVERYTHING,
    "ImportError": ("import", "module"),
    "ModuleNotFoundError": ("module",),
    "NameError": ("name",),
}
# Who writes one of these knows of what is deprecated.
_EXPECTING_WARNINGS = frozenset({"assertWarns", "catch_warnings", "deprecated_call", "warns"})
_DOTTED = (ast.Attribute, ast.Name)
_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_LEAVING_CALLS = frozenset({"exit", "_exit", "abort", "fail", "skip", "skipTest"})
# What asking for the event loop, where there is none, raises.
_LOOPLESS = frozenset({"BaseException", "Exception", "RuntimeError"})
# Decorators under which a function is not run: if their test holds, or unless it does.
_SKIPPING = {"skipif": True, "skipIf": True, "skipUnless": False}
_MOST_NAMES = 20
END_OF_LINE = 1_000_000


def test_of(node: ast.expr) -> Test:
    """Return what a test says of Python's version."""
    if is_never(node):
        return Never()
    if isinstance(node, _DOTTED):
        return Flag(expression(node))
    match node:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _negated(test_of(operand))
        case ast.BoolOp(op=operator, values=values):
            tests = tuple(map(test_of, values))
            if all(each is UNASKED for each in tests):
                return UNASKED
            return All(tests) if isinstance(operator, ast.And) else Any(tests)
        case ast.Compare(left=left, ops=operators, comparators=comparators):
            tests = tuple(
                _comparison(one, operator, other)
                for one, operator, other in zip(
                    [left, *comparators], operators, comparators, strict=False
                )
            )
            return tests[0] if len(tests) == 1 else All(tests)
        case ast.Call(
            func=ast.Name(id="hasattr" | "getattr"),
            args=[owner, ast.Constant(value=str(name)), *_],
        ) if name.isidentifier():
            return HasAttribute(expression(owner), name)
        case ast.NamedExpr(value=value):
            return test_of(value)
    return UNASKED


def _negated(test: Test) -> Test:
    return UNASKED if test is UNASKED else Not(test)


def is_told(test: Test) -> bool:
    """Return whether a test certainly asks for a version: a flag only may."""
    match test:
        case Unasked() | Flag() | Never():
            return False
        case Not(test=inner):
            return is_told(inner)
        case All(tests=tests) | Any(tests=tests):
            return any(map(is_told, tests))
    return True


def guards_of(statement: ast.stmt, rest: list[ast.stmt]) -> Iterator[Guard]:
    """Give the guards that a statement is to its branches, and to what follows it."""
    return GUARDING[type(statement)](statement, rest)


def guards_in(node: ast.IfExp | ast.BoolOp) -> Iterator[Guard]:
    """Give the guards within an expression: ``a if test else b``, ``test and a``."""
    if isinstance(node, ast.IfExp):
        test = test_of(node.test)
        if test is not UNASKED:
            yield Guard(_span(node.body, node.body), test)
            yield Guard(_span(node.orelse, node.orelse), Not(test))
        return
    for number, value in enumerate(node.values[:-1]):
        test = test_of(value)
        if test is not UNASKED:
            holds = test if isinstance(node.op, ast.And) else Not(test)
            yield Guard(_span(node.values[number + 1], node.values[-1]), holds)


def _comparison(left: ast.expr, kind: ast.cmpop, right: ast.expr) -> Test:
    match kind, left, right:
        case ast.IsNot(), _, ast.Constant(value=None):
            return test_of(left)
        case ast.Is(), _, ast.Constant(value=None):
            return _negated(test_of(left))
        case ast.In(), ast.Constant(value=str(name)), ast.Call(
            func=ast.Name(id="dir"), args=[of]
        ) if name.isidentifier():
            return HasAttribute(expression(of), name)
    operator = _OPERATORS.get(type(kind), "")
    if _asks_for_version(right):
        left, operator, right = right, _TURNED.get(operator, ""), left
    if not operator or not _asks_for_version(left):
        return UNASKED
    version = _version(right)
    match left:
        # `sys.version_info[1] >= 8`, `sys.version_info.minor >= 8`
        case ast.Subscript(slice=ast.Constant(value=1)) | ast.Attribute(attr="minor"):
            version = (3, *version)
        case ast.Attribute(attr="hexversion"):
            version = (version[0] >> 24, version[0] >> 16 & 255) if version else ()
    if version and version[0] < 3:  # nothing here is for Python 2
        return Never() if operator in _UP_TO else Not(Never())
    if not version or version[0] != 3:
        return UNASKED
    if not isinstance(left, ast.Subscript) and name_of(left) == "version_info":
        # It has more numbers than it is compared with, so that none is equal.
        operator = {">": ">=", "<=": "<"}.get(operator, operator)
    return VersionTest(operator, version[:2])  # type: ignore[arg-type]  # one of the six


def _asks_for_version(node: ast.expr) -> bool:
    name = name_of(node)
    if isinstance(node, ast.Subscript) or name in ("major", "minor"):
        value = node.value if isinstance(node, ast.Subscript | ast.Attribute) else node
        return name_of(value) == "version_info"
    return name in ("version_info", "hexversion")


def _version(node: ast.expr) -> tuple[int, ...]:
    elements = node.elts if isinstance(node, ast.Tuple | ast.List) else [node]
    found = [each.value for each in elements if isinstance(each, ast.Constant)]
    return tuple(each for each in found if isinstance(each, int))


def _of_with(statement: ast.With, _: list[ast.stmt]) -> Iterator[Guard]:
    items = statement.items
    forgiven = {each for item in items for each in _suppressed(item.context_expr)}
    if forgiven:
        yield Guard(_lines(statement.body), UNASKED, tuple(sorted(forgiven)))


def _of_definition(statement: Definition, _: list[ast.stmt]) -> Iterator[Guard]:
    for decorator in statement.decorator_list:
        yield from _skipped(decorator, [statement])


def _of_assignment(statement: ast.Assign, rest: list[ast.stmt]) -> Iterator[Guard]:
    if name_of(statement.targets[0]) == "pytestmark" and rest:
        value = statement.value
        for mark in value.elts if isinstance(value, ast.List | ast.Tuple) else [value]:
            yield from _skipped(mark, rest)


def _of_branches(
    test: Test, body: list[ast.stmt], orelse: list[ast.stmt], rest: list[ast.stmt]
) -> Iterator[Guard]:
    if test is UNASKED:
        return
    yield Guard(_lines(body), test)
    if orelse:
        yield Guard(_lines(orelse), Not(test))
    if rest and _leaves(body):
        yield Guard(_lines(rest), Not(test))
    if rest and orelse and _leaves(orelse):
        yield Guard(_lines(rest), test)


def _of_try(
    body: list[ast.stmt], handlers: list[ast.ExceptHandler], orelse: list[ast.stmt]
) -> Iterator[Guard]:
    failing = [handler for handler in handlers if _forgiven(handler)]
    if any(_catches(handler, _LOOPLESS) for handler in handlers):
        yield Guard(_lines(body), UNASKED, forgives_no_loop=True)
    if not failing or not body:
        return
    forgiven = {each for handler in failing for each in _forgiven(handler)}
    yield Guard(_lines(body), UNASKED, tuple(sorted(forgiven)))
    yield from _guarding(Succeeds(*_needed(body)), orelse)
    for handler in failing:
        yield from _guarding(Not(_succeeds(body, handler)), handler.body)


def _succeeds(body: list[ast.stmt], handler: ast.ExceptHandler) -> Succeeds:
    """That what a handler catches does not happen."""
    imports, names = _needed(body)
    forgiven = _forgiven(handler)
    return Succeeds(
        imports if {"import", "module"} & forgiven else (), names if "attribute" in forgiven else ()
    )


def _forgiven(handler: ast.ExceptHandler) -> set[Failure]:
    if _only_raises_again(handler):
        return set()
    if handler.type is None:
        return set(_EVERYTHING)
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return {failure for each in types for failure in _FAILING.get(name_of(each), ())}


def _only_raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether what a handler catches goes on in any case."""
    *before, last = handler.body
    if any(isinstance(each, _LEAVING) for statement in before for each in walk(statement)):
        return False
    match last:
        case ast.Raise(exc=None):
            return True
        case ast.Raise(exc=ast.Name(id=name)):
            return name == handler.name
    return False


def _needed(body: list[ast.stmt]) -> tuple[tuple[str, ...], tuple[Expr, ...]]:
    """What the statements of a body import, and the dotted names in them."""
    imports: list[str] = []
    names: list[Expr] = []
    for statement in body:
        for node in walk(statement):
            if isinstance(node, ast.Import | ast.ImportFrom):
                imports += [target for _, _, target in import_targets(node)]
            elif isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                names.append(expression(node))
    return tuple(imports[:_MOST_NAMES]), tuple(names[:_MOST_NAMES])


def _catches(handler: ast.ExceptHandler, names: frozenset[str]) -> bool:
    if handler.type is None:
        return True
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(name_of(each) in names for each in types)


def _suppressed(node: ast.expr) -> set[Failure]:
    match node:
        case ast.Call(func=function, args=args) if name_of(function) == "suppress":
            return {failure for each in args for failure in _FAILING.get(name_of(each), ())}
        case ast.Call(func=function) if name_of(function) in _EXPECTING_WARNINGS:
            return {"warning"}
    return set()


def flags_of(statement: ast.Try) -> Iterator[tuple[str, Test]]:
    """Give the names that say whether a ``try`` succeeded: ``True`` in it, ``False`` where not."""
    failing = [handler for handler in statement.handlers if _forgiven(handler)]
    if not failing:
        return
    found = _succeeds(statement.body, failing[0])
    for name, value in _constants([*statement.body, *statement.orelse]).items():
        other = _constants(failing[0].body).get(name, value)
        if bool(value) and not other:
            yield name, found
        elif other and not value:
            yield name, Not(found)


def _constants(body: list[ast.stmt]) -> dict[str, object]:
    return {
        target.id: each.value.value
        for each in body
        if isinstance(each, ast.Assign) and isinstance(each.value, ast.Constant)
        for target in each.targets
        if isinstance(target, ast.Name)
    }


def skip_test(node: ast.expr) -> Test:
    """Return what has to hold for code under a mark that skips: ``pytest.mark.skipif(...)``."""
    match node:
        case ast.Call(func=function, args=[test, *_]) if name_of(function) in _SKIPPING:
            if isinstance(test, ast.Constant) and isinstance(test.value, str):
                test = _parsed(test.value)
            told = test_of(test)
            return _negated(told) if _SKIPPING[name_of(function)] else told
    return UNASKED


def _parsed(text: str) -> ast.expr:
    try:
        return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError):
        return ast.Constant(text)


def _skipped(decorator: ast.expr, body: list[ast.stmt]) -> Iterator[Guard]:
    is_name = isinstance(decorator, _DOTTED)
    test = Flag(expression(decorator)) if is_name else skip_test(decorator)
    yield from _guarding(test, body)


def _guarding(test: Test, body: list[ast.stmt]) -> Iterator[Guard]:
    if test is not UNASKED and body:
        yield Guard(_lines(body), test)


# What can be a guard, and what it guards. By a table, for it is asked of every statement.
GUARDING: dict[type[ast.stmt], Callable[..., Iterator[Guard]]] = {
    ast.Assert: lambda statement, rest: _guarding(test_of(statement.test), rest),
    ast.Assign: _of_assignment,
    ast.AsyncFunctionDef: _of_definition,
    ast.ClassDef: _of_definition,
    ast.FunctionDef: _of_definition,
    ast.If: lambda statement, rest: _of_branches(
        test_of(statement.test), statement.body, statement.orelse, rest
    ),
    ast.Try: lambda statement, _: _of_try(statement.body, statement.handlers, statement.orelse),
    ast.While: lambda statement, _: _guarding(test_of(statement.test), statement.body),
    ast.With: _of_with,
}


def _leaves(body: list[ast.stmt]) -> bool:
    match body[-1]:
        case ast.Expr(value=ast.Call(func=function)):
            return name_of(function) in _LEAVING_CALLS
    return isinstance(body[-1], _LEAVING)


def _lines(body: list[ast.stmt]) -> Span:
    first, _ = whole_lines(body[0])
    column = 1 if first != body[0].lineno else body[0].col_offset + 1
    return Span(first, column, body[-1].end_lineno or first, END_OF_LINE)


def _span(first: ast.expr, last: ast.expr) -> Span:
    end_line, end = last.end_lineno or last.lineno, last.end_col_offset or 0
    return Span(first.lineno, first.col_offset + 1, end_line, end + 1)
