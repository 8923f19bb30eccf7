"""Scopes: functions, classes, lambdas, comprehensions; their parameters, and when they run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from contextlib import contextmanager

from msgspec.structs import replace

from asyncompat_lint.expressions import (
    OPAQUE,
    Called,
    Constant,
    Display,
    Name,
    Subscripted,
    last_name,
)
from asyncompat_lint.facts import Mark, Statement
from asyncompat_lint.index.expressions import ELLIPSIS, annotation, element, name_of, whole_lines
from asyncompat_lint.index.state import Comprehension, Function
from asyncompat_lint.index.statements import Statements
from asyncompat_lint.index.waiting import is_left

# Under these a property keeps its name: what reading it runs is another function.
_ACCESSORS = frozenset({"deleter", "setter"})
_PROTOCOL = "Protocol"
_ABSTRACT = frozenset({"abstractmethod", "abstractproperty"})


class Scopes(Statements):
    """The part of the walk that enters scopes."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node, is_async=False)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node, is_async=True)

    def _function(self, node: Function, *, is_async: bool) -> None:
        # Decorators, defaults and annotations are evaluated where the function is defined.
        self._visit_all([*node.decorator_list, *_defaults(node.args)])
        if self._annotations_are_run:  # without ``from __future__ import annotations``
            self._visit_all(_annotations(node))
        if not any(name_of(each) in _ACCESSORS for each in node.decorator_list):
            self._bind(node.name, "defined", node, scope=len(self.scopes))
        outside = self._enter("function", node.name, node.lineno, is_async=is_async)
        scope = self.scopes[self._scope]
        scope.decorators = [self._expression(each) for each in node.decorator_list]
        scope.annotation = None if node.returns is None else annotation(node.returns)
        bases = self.scopes[outside].bases
        is_of_protocol = bool(bases) and _PROTOCOL in map(last_name, bases)
        scope.is_abstract = _is_abstract(node) or (is_of_protocol and _says_nothing(node))
        is_method = self.scopes[outside].kind == "class" and Name("staticmethod") not in (
            scope.decorators
        )
        self._bind_type_parameters(node)
        self._parameters(node.args, is_method=is_method)
        is_outermost, self._in_function = not self._in_function, True
        named, self._named_tasks = self._named_tasks, []
        with self._apart():
            self._body(node.body)
        self._discard_tasks(node)
        self._named_tasks = named
        self._drop_changing()
        scope.called_parameters = [
            each for each in scope.called_parameters if (self._scope, each) not in self._queued
        ]
        self._scope = outside
        if is_outermost:
            self._in_function = False
            self.statements.append(Statement(*whole_lines(node)))

    def _discard_tasks(self, node: Function) -> None:
        """Tell of the tasks that a function has a name for, does not use, and ends with."""
        for name, number in self._named_tasks:
            call = self.calls[number]
            if is_left(name, call.span.line, node):
                self.calls[number] = replace(call, discarded=True)

    def _bind_type_parameters(self, node: Function | ast.ClassDef) -> None:
        """`[T: Bound]` binds what `T = TypeVar("T", bound=Bound)` does, for this scope only."""
        for parameter in getattr(node, "type_params", ()):  # new in 3.12
            bound = getattr(parameter, "bound", None)
            bounds = () if bound is None else (OPAQUE, annotation(bound))
            self._bind(parameter.name, "assigned", parameter, Called(Name("TypeVar"), bounds))
            self.scopes[self._scope].type_parameters.append(parameter.name)

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
        around = self._suite, self._once, self._polled, self._optional
        self._suite, self._once, self._polled, self._optional = None, False, frozenset(), False
        yield
        self._suite, self._once, self._polled, self._optional = around

    def _parameters(self, arguments: ast.arguments, *, is_method: bool) -> None:
        parameters = _parameters(arguments)
        self.scopes[self._scope].parameters = [each.arg for each in parameters]
        defaults = _defaults_by_name(arguments)
        constants = {name: self._expression(node) for name, node in defaults.items()}
        self.scopes[self._scope].defaults = {
            name: value for name, value in constants.items() if isinstance(value, Constant)
        }
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
        self._bind_type_parameters(node)
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
        self, node: Comprehension, elements: list[ast.expr], *, runs_here: bool
    ) -> None:
        # The first iterable is evaluated outside, whenever the rest is.
        self.visit(node.generators[0].iter)
        line = node.lineno
        if runs_here and isinstance(elements[-1], ast.Await):
            self.marks.append(Mark("sequential-awaits", line))
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


def _annotations(node: Function) -> list[ast.expr]:
    parameters = [*_parameters(node.args), node.args.vararg, node.args.kwarg]
    annotations = [each.annotation for each in parameters if each is not None]
    return [each for each in [*annotations, node.returns] if each is not None]


def _says_nothing(node: Function) -> bool:
    """Return whether a function has no code of its own: at most a docstring."""
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in node.body
    )


def _is_abstract(node: Function) -> bool:
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
