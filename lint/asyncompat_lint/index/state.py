"""What the index keeps while it walks through a module, and where things are in the text.

The layers above it, each a part of the walk: ``names``, ``calls``, ``statements``, ``scopes``.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from asyncompat_lint.facts import CallSite, Expr, Load, Mark, Scope, ScopeKind, Statement, Suite
from asyncompat_lint.index.expressions import expression
from asyncompat_lint.sources import SourceText

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp


class State(ast.NodeVisitor):
    """A walk through a module."""

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
        self._never = False
        self._suite: Suite | None = None
        self._inner: dict[ast.AST, int] = {}
        self._loaded: set[tuple[int, Expr]] = set()

    def _expression(self, node: ast.expr) -> Expr:
        return expression(node, self._inner)

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

    def _comprehension(
        self, node: Comprehension, elements: list[ast.expr], *, runs_here: bool
    ) -> None:
        """Walk through a comprehension: a scope of its own, that the layers below meet, too."""
        raise NotImplementedError
