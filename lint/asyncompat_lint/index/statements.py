"""Statements that have others in them: branches, loops, ``with``; and what they say of names."""

from __future__ import annotations

import ast

from msgspec.structs import replace

from asyncompat_lint.expressions import Expr, last_name
from asyncompat_lint.facts import Binding, BindingKind, Handler
from asyncompat_lint.guards import Guard
from asyncompat_lint.index.asked import Tests
from asyncompat_lint.index.branches import (
    Narrowing,
    at_work,
    ended,
    ends,
    expression_narrowings,
    is_always_false,
    is_never,
    leaves,
    narrowings,
    not_waiting,
    polled,
    runs_without_loop,
    suite_of,
    waited_for,
)
from asyncompat_lint.index.conditions import changes_of
from asyncompat_lint.index.expressions import element, name_of
from asyncompat_lint.index.guards import (
    END_OF_LINE,
    GUARDING,
    flags_of,
    guards_in,
    guards_of,
    is_told,
    skip_test,
    test_of,
)
from asyncompat_lint.index.handing import drop_asked_by_others
from asyncompat_lint.index.marks import marks_of
from asyncompat_lint.index.onces import (
    Guarded,
    fills_missing,
    is_filled,
    lasting,
    missing,
    of_no_object,
)
from asyncompat_lint.index.switches import known_without, off_body, off_rest
from asyncompat_lint.index.waiting import awaited_in, held_over_await, named_task
from asyncompat_lint.index.waiting import awaits as _awaits
from asyncompat_lint.sources import SourceText
from asyncompat_lint.spans import Span

# The classes by which not the same exceptions are caught in every version of Python.
_VARYING = frozenset({"Exception", "TimeoutError"})


# Nothing behind one of these in the same suite is ever run.
_ENDING = frozenset({ast.Break, ast.Continue, ast.Raise, ast.Return})
_PERHAPS_ENDING = frozenset({ast.Assert, ast.Expr, ast.If, ast.While})
# What is known behind one of these by what it asks.
_NARROWING = (ast.Assert, ast.If)
_TESTING = (ast.Assert, ast.If, ast.While)


