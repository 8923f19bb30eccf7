"""Scopes: functions, classes, lambdas, comprehensions; their parameters, and when they run."""

from __future__ import annotations

import ast

from msgspec.structs import replace

from asyncompat_lint.expressions import (
    OPAQUE,
    Called,
    Constant,
    Display,
    Expr,
    Inner,
    Name,
    Subscripted,
    last_name,
)
from asyncompat_lint.facts import Mark, Statement, Suite
from asyncompat_lint.index.expressions import (
    ELLIPSIS,
    annotation,
    element,
    name_of,
    says_nothing,
    whole_lines,
)
from asyncompat_lint.index.handing import passed_on_always
from asyncompat_lint.index.state import Comprehension, Function
from asyncompat_lint.index.statements import Statements
from asyncompat_lint.index.waiting import is_left

# Under these a property keeps its name: what reading it runs is another function.
_ACCESSORS = frozenset({"deleter", "setter"})
_NAMED = (ast.Attribute, ast.Name)
_PROTOCOL = "Protocol"
_ABSTRACT = frozenset({"abstractmethod", "abstractproperty"})
# What holds of code by where it stands.
_Around = tuple[Suite | None, bool, frozenset[Expr], bool]


class Scopes(Statements):
    """The part of the walk that enters scopes."""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        self._function(node, is_async=False)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        self._function(node, is_async=True)

    def _function(self, node: Function, *, is_async: bool) -> None:
        # Decorators, defaults and annotations are evaluated where the function is defined.
        names = set(map(name_of, node.decorator_list))
        self._visit_all([*node.decorator_list, *_defaults(node.args)])
        if self._annotations_are_run:  # without ``from __future__ import annotations``
            self._visit_all(_annotations(node))
        if _ACCESSORS.isdisjoint(names):
            self._bind(node.name, "defined", node, scope=len(self.scopes))
        outside = self._enter("function", node.name, node.lineno, is_async=is_async)
        scope = self.scopes[self._scope]
        scope.decorators = [self._expression(each) for each in node.decorator_list]
        scope.annotation = None if node.returns is None else annotation(node.returns)
        around = self.scopes[outside]
        is_of_protocol = bool(around.bases) and _PROTOCOL in map(last_name, around.bases)
        scope.is_abstract = (
            not _ABSTRACT.isdisjoint(names)
            or _stands_for_another(node.body, is_method=around.kind == "class")
            or (is_of_protocol and _is_empty(node))
        )
        is_method = around.kind == "class" and Name("staticmethod") not in scope.decorators
        self._bind_type_parameters(node)
        self._parameters(node.args, is_method=is_method)
        is_outermost, self._in_function = not self._in_function, True
        named, self._named_tasks = self._named_tasks, []
        at_this_time = self._at_another_time()
        self._body(node.body)
        self._back_at(at_this_time)
        self._discard_tasks(node)
        self._named_tasks = named
        self._drop_changing()
        if self._queued:
            queued = {name for number, name in self._queued if number == self._scope}
            scope.called_parameters = [e for e in scope.called_parameters if e not in queued]
            scope.passed_on = [e for e in scope.passed_on if e.parameter not in queued]
        if scope.passed_on:
            scope.passed_on = passed_on_always(scope)
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
        if not self._in_function and (at := self._statement()) not in self.statements[-1:]:
            self.statements.append(at)
        self._visit_all(_defaults(node.args))
        outside = self._enter("lambda", "<lambda>", node.lineno)
        self._known[node] = Inner(self._scope)
        self._parameters(node.args, is_method=False, things=self._for_each.pop(node, None))
        at_this_time = self._at_another_time()
        self.visit(node.body)
        self._back_at(at_this_time)
        self.scopes[self._scope].returned.append(self._expression(node.body))
        self._scope = outside

    def _at_another_time(self) -> _Around:
        """Begin with code that runs at another time than that around it; return what holds there.

        No context manager: there are too many functions.
        """
        around = self._suite, self._once, self._polled, self._optional
        self._suite, self._once, self._polled, self._optional = None, False, frozenset(), False
        return around

    def _back_at(self, around: _Around) -> None:
        self._suite, self._once, self._polled, self._optional = around

    def _parameters(
        self, arguments: ast.arguments, *, is_method: bool, things: ast.expr | None = None
    ) -> None:
        """Keep what a function takes; an only parameter may be each of some things."""
        parameters = _parameters(arguments)
        scope = self.scopes[self._scope]
        scope.parameters = [each.arg for each in parameters]
        scope.keyword_only = len(arguments.kwonlyargs)
        defaults = _defaults_by_name(arguments)
        for name, default in defaults.items():
            value = self._expression(default)
            if isinstance(value, Constant):
                scope.defaults[name] = value
        for number, parameter in enumerate(parameters):
            if is_method and not number:
                self._bind(parameter.arg, "self", parameter)
            elif (said := _said_of(parameter)) is not None:
                self._bind(parameter.arg, "annotated", parameter, said)
            elif things is not None and len(parameters) == 1:
                each = element(things, self._known)
                self._bind(parameter.arg, "assigned", parameter, each, scope=scope.parent)
            elif isinstance(defaults.get(parameter.arg), ast.Call):
                # A default says of which kind the others are.
                made = self._expression(defaults[parameter.arg])
                self._bind(parameter.arg, "assigned", parameter, made)
            else:
                named = defaults.get(parameter.arg)
                value = self._expression(named) if isinstance(named, _NAMED) else OPAQUE
                self._bind(parameter.arg, "unknown", parameter, value)
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
        for keyword in node.keywords:
            if keyword.arg == "metaclass":
                scope.metaclass = annotation(keyword.value)
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
        self._known[node] = Inner(self._scope)
        for number, generator in enumerate(node.generators):
            if number:
                self.visit(generator.iter)
            if generator.is_async:
                self._suspend()
            else:
                self._iterated(generator.iter, generator.iter)
            self._bind_target(generator.target, "assigned", element(generator.iter, self._known))
            self._visit_all(generator.ifs)
        self._visit_all(elements)
        scope = self.scopes[self._scope]
        scope.returned += [self._expression(each) for each in elements]
        self._scope = outside


