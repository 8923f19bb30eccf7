"""From a module's text to its facts, by the interpreter's own parser.

The index knows one module and nothing of any other: it resolves no name. It knows Python's scoping,
for which names belong to which namespace is a fact of the module alone.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from asyncompat_lint import suppressions
from asyncompat_lint.branches import (
    ASKING,
    Narrowing,
    asks_for_loop,
    expression_narrowings,
    guarded_names,
    is_filled,
    narrowings,
    suite_of,
)
from asyncompat_lint.expressions import ELLIPSIS, annotation, element, expression, is_named, name_of
from asyncompat_lint.facts import (
    OPAQUE,
    Attribute,
    Binding,
    BindingKind,
    Called,
    CallSite,
    Constant,
    Display,
    Expr,
    Inner,
    Load,
    Mark,
    ModuleFacts,
    Name,
    Opaque,
    Scope,
    ScopeKind,
    SiteKind,
    Span,
    Statement,
    Subscripted,
    Suite,
)
from asyncompat_lint.marks import awaits as _awaits
from asyncompat_lint.marks import marks_of
from asyncompat_lint.sources import SourceText, UnreadableError, place_in_cell

# These go through their arguments on the spot.
CONSUMERS = frozenset(
    "all any bytearray bytes deque dict frozenset list max min next set sorted sum tuple".split()
)
CONSUMING_METHODS = frozenset({"extend", "fromkeys", "join", "update", "writelines"})
# These go through them when they are gone through themselves.
PASSING = frozenset("chain enumerate filter islice iter map reversed tqdm zip".split())

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
            tree = _parse(source)
        indexer.index(tree)
    except SyntaxError as error:
        line, cell = error.lineno or 1, None
        if source.cells is not None:
            cell, line = place_in_cell(source.cells, line)
        raise UnreadableError(f"cannot be parsed: {error.msg}", line, cell) from None
    except ValueError as error:
        raise UnreadableError(f"cannot be parsed: {error}") from None
    except (RecursionError, MemoryError):
        raise UnreadableError("cannot be parsed: it is nested too deeply") from None
    return ModuleFacts(
        indexer.scopes,
        indexer.calls,
        indexer.loads,
        indexer.statements,
        indexer.cells_that_await,
        suppressions.are_ours(source.text),
        indexer.marks,
    )


def _parse(source: SourceText) -> ast.Module:
    if source.cells is None:
        return ast.parse(source.text)
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(source.text, "<notebook>", "exec", flags)
    assert isinstance(tree, ast.Module)
    return tree


class _Indexer(ast.NodeVisitor):
    def __init__(self, source: SourceText) -> None:
        self.scopes: list[Scope] = []
        self.calls: list[CallSite] = []
        self.loads: list[Load] = []
        self.statements: list[Statement] = []
        self.cells_that_await: list[tuple[int, int]] = []
        self.marks: list[Mark] = []
        self._source = source
        self._scope = 0
        self._in_function = False
        self._awaited: ast.AST | None = None
        self._discarded: ast.AST | None = None
        self._once = False
        self._has_no_loop = False
        self._suite: Suite | None = None
        self._inner: dict[ast.AST, int] = {}
        self._loaded: set[tuple[int, Expr]] = set()

    def index(self, tree: ast.Module) -> None:
        self._enter("module", "<module>", 1)
        self._body(tree.body)
        if self._source.cells is not None:
            self._index_cells(tree, self._source.cells)

    def _index_cells(self, tree: ast.Module, starts: tuple[int, ...]) -> None:
        for number, first in enumerate(starts):
            last = (*starts, sys.maxsize)[number + 1] - 1
            inside = [each for each in tree.body if first <= each.lineno <= last]
            if any(map(_awaits, inside)):
                self.cells_that_await.append((first, last))
                self._index_top_of_cell(inside)

    def _index_top_of_cell(self, body: list[ast.stmt]) -> None:
        """Its statements; those that share a line are one."""
        covered = 0
        for each in body:
            if not isinstance(each, _Function) and each.lineno > covered:
                ends = [s.end_lineno or s.lineno for s in body if s.lineno == each.lineno]
                covered = max(ends)
                self.statements.append(Statement(each.lineno, covered))

    def _expression(self, node: ast.expr) -> Expr:
        return expression(node, self._inner)

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
        # Decorators, defaults and annotations are evaluated where the function is defined.
        self._visit_all([*node.decorator_list, *_defaults(node.args), *_annotations(node)])
        if not any(name_of(each) in _ACCESSORS for each in node.decorator_list):
            self._bind(node.name, "defined", node, scope=len(self.scopes))
        outside = self._enter("function", node.name, node.lineno, is_async=is_async)
        scope = self.scopes[self._scope]
        scope.decorators = [self._expression(each) for each in node.decorator_list]
        scope.annotation = None if node.returns is None else annotation(node.returns)
        scope.is_abstract = _is_abstract(node)
        is_method = self.scopes[outside].kind == "class" and Name("staticmethod") not in (
            scope.decorators
        )
        self._parameters(node.args, is_method=is_method)
        is_outermost, self._in_function = not self._in_function, True
        with self._apart():
            self._body(node.body)
        self._scope = outside
        if is_outermost:
            self._in_function = False
            line = min([node.lineno, *(each.lineno for each in node.decorator_list)])
            end_line = node.end_lineno or node.lineno
            self.statements.append(Statement(line, end_line))

    def visit_Lambda(self, node: ast.Lambda) -> None:
        self._visit_all(_defaults(node.args))
        outside = self._enter("lambda", "<lambda>", node.lineno)
        self._inner[node] = self._scope
        self._parameters(node.args, is_method=False)
        with self._apart():
            self.visit(node.body)
        self.scopes[self._scope].returned.append(self._expression(node.body))
        self._scope = outside

    @contextmanager
    def _apart(self) -> Iterator[None]:
        """Code that runs at another time than the code around it."""
        around = self._suite, self._once
        self._suite, self._once = None, False
        yield
        self._suite, self._once = around

    def _parameters(self, arguments: ast.arguments, *, is_method: bool) -> None:
        parameters = _parameters(arguments)
        self.scopes[self._scope].parameters = [each.arg for each in parameters]
        defaults = _defaults_by_name(arguments)
        for number, parameter in enumerate(parameters):
            if is_method and not number:
                self._bind(parameter.arg, "self", parameter)
            elif parameter.annotation is not None:
                self._bind(parameter.arg, "annotated", parameter, annotation(parameter.annotation))
            elif isinstance(defaults.get(parameter.arg), ast.Call):
                # A default says of which kind the others are.
                value = self._expression(defaults[parameter.arg])
                self._bind(parameter.arg, "assigned", parameter, value)
            else:
                self._bind(parameter.arg, "unknown", parameter)
        if arguments.vararg is not None:
            self._bind_variadic(arguments.vararg, "tuple")
        if arguments.kwarg is not None:
            self._bind_variadic(arguments.kwarg, "dict")

    def _bind_variadic(self, parameter: ast.arg, container: str) -> None:
        if parameter.annotation is None:
            self._bind(parameter.arg, "unknown", parameter)
            return
        given = annotation(parameter.annotation)
        arguments = (given, ELLIPSIS) if container == "tuple" else (Name("str"), given)
        value = Subscripted(Name(container), Display("tuple", arguments))
        self._bind(parameter.arg, "annotated", parameter, value)

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        self._visit_all([*node.decorator_list, *node.bases, *node.keywords])
        self._bind(node.name, "defined", node, scope=len(self.scopes))
        outside = self._enter("class", node.name, node.lineno, runs_in_parent=True)
        scope = self.scopes[self._scope]
        scope.bases = [annotation(each) for each in node.bases]
        scope.decorators = [self._expression(each) for each in node.decorator_list]
        self._body(node.body)
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
        name = f"<{type(node).__name__}>"
        outside = self._enter("comprehension", name, line, runs_in_parent=runs_here)
        self._inner[node] = self._scope
        for number, generator in enumerate(node.generators):
            if number:
                self.visit(generator.iter)
            if not generator.is_async:
                self._iterated(generator.iter, generator.iter)
            self._bind_target(generator.target, "assigned", element(generator.iter, self._inner))
            self._visit_all(generator.ifs)
        self._visit_all(elements)
        returned = self.scopes[self._scope].returned
        returned += [self._expression(each) for each in elements]
        self._scope = outside

    # Statements, in their branches

    def _body(self, body: list[ast.stmt]) -> None:
        if self.scopes[self._scope].is_async:
            self.marks += marks_of(body)
        for number, statement in enumerate(body):
            self.visit(statement)
            if isinstance(statement, ast.If | ast.Assert):
                rest = body[number + 1 :]
                for narrowing in narrowings(statement, rest):
                    if rest and narrowing.suite.line >= rest[0].lineno:
                        self._narrow(narrowing)

    def _branch(self, statement: ast.stmt, body: list[ast.stmt]) -> None:
        around = self._suite
        self._suite = suite_of(statement, body) or around
        self._body(body)
        self._suite = around

    def _narrow(self, narrowing: Narrowing) -> None:
        bindings = self.scopes[self._scope].bindings
        if narrowing.name in bindings:
            line, value = narrowing.suite.line, narrowing.annotation
            binding = Binding("narrowed", line, 0, value, suite=narrowing.suite)
            bindings[narrowing.name].append(binding)

    def _narrow_branches(self, statement: ast.stmt) -> None:
        for narrowing in narrowings(statement, []):
            self._narrow(narrowing)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._narrow_branches(node)
        once = self._once
        self._once = once or is_filled(self._lasting(guarded_names(node.test)), node.body)
        self._branch(node, node.body)
        self._once = once
        self._branch(node, node.orelse)

    def _lasting(self, names: set[str]) -> set[str]:
        """Of these names, those that outlive the function."""
        scope = self.scopes[self._scope]
        return {
            name
            for name in names
            if "." in name or name in scope.outer_names or name not in scope.bindings
        }

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._narrow_branches(node)
        self._branch(node, node.body)
        self._branch(node, node.orelse)

    def visit_Try(self, node: ast.Try) -> None:
        self._branch(node, node.body)
        for handler in node.handlers:
            if handler.type is not None:
                self.visit(handler.type)
            if handler.name is not None:
                self._bind(handler.name, "unknown", handler)
            # Where asking for the running loop has failed, none runs.
            before = self._has_no_loop
            self._has_no_loop = before or any(map(asks_for_loop, node.body))
            self._branch(node, handler.body)
            self._has_no_loop = before
        self._branch(node, node.orelse)
        self._body(node.finalbody)

    def visit_TryStar(self, node: ast.AST) -> None:
        self.visit_Try(node)  # type: ignore[arg-type]  # of the same shape; new in 3.11

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        for case in node.cases:
            self.visit(case.pattern)
            if case.guard is not None:
                self.visit(case.guard)
        self._narrow_branches(node)
        for case in node.cases:
            self._branch(node, case.body)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        for narrowing in expression_narrowings(node):
            self._narrow(narrowing)
        self.generic_visit(node)

    def visit_Expr(self, node: ast.Expr) -> None:
        self._discarded = node.value
        self.visit(node.value)

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
        binding = Binding(kind, line, column, value, target, scope, self._suite)
        bindings.setdefault(name, []).append(binding)

    def _bind_target(
        self, target: ast.expr, kind: BindingKind = "unknown", value: Expr = OPAQUE
    ) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, kind, target, value)
        elif isinstance(target, ast.Tuple | ast.List):
            self._bind_items(target.elts, kind, value)
        elif isinstance(target, ast.Starred):
            self._bind_target(target.value)
        else:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name):
                self._bind_attribute(target, target.value.id, kind, value)
            self.visit(target)  # there may be calls in it

    def _bind_items(self, targets: list[ast.expr], kind: BindingKind, value: Expr) -> None:
        starred = any(isinstance(each, ast.Starred) for each in targets)
        for number, target in enumerate(targets):
            if kind not in ("assigned", "aentered", "entered") or starred or kind != "assigned":
                self._bind_target(target)
            elif isinstance(value, Display) and len(value.items) == len(targets):
                self._bind_target(target, kind, value.items[number])
            else:
                self._bind_target(target, kind, Subscripted(value, Constant(number)))

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
            self.scopes[self._scope].returned.append(self._expression(node.value))

    def visit_Yield(self, node: ast.Yield) -> None:
        self.generic_visit(node)
        scope = self.scopes[self._scope]
        scope.is_generator = True
        if node.value is not None:
            scope.yielded.append(self._expression(node.value))

    def visit_YieldFrom(self, node: ast.YieldFrom) -> None:
        self.generic_visit(node)
        scope = self.scopes[self._scope]
        scope.is_generator = True
        scope.yielded.append(element(node.value, self._inner))
        self._iterated(node.value, node.value)

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
        value = self._expression(node.value)
        for target in node.targets:
            self._bind_target(target, "assigned", value)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
        if is_named(node.annotation, {"TypeAlias"}) and node.value is not None:
            self._bind_target(node.target, "assigned", annotation(node.value))
        elif node.value is None or not is_named(node.annotation, {"Any", "Callable", "object"}):
            self._bind_target(node.target, "annotated", annotation(node.annotation))
        else:
            self._bind_target(node.target, "assigned", self._expression(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        self._bind_target(node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        inside = self._scope
        while self.scopes[self._scope].kind == "comprehension":  # PEP 572: it binds outside
            self._scope = self.scopes[self._scope].parent
        self._bind_target(node.target, "assigned", self._expression(node.value))
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
            if consumes:
                self._iterated(node.iter, node.iter)
        self._bind_target(node.target, "assigned", element(node.iter, self._inner))
        self._branch(node, node.body)
        self._branch(node, node.orelse)

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
            value = self._expression(item.context_expr)
            if kind == "entered":
                end_line = node.end_lineno or node.lineno
                awaits = any(map(_awaits, node.body))
                self._site(item.context_expr, value, "enter", until=end_line, awaits_inside=awaits)
            if item.optional_vars is not None:
                self._bind_target(item.optional_vars, kind, value)
        self._body(node.body)

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
        name, value = getattr(node, "name"), getattr(node, "value")  # noqa: B009 - new in 3.12
        self._bind(name.id, "assigned", node, annotation(value))

    def visit_Global(self, node: ast.Global) -> None:
        self.scopes[self._scope].outer_names.update(dict.fromkeys(node.names, "global"))

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.scopes[self._scope].outer_names.update(dict.fromkeys(node.names, "nonlocal"))

    # Calls

    def visit_Await(self, node: ast.Await) -> None:
        self._awaited = node.value
        self.visit(node.value)

    def visit_Call(self, node: ast.Call) -> None:
        awaited, discarded = node is self._awaited, node is self._discarded
        if name_of(node.func) in ASKING:
            self.scopes[self._scope].asks_for_loop = True
        called = self.scopes[self._scope].called_parameters
        if isinstance(node.func, ast.Name) and node.func.id in self.scopes[self._scope].parameters:
            called.append(node.func.id)
        self._callee(node.func)
        consumes = _consumes(node.func)
        for argument in node.args:
            if isinstance(argument, ast.GeneratorExp) and consumes:
                self._comprehension(argument, [argument.elt], runs_here=True)
            else:
                self.visit(argument)
                if consumes:
                    self._iterated(argument, node)
        self._visit_all(node.keywords)
        self._site(
            node,
            self._expression(node.func),
            awaited=awaited,
            discarded=discarded,
            arguments=self._arguments(node),
        )

    def _callee(self, function: ast.expr) -> None:
        """What is called is no attribute that is read, but what it is an attribute of may be."""
        self.visit(function.value if isinstance(function, ast.Attribute) else function)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if isinstance(node.ctx, ast.Load):
            value = self._expression(node)
            if (self._scope, value) not in self._loaded:
                self._loaded.add((self._scope, value))
                self.loads.append(Load(self._scope, value, *self._start(node)))
        inside = node.value
        while isinstance(inside, ast.Attribute):  # told with the whole
            inside = inside.value
        self.visit(inside)

    def _iterated(self, node: ast.expr, place: ast.expr) -> None:
        """Something is gone through at a place: itself, and what it goes through in turn."""
        if isinstance(node, ast.Call) and name_of(node.func) in PASSING:
            for argument in node.args:
                self._iterated(argument, place)
        value = self._expression(node)
        if not isinstance(value, Constant | Display | Opaque):
            self._site(place, value, "iterate")

    def _site(
        self,
        node: ast.expr,
        callee: Expr,
        kind: SiteKind = "call",
        *,
        awaited: bool = False,
        discarded: bool = False,
        until: int = 0,
        awaits_inside: bool = False,
        arguments: dict[str, Expr] | None = None,
    ) -> None:
        if self._has_no_loop:
            return
        span = Span(*self._start(node), *self._end(node))
        self.calls.append(
            CallSite(
                self._scope,
                callee,
                span,
                kind,
                awaited,
                discarded,
                self._once,
                until,
                awaits_inside,
                arguments or {},
            )
        )

    def _arguments(self, node: ast.Call) -> dict[str, Expr]:
        arguments: dict[str, Expr] = {}
        for number, argument in enumerate(node.args):
            if isinstance(argument, ast.Starred):
                break  # what follows has no known number
            arguments[str(number)] = self._expression(argument)
        for keyword in node.keywords:
            if keyword.arg is not None:
                arguments[keyword.arg] = self._expression(keyword.value)
        return {
            name: value for name, value in arguments.items() if isinstance(value, _TOLD_ARGUMENTS)
        }

    # Walking and places

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        for node in nodes:
            self.visit(node)

    def _start(self, node: ast.AST) -> tuple[int, int]:
        line: int = getattr(node, "lineno", 1)
        return line, self._column(line, getattr(node, "col_offset", 0))

    def _end(self, node: ast.expr) -> tuple[int, int]:
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


def _defaults_by_name(arguments: ast.arguments) -> dict[str, ast.expr]:
    positional = [*arguments.posonlyargs, *arguments.args]
    last = positional[len(positional) - len(arguments.defaults) :]
    defaults = {each.arg: default for each, default in zip(last, arguments.defaults, strict=True)}
    for each, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if default is not None:
            defaults[each.arg] = default
    return defaults


def _annotations(node: _Function) -> list[ast.expr]:
    parameters = [*_parameters(node.args), node.args.vararg, node.args.kwarg]
    annotations = [each.annotation for each in parameters if each is not None]
    return [each for each in [*annotations, node.returns] if each is not None]


def _is_abstract(node: _Function) -> bool:
    """Return whether a function says that another one is to stand in its place."""
    if any(name_of(each) in _ABSTRACT for each in node.decorator_list):
        return True
    body = node.body
    if isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        body = body[1:] or body
    match body:
        case [ast.Raise(exc=ast.Name(id="NotImplementedError"))]:
            return True
        case [ast.Raise(exc=ast.Call(func=ast.Name(id="NotImplementedError")))]:
            return True
        case [ast.Expr(value=ast.Constant(value=value))]:
            return value is ...
    return False


def _consumes(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in CONSUMING_METHODS
    return isinstance(function, ast.Name) and function.id in CONSUMERS


# Under these a property keeps its name: what reading it runs is another function.
_ACCESSORS = frozenset({"deleter", "setter"})
_ABSTRACT = frozenset({"abstractmethod", "abstractproperty"})
# Constants exempt calls; the others may be callables.
_TOLD_ARGUMENTS = (Attribute, Called, Constant, Display, Inner, Name)