class Statements(Tests):
    """The part of the walk that goes into branches."""

    def __init__(self, source: SourceText) -> None:
        super().__init__(source)
        self._guarded: list[Guarded] = []
        # Behind these calls the same names are missing, up to the end of the suite.
        self._guarding: list[tuple[int, set[str]]] = []
        may_exit = self._may_name("exit")  # what else is called ends nothing
        self._perhaps_ending = _PERHAPS_ENDING if may_exit else _PERHAPS_ENDING - {ast.Expr}

    def _body(self, body: list[ast.stmt]) -> None:
        if self.scopes[self._scope].is_async:
            self.marks += marks_of(body)
        around, never, once = self._at, self._never, self._once
        guarding, self._guarding = self._guarding, []
        visitors, is_outside = self._visitors, not self._in_function
        for number, statement in enumerate(body):
            if is_outside:
                self._at = statement
            kind = type(statement)
            if self._takes_locks and kind is ast.Expr:
                self._holding = held_over_await(statement, body, number)
            visitors[kind](self, statement)
            if kind in GUARDING and (kind is not ast.Assign or (is_outside and self._skips)):
                self._guards(statement, body[number + 1 :])
            if kind in _ENDING or (kind in self._perhaps_ending and ends(statement)):
                self._never = True  # what is behind it
        self._at, self._never, self._once = around, never, once
        self._guarded += [Guarded(n, len(self.calls), names) for n, names in self._guarding]
        self._guarding = guarding

    def _guards(self, statement: ast.stmt, rest: list[ast.stmt]) -> None:
        """Keep what a statement says of its branches, and of what follows it."""
        if not (isinstance(statement, _TESTING) and self._is_of_function(statement.test)):
            for guard in guards_of(statement, rest):
                self._guard(guard)
        if isinstance(statement, ast.If):
            self._conditions(statement, rest)
            if rest and not self._once and not statement.orelse and leaves(statement.body):
                scope = self.scopes[self._scope]
                names = of_no_object(lasting(missing(statement.test, holds=False), scope), scope)
                self._once = is_filled(names, rest)
                if names and not self._once:
                    self._guarding.append((len(self.calls), names))
        if rest and isinstance(statement, _NARROWING):
            for narrowing in narrowings(statement, rest):
                if narrowing.suite.line >= rest[0].lineno:
                    self._narrow(narrowing)

    def _is_of_function(self, test: ast.expr) -> bool:
        """Whether a test asks only for what a name of the function is: that tells no version."""
        while isinstance(test, ast.UnaryOp | ast.Attribute):
            test = test.operand if isinstance(test, ast.UnaryOp) else test.value
        scope = self.scopes[self._scope]
        return (
            isinstance(test, ast.Name)
            and scope.kind == "function"
            and test.id in scope.bindings
            and all(each.kind != "imported" for each in scope.bindings[test.id])
        )

    def _guard(self, guard: Guard) -> None:
        if not self._is_ascii:
            span = guard.span
            column = self._column(span.line, span.column - 1)
            if span.end_column != END_OF_LINE:
                end_column = self._column(span.end_line, span.end_column - 1)
            else:
                end_column = END_OF_LINE
            guard = replace(guard, span=Span(span.line, column, span.end_line, end_column))
        self.guards.append(guard)

    def _branch(self, statement: ast.stmt, body: list[ast.stmt]) -> None:
        around = self._suite, self._optional
        self._suite = suite_of(statement, body) or self._suite
        self._body(body)
        self._suite, self._optional = around

    def _narrow(self, narrowing: Narrowing) -> None:
        bindings = self.scopes[self._scope].bindings
        if narrowing.name in bindings:
            line, value = narrowing.suite.line, narrowing.annotation
            kind: BindingKind = "excluded" if narrowing.excluded else "narrowed"
            binding = Binding(kind, line, 0, value, suite=narrowing.suite)
            bindings[narrowing.name].append(binding)
        elif "." in narrowing.name and not narrowing.excluded:
            line, value = narrowing.suite.line, narrowing.annotation
            binding = Binding("narrowed", line, 0, value, suite=narrowing.suite)
            self.scopes[self._scope].asked.setdefault(narrowing.name, []).append(binding)

    def _narrow_branches(self, statement: ast.stmt) -> None:
        for narrowing in narrowings(statement, []):
            self._narrow(narrowing)

    def visit_If(self, node: ast.If) -> None:
        self.visit(node.test)
        self._narrow_branches(node)
        once = self._once
        scope = self.scopes[self._scope]
        asked = missing(node.test)
        names = lasting(asked, scope)
        first = len(self.calls)
        # What is looked up first, in an object that may be soon gone, says less than what is asked.
        self._once = once or is_filled((names & asked) | of_no_object(names, scope), node.body)
        never = self._never
        self._never = never or is_never(node.test, self._false)
        optional = self._optional
        self._optional = optional or (self._has_switches and off_body(node, self._switches))
        before = self._polled
        self._polled |= self._polls_of(node.test)
        self._branch(node, node.body)
        if names and not self._once:
            names = of_no_object(names, scope)
            self._guarded.append(Guarded(first, len(self.calls), names))
        self._once, self._never, self._optional = once, never, optional
        if self._polls:
            self._polled -= at_work(node.test, holds=False)
            self._polled |= ended(node.test, holds=False)
        self._branch(node, node.orelse)
        if not leaves(node.body):  # behind what leaves, it is still as the test has found it
            self._polled = before
        self._optional = optional or (self._has_switches and off_rest(node, self._switches))

    def _polls_of(self, test: ast.expr) -> frozenset[Expr]:
        return polled(test) if self._polls else frozenset()

    def visit_While(self, node: ast.While) -> None:
        self.visit(node.test)
        self._narrow_branches(node)
        self._loops.append((self._scope, node.lineno, node.end_lineno or node.lineno))
        before = self._polled
        self._polled |= self._polls_of(node.test)
        self._branch(node, node.body)
        self._polled = before | waited_for(node)
        self._branch(node, node.orelse)

    def visit_Try(self, node: ast.Try) -> None:
        if self._scope == 0:
            self.tests.update(flags_of(node))
        before, is_tried = self._polled, self._is_tried
        self._polled |= not_waiting(node)
        self._is_tried = is_tried or bool(node.handlers)
        self._branch(node, node.body)
        self._polled, self._is_tried = before, is_tried
        if self.scopes[self._scope].is_async and any(map(_awaits, node.body)):
            self._keep_handlers(node)
        for handler in node.handlers:
            if handler.type is not None:
                self.visit(handler.type)
            if handler.name is not None:
                self._bind(handler.name, "unknown", handler)
            never, once = self._never, self._once
            self._once = once or fills_missing(handler, node.body)
            # In an async function one runs, whatever else has failed.
            may_be_without = self._asks_for_loop and not self.scopes[self._scope].is_async
            self._never = never or (may_be_without and runs_without_loop(handler, node.body))
            self._branch(node, handler.body)
            self._never, self._once = never, once
        self._branch(node, node.orelse)
        self._body(node.finalbody)

    def _keep_handlers(self, node: ast.Try) -> None:
        before: list[Expr] = []
        for handler in node.handlers:
            types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
            caught = tuple(self._expression(each) for each in types if each is not None)
            if types and types[0] is not None and not _VARYING.isdisjoint(map(last_name, caught)):
                span = Span(*self._start(types[0]), *self._start(types[0]))
                awaited = tuple(map(self._expression, awaited_in(node.body)))
                raises = isinstance(handler.body[-1], ast.Raise)
                self.handlers.append(
                    Handler(self._scope, span, caught, tuple(before), awaited, raises)
                )
            before += caught

    def visit_TryStar(self, node: ast.AST) -> None:
        for handler in node.handlers[:1]:  # type: ignore[attr-defined]
            self._mention(handler, target="except*")
        self.visit_Try(node)  # type: ignore[arg-type]  # of the same shape; new in 3.11

    def visit_Match(self, node: ast.Match) -> None:
        self.visit(node.subject)
        value = self._expression(node.subject)
        for case in node.cases:
            self._bind_pattern(case.pattern, value)
            if case.guard is not None:
                self.visit(case.guard)
        self._narrow_branches(node)
        for case in node.cases:
            self._branch(node, case.body)

    def visit_BoolOp(self, node: ast.BoolOp) -> None:
        for guard in guards_in(node):
            self._guard(guard)
        before, runs = self._polled, self.scopes[self._running()]
        for number, value in enumerate(node.values):
            first = len(runs.passed_on)
            self.visit(value)
            for test in node.values[:number]:
                drop_asked_by_others(runs, first, test)
            self._polled |= self._polls_of(value)
        self._polled = before
        self._conditions_in(node)

    def visit_IfExp(self, node: ast.IfExp) -> None:
        for guard in guards_in(node):
            self._guard(guard)
        for narrowing in expression_narrowings(node):
            self._narrow(narrowing)
        before, runs = self._polled, self.scopes[self._running()]
        self._polled |= self._polls_of(node.test)
        first = len(runs.passed_on)
        self.generic_visit(node)
        drop_asked_by_others(runs, first, node.test)
        self._polled = before
        self._conditions_in(node)

    def visit_For(self, node: ast.For) -> None:
        self._loop(node, consumes=True)

    def visit_AsyncFor(self, node: ast.AsyncFor) -> None:
        self._suspend()
        self._await_at_top(node)
        self._loop(node, consumes=False)

    def _loop(self, node: ast.For | ast.AsyncFor, *, consumes: bool) -> None:
        if consumes:
            self._take_asked(node.iter)
        if consumes and isinstance(node.iter, ast.GeneratorExp):
            self._comprehension(node.iter, [node.iter.elt], runs_here=True)
        else:
            self.visit(node.iter)
            if consumes:
                self._iterated(node.iter, node.iter)
        self._bind_behind(node.iter, node.target, "assigned", element(node.iter, self._known))
        self._loops.append((self._scope, node.lineno, node.end_lineno or node.lineno))
        self._branch(node, node.body)
        self._branch(node, node.orelse)

    def visit_With(self, node: ast.With) -> None:
        self._with(node, "entered")

    def visit_AsyncWith(self, node: ast.AsyncWith) -> None:
        self._suspend()
        self._await_at_top(node)
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
            else:
                self._site(item.context_expr, value, "aenter", awaited=True)
            if item.optional_vars is not None:
                self._bind_target(item.optional_vars, kind, value)
        is_tried = self._is_tried
        self._is_tried = is_tried or any(map(_suppresses, node.items))
        self._body(node.body)
        self._is_tried = is_tried

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        super().visit_AnnAssign(node)
        self._name_task(node)

    def _name_task(self, node: ast.Assign | ast.AnnAssign) -> None:
        task = named_task(node)
        if task and not self._never:
            self._named_tasks.append((task, len(self.calls) - 1))

    def visit_Assign(self, node: ast.Assign) -> None:
        super().visit_Assign(node)
        if type(node.value) is ast.Call:
            self._name_task(node)
            if self._in_function and isinstance(node.targets[0], ast.Name):
                name = node.targets[0].id
                if not self._never and len(node.targets) == 1:
                    self._named_calls[self._scope, name] = len(self.calls) - 1
                changes = changes_of(name, node.value)
                if changes and len(node.targets) == 1:
                    self._changes[self._scope, name, node.lineno] = changes
        if self._scope == 0 and isinstance(node.targets[0], ast.Name):
            if is_always_false(node, self._source.text):
                self._false.add(node.targets[0].id)
            known = self._has_switches and known_without(node.value, self._switches)
            if known and known.varies:
                self._switches[node.targets[0].id] = known
            for test in (test_of(node.value), skip_test(node.value)):
                if is_told(test):
                    self.tests[node.targets[0].id] = test


def _suppresses(item: ast.withitem) -> bool:
    return isinstance(item.context_expr, ast.Call) and name_of(item.context_expr.func) == "suppress"