def _parameters(arguments: ast.arguments) -> list[ast.arg]:
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]


def _defaults(arguments: ast.arguments) -> list[ast.expr]:
    return [*arguments.defaults, *filter(None, arguments.kw_defaults)]


def _defaults_by_name(arguments: ast.arguments) -> dict[str, ast.expr]:
    defaults: dict[str, ast.expr] = {}
    if arguments.defaults:
        positional = [*arguments.posonlyargs, *arguments.args]
        last = positional[len(positional) - len(arguments.defaults) :]
        for each, default in zip(last, arguments.defaults, strict=True):
            defaults[each.arg] = default
    for each, keyword_default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
        if keyword_default is not None:
            defaults[each.arg] = keyword_default
    return defaults


def _said_of(parameter: ast.arg) -> Expr | None:
    """What a parameter is declared to be, if that says anything."""
    said = None if parameter.annotation is None else annotation(parameter.annotation)
    return None if said is None or says_nothing(said) else said


def _annotations(node: Function) -> list[ast.expr]:
    parameters = [*_parameters(node.args), node.args.vararg, node.args.kwarg]
    annotations = [each.annotation for each in parameters if each is not None]
    return [each for each in [*annotations, node.returns] if each is not None]


def _is_empty(node: Function) -> bool:
    """Return whether a function has no code of its own: at most a docstring."""
    return all(
        isinstance(each, ast.Pass)
        or (isinstance(each, ast.Expr) and isinstance(each.value, ast.Constant))
        for each in node.body
    )


def _stands_for_another(body: list[ast.stmt], *, is_method: bool) -> bool:
    """Return whether a function's body says that another one is to stand in its place.

    So does a method that raises something, and does nothing else.
    """
    if len(body) > 2:
        return False
    if len(body) == 2 and not (
        isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant)
    ):
        return False
    match body[-1]:
        case ast.Raise(exc=ast.Name(id=name) | ast.Call(func=ast.Name(id=name))):
            return is_method or name == "NotImplementedError"
        case ast.Expr(value=ast.Constant(value=value)):
            return value is ...
    return False
