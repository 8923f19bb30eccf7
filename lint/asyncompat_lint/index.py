"""From a module's text to its facts, by the interpreter's own parser.

The index knows one module and nothing of any other: it resolves no name. It knows Python's scoping,
for which names belong to which namespace is a fact of the module alone.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterable
from typing import TypeGuard

from asyncompat_lint.facts import (
    NOTHING,
    OPAQUE,
    Attribute,
    Awaited,
    Binding,
    BindingKind,
    Called,
    CallSite,
    Either,
    Expr,
    Literals,
    ModuleFacts,
    Name,
    Scope,
    ScopeKind,
    Span,
    Statement,
)
from asyncompat_lint.sources import SourceText, UnreadableError

# Called with a generator expression, these use it up on the spot.
CONSUMERS = frozenset(
    "all any bytearray bytes dict frozenset list max min set sorted sum tuple".split()
)
CONSUMING_METHODS = frozenset({"extend", "join", "update", "writelines"})

_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


def index_module(source: SourceText) -> ModuleFacts:
    """Return the facts of a module.

    Raises:
        UnreadableError: the text is not Python, as far as this interpreter knows it.
    """
    indexer = _Indexer(source)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the code's own backslashes and comparisons
            tree = ast.parse(source.text)
        indexer.index(tree)
    except SyntaxError as error:
        raise UnreadableError(f"cannot be parsed: {error.msg}", error.lineno or 1) from None
    except ValueError as error:
        raise UnreadableError(f"cannot be parsed: {error}") from None
    except (RecursionError, MemoryError):
        raise UnreadableError("cannot be parsed: it is nested too deeply") from None
    return ModuleFacts(indexer.scopes, indexer.calls, indexer.statements)


class _Indexer(ast.NodeVisitor):
    def __init__(self, source: SourceText) -> None:
        self.scopes: list[Scope] = []
        self.calls: list[CallSite] = []
        self.statements: list[Statement] = []
        self._source = source
        self._scope = 0
        self._in_function = False
        self._awaited: ast.AST | None = None

    def index(self, tree: ast.Module) -> None:
        self._enter("module", "<module>", 1)
        self._visit_all(tree.body)

    # Scopes

    def _enter(
        self,
        kind: ScopeKind,
        name: str,
        line: int,
        *,
        is_async: bool = False,
        runs_in_parent: bool = False,
    ) -> int:
        outside = self._scope if self.scopes else -1
        self.scopes.append(Scope(kind, outside, name, line, is_async, runs_in_parent))
        self._scope = len(self.scopes) - 1
        return outside

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node, is_async=False)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node, is_async=True)

    def _function(self, node: _Function, *, is_async: bool) -> None:
        first_call = len(self.calls)
        # Decorators, defaults and annotations are evaluated where the function is defined.
        self._visit_all([*node.decorator_list, *_defaults(node.args), *_annotations(node)])
        self._bind(node.name, "defined", node, scope=len(self.scopes))
        outside = self._enter("function", node.name, node.lineno, is_async=is_async)
        scope = self.scopes[self._scope]
        scope.decorators = [_expression(each) for each in node.decorator_list]
        scope.annotation = None if node.returns is None else _annotation(node.returns)
        is_method = self.scopes[outside].kind == "class" and Name("staticmethod") not in (
            scope.decorators
        )
        self._parameters(node.args, is_method=is_method)
        is_outermost, self._in_function = not self._in_function, True
        self._visit_all(node.body)
        self._scope = outside
        if is_outermost:
            self._in_function = False
            line = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            end_line = node.end_lineno or node.lineno
            self.statements.append(Statement(line, end_line, first_call, len(self.calls)))

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_all(_defaults(node.args))
        outside = self._enter("lambda", "<lambda>", node.lineno)
        self._parameters(node.args, is_method=False)
        self.visit(node.body)
        self._scope = outside

    def _parameters(self, arguments: ast.arguments, *, is_method: bool) -> None:
        for number, parameter in enumerate(_parameters(arguments)):
            if is_method and not number:
                self._bind(parameter.arg, "self", parameter)
            elif parameter.annotation is None:
                self._bind(parameter.arg, "unknown", parameter)
            else:
                annotation = _annotation(parameter.annotation)
                self._bind(parameter.arg, "annotated", parameter, annotation)
        for parameter in filter(None, [arguments.vararg, arguments.kwarg]):
            self._bind(parameter.arg, "unknown", parameter)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        self._bind(node.name, "defined", node, scope=len(self.scopes))
        outside = self._enter("class", node.name, node.lineno, runs_in_parent=True)
        self.scopes[self._scope].bases = [_expression(each) for each in node.bases]
        self._visit_all(node.body)
        self._scope = outside

    def visit_ListComp(self, node: ast.ListComp) -> None:
        self._comprehension(node, [node.elt], runs_here=True)

    def visit_SetComp(self, node: ast.SetComp) -> None:
        self._comprehension(node, [node.elt], runs_here=True)

    def visit_DictComp(self, node: ast.DictComp) -> None:
        self._comprehension(node, [node.key, node.value], runs_here=True)

    def visit_GeneratorExp(self, node: ast.GeneratorExp) -> None:
        self._comprehension(node, [node.elt], runs_here=False)

    def _comprehension(
        self, node: _Comprehension, elements: list[ast.expr], *, runs_here: bool
    ) -> None:
        # The first iterable is evaluated outside, whenever the rest is.
        self.visit(node.generators[0].iter)
        line = node.lineno
        outside = self._enter("comprehension", "<comprehension>", line, runs_in_parent=runs_here)
        for number, generator in enumerate(node.generators):
            self._bind_target(generator.target)
            if number:
                self.visit(generator.iter)
            self._visit_all(generator.ifs)
        self._visit_all(elements)
        self._scope = outside

    # Names

    def _bind(
        self,
        name: str,
        kind: BindingKind,
        node: ast.AST,
        value: Expr = OPAQUE,
        *,
        target: str = "",
        scope: int = -1,
    ) -> None:
        line, column = self._start(node)
        bindings = self.scopes[self._scope].bindings
        bindings.setdefault(name, []).append(Binding(kind, line, column, value, target, scope))

    def _bind_target(
        self, target: ast.expr, kind: BindingKind = "unknown", value: Expr = OPAQUE
    ) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, kind, target, value)
        elif isinstance(target, ast.Tuple | ast.List):
            for element in target.elts:
                self._bind_target(element)
        elif isinstance(target, ast.Starred):
            self._bind_target(target.value)
        else:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                self._bind_attribute(target, target.value.id, kind, value)
            self.visit(target)  # there may be calls in it

    def _bind_attribute(
        self, target: ast.Attribute, owner: str, kind: BindingKind, value: Expr
    ) -> None:
        """Keep what a method gives to ``self``, with the method as the scope of the value."""
        bindings = self.scopes[self._scope].bindings.get(owner, [])
        if len(bindings) == 1 and bindings[0].kind == "self":
            line, column = self._start(target)
            attributes = self.scopes[self.scopes[self._scope].parent].attributes
            attributes.setdefault(target.attr, []).append(
                Binding(kind, line, column, value, scope=self._scope)
            )

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            self.visit(node.value)
            self.scopes[self._scope].returned.append(_expression(node.value))

    def visit_Yield(self, node: ast.Yield) -> None:
        self.scopes[self._scope].is_generator = True
        self.generic_visit(node)

    def visit_YieldFrom(self, node: ast.YieldFrom) -> None:
        self.scopes[self._scope].is_generator = True
        self.generic_visit(node)

    def visit_Import(self, node: ast.Import) -> None:
        for alias in node.names:
            if alias.asname is None:
                top = alias.name.partition(".")[0]
                self._bind(top, "imported", node, target=top)
            else:
                self._bind(alias.asname, "imported", node, target=alias.name)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            separator = "" if module.endswith(".") else "."
            target = f"{module}{separator}{alias.name}"
            self._bind(alias.asname or alias.name, "imported", node, target=target)

    def visit_Assign(self, node: ast.Assign) -> None:
        self.visit(node.value)
        for target in node.targets:
            if isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
                self._bind_pairs(target.elts, node.value.elts)
            else:
                self._bind_target(target, "assigned", _expression(node.value))

    def _bind_pairs(self, targets: list[ast.expr], values: list[ast.expr]) -> None:
        starred = any(isinstance(each, ast.Starred) for each in [*targets, *values])
        if starred or len(targets) != len(values):
            for target in targets:
                self._bind_target(target)
        else:
            for target, value in zip(targets, values, strict=True):
                self._bind_target(target, "assigned", _expression(value))

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
        if node.value is None or not _is_named(node.annotation, {"Any", "Callable", "object"}):
            self._bind_target(node.target, "annotated", _annotation(node.annotation))
        else:
            self._bind_target(node.target, "assigned", _expression(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        self._bind_target(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        inside = self._scope
        while self.scopes[self._scope].kind == "comprehension":  # PEP 572: it binds outside
            self._scope = self.scopes[self._scope].parent
        self._bind_target(node.target, "assigned", _expression(node.value))
        self._scope = inside

    def visit_For(self, node: ast.For) -> None:
        self._loop(node, consumes=True)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        self._loop(node, consumes=False)

    def _loop(self, node: ast.For | ast.AsyncFor, *, consumes: bool) -> None:
        if consumes and isinstance(node.iter, ast.GeneratorExp):
            self._comprehension(node.iter, [node.iter.elt], runs_here=True)
        else:
            self.visit(node.iter)
        self._bind_target(node.target)
        self._visit_all([*node.body, *node.orelse])

    def visit_With(self, node: ast.With) -> None:
        self._with(node, "entered")

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        self._with(node, "aentered")

    def _with(self, node: ast.With | ast.AsyncWith, kind: BindingKind) -> None:
        for item in node.items:
            if kind == "aentered":
                # What `async with` is given is awaited by it, in its own way.
                self._awaited = item.context_expr
            self.visit(item.context_expr)
            if item.optional_vars is not None:
                self._bind_target(item.optional_vars, kind, _expression(item.context_expr))
        self._visit_all(node.body)

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> None:
        if node.name is not None:
            self._bind(node.name, "unknown", node)
        self.generic_visit(node)

    def visit_Delete(self, node: ast.Delete) -> None:
        for target in node.targets:
            self._bind_target(target)

    def visit_MatchAs(self, node: ast.MatchAs) -> None:
        if node.name is not None:
            self._bind(node.name, "unknown", node)
        self.generic_visit(node)

    def visit_MatchStar(self, node: ast.MatchStar) -> None:
        if node.name is not None:
            self._bind(node.name, "unknown", node)

    def visit_MatchMapping(self, node: ast.MatchMapping) -> None:
        if node.rest is not None:
            self._bind(node.rest, "unknown", node)
        self.generic_visit(node)

    def visit_TypeAlias(self, node: ast.AST) -> None:
        self._bind(getattr(node, "name").id, "unknown", node)  # noqa: B009 - new in 3.12

    def visit_Global(self, node: ast.Global) -> None:
        self.scopes[self._scope].outer_names.update(dict.fromkeys(node.names, "global"))

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.scopes[self._scope].outer_names.update(dict.fromkeys(node.names, "nonlocal"))

    # Calls

    def visit_Await(self, node: ast.Await) -> None:
        self._awaited = node.value
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        awaited = node is self._awaited
        span = Span(*self._start(node), *self._end(node))
        self.calls.append(
            CallSite(self._scope, _expression(node.func), span, awaited, _literals(node))
        )
        self.visit(node.func)
        for argument in node.args:
            if isinstance(argument, ast.GeneratorExp) and _consumes(node.func):
                self._comprehension(argument, [argument.elt], runs_here=True)
            else:
                self.visit(argument)
        self._visit_all(node.keywords)

    # Walking and places

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _start(self, node: ast.AST) -> tuple[int, int]:
        line: int = getattr(node, "lineno", 1)
        return line, self._column(line, getattr(node, "col_offset", 0))

    def _end(self, node: ast.Call) -> tuple[int, int]:
        line = node.end_lineno or node.lineno
        return line, self._column(line, node.end_col_offset or 0)

    def _column(self, line: int, offset: int) -> int:
        """The parser counts the bytes of UTF-8 from 0; people and libcst count characters."""
        text = self._source.line(line)
        if text.isascii():
            return offset + 1
        return len(text.encode()[:offset].decode(errors="replace")) + 1


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *filter(None, arguments.kw_defaults)]


def _annotations(node: _Function) -> list[ast.expr]:
    parameters = [*_parameters(node.args), node.args.vararg, node.args.kwarg]
    annotations = [each.annotation for each in parameters if each is not None]
    return [each for each in [*annotations, node.returns] if each is not None]


def _consumes(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in CONSUMING_METHODS
    return isinstance(function, ast.Name) and function.id in CONSUMERS


def _expression(node: ast.expr) -> Expr:
    """Keep what can be followed of an expression."""
    match node:
        case ast.Name():
            return Name(node.id)
        case ast.Attribute():
            return Attribute(_expression(node.value), node.attr)
        case ast.Call():
            return Called(_expression(node.func))
        case ast.Await():
            return Awaited(_expression(node.value))
        case ast.NamedExpr():
            return _expression(node.value)
        case ast.IfExp():
            return Either((_expression(node.body), _expression(node.orelse)))
        case ast.BoolOp():
            return Either(tuple(map(_expression, node.values)))
        case ast.BinOp(op=ast.Div()):
            return Called(Attribute(_expression(node.left), "__truediv__"))
        case ast.Constant(value=None):
            return NOTHING
    return OPAQUE


def _annotation(node: ast.expr) -> Expr:
    """Keep the class that an annotation names: ``"C"``, ``C | None``, ``Optional[C]`` too."""
    match node:
        case ast.Constant(value=str(text)):
            try:
                return _annotation(ast.parse(text.strip(), mode="eval").body)
            except SyntaxError:
                return OPAQUE
        case ast.BinOp(op=ast.BitOr()):
            return Either((_annotation(node.left), _annotation(node.right)))
        case ast.Subscript():
            if _is_named(node.value, {"Optional", "Annotated", "Final", "ClassVar"}):
                first = node.slice.elts[0] if isinstance(node.slice, ast.Tuple) else node.slice
                return _annotation(first)
            if _is_named(node.value, {"Union"}) and isinstance(node.slice, ast.Tuple):
                return Either(tuple(map(_annotation, node.slice.elts)))
            return _annotation(node.value)  # a generic class, with its arguments left out
        case ast.Name() | ast.Attribute() | ast.Constant(value=None):
            return _expression(node)
    return OPAQUE


def _is_named(node: ast.expr, names: set[str]) -> bool:
    """Return whether an annotation is one of these, with or without arguments."""
    node = node.value if isinstance(node, ast.Subscript) else node
    name = node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", None)
    return name in names


def _literals(node: ast.Call) -> Literals:
    literals: Literals = {}
    for number, argument in enumerate(node.args):
        if isinstance(argument, ast.Starred):
            break  # what follows has no known number
        if _is_literal(argument):
            literals[str(number)] = argument.value
    for keyword in node.keywords:
        if keyword.arg is not None and _is_literal(keyword.value):
            literals[keyword.arg] = keyword.value.value
    return literals


class _LiteralNode(ast.Constant):
    value: bool | int | float | str | None


def _is_literal(node: ast.expr) -> TypeGuard[_LiteralNode]:
    return isinstance(node, ast.Constant) and isinstance(
        node.value, bool | int | float | str | None
    )
