"""Statements that have others in them: branches, loops, ``with``; and what they say of names."""

from __future__ import annotations

import ast

from asyncompat_lint.facts import Binding, BindingKind
from asyncompat_lint.index.branches import (
    Narrowing,
    asks_for_loop,
    expression_narrowings,
    guarded_names,
    is_filled,
    is_never,
    narrowings,
    suite_of,
)
from asyncompat_lint.index.calls import Calls
from asyncompat_lint.index.expressions import element
from asyncompat_lint.index.marks import awaits as _awaits
from asyncompat_lint.index.marks import marks_of


class Statements(Calls):
    """The part of the walk that goes into branches."""

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
        never = self._never
        self._never = never or is_never(node.test)
        self._branch(node, node.body)
        self._once, self._never = once, never
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
            never = self._never
            self._never = never or any(map(asks_for_loop, node.body))
            self._branch(node, handler.body)
            self._never = never
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
