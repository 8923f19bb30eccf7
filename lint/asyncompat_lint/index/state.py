"""What the index keeps while it walks through a module, and where things are in the text.

The layers above it, each a part of the walk: ``names``, ``calls``, ``asked``, ``statements``,
``scopes``.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterable
from typing import Any, ClassVar, Protocol

from asyncompat_lint.expressions import OPAQUE, Expr
from asyncompat_lint.facts import (
    CallSite,
    Handler,
    Load,
    Mark,
    Mention,
    Put,
    Scope,
    ScopeKind,
    Statement,
    Suite,
    TopAwait,
)
from asyncompat_lint.guards import Guard, Test
from asyncompat_lint.index.branches import may_poll
from asyncompat_lint.index.expressions import expression, whole_lines
from asyncompat_lint.index.nodes import INSIDE
from asyncompat_lint.index.switches import Known, may_switch
from asyncompat_lint.index.taken import TAKING, is_of_coroutines
from asyncompat_lint.parameters import Change
from asyncompat_lint.shared import may_share
from asyncompat_lint.sources import SourceText
from asyncompat_lint.spans import Span


class Placed(Protocol):
    """A node that says where it stands: every one but what has no text of its own."""

    lineno: int
    col_offset: int


_Told = ast.expr | ast.stmt | ast.alias | ast.excepthandler
Function = ast.FunctionDef | ast.AsyncFunctionDef
# Modules whose names, and builtins that themselves, came with some version of Python.
VERSIONED = frozenset(
    "asyncio asyncompat contextlib contextvars inspect nest_asyncio nest_asyncio2 types"
    " unittest".split()
)
VERSIONED_BUILTINS = frozenset({"BaseExceptionGroup", "ExceptionGroup", "aiter", "anext"})
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp

# Half of all nodes, and what is no node: they have nothing in them, and are not walked to. A name
# is only if it may be one of those above.
_LEAVES: frozenset[type] = frozenset({ast.Constant, ast.Name, bool, int, str, type(None)})


class State:
    """A walk through a module."""

    # What is given the value that is walked through, and then that.
    _given: ast.expr | None = None
    _stored: Expr = OPAQUE
    # The value behind which names are bound that are given it.
    _value: ast.expr | None = None
    # The parser's own walk looks each method up by its name, at every node of a million lines.
    _visitors: ClassVar[_Visitors]

    def __init__(self, source: SourceText) -> None:
        self.scopes: list[Scope] = []
        self.calls: list[CallSite] = []
        self.loads: list[Load] = []
        self.statements: list[Statement] = []
        self.cells_that_await: list[tuple[int, int]] = []
        self.marks: list[Mark] = []
        self.mentions: list[Mention] = []
        self.puts: list[Put] = []
        self.guards: list[Guard] = []
        self.handlers: list[Handler] = []
        self.awaits_at_top: list[TopAwait] = []
        self.tests: dict[str, Test] = {}
        self.imported: set[str] = set()
        self._source = source
        self.may_share = may_share(source.text)
        # Asked of the whole text at once, and not at every node: most texts do not.
        self._is_ascii = source.text.isascii()
        self._polls = not self._is_ascii or may_poll(source.text)
        self._has_switches = not self._is_ascii or may_switch(source.text)
        self._defined: set[str] = set()  # at the top, wherever there
        self._takes_locks = self._may_name("acquire")
        self._asks_for_loop = self._may_name("get_running_loop") or self._may_name("get_event_loop")
        self._skips = self._may_name("pytestmark")
        self._scope = 0
        self._in_function = False
        self._awaited: ast.AST | None = None
        self._discarded: Collection[ast.AST] = ()
        self._returned: tuple[ast.AST, ...] = ()
        self._holding: ast.AST | None = None
        # The calls whose tasks only a name of the function has.
        self._named_tasks: list[tuple[str, int]] = []
        # By a scope and a name of it: the call that the name was given the result of.
        self._named_calls: dict[tuple[int, str], int] = {}
        self._taken: set[ast.AST] = set()
        self.taken: list[int] = []
        self._once, self._never = False, False
        self._optional = False
        self._is_tried = False  # what fails here ends no function
        self._switches: dict[str, Known] = {}
        self._false: set[str] = set()
        self._polled: frozenset[Expr] = frozenset()
        self._suite: Suite | None = None
        self._known: dict[ast.AST, Expr] = {}
        self._queued: set[tuple[int, str]] = set()
        # The lambdas that are called for each of something, and that.
        self._for_each: dict[ast.AST, ast.expr] = {}
        # How texts are changed: by the scope, the name and the line.
        self._changes: dict[tuple[int, str, int], tuple[Change, ...]] = {}
        self._loops: list[tuple[int, int, int]] = []  # with the scope that they are in
        self._loaded: set[tuple[int, Suite | None, Expr]] = set()
        # The one at the top, or in a class at the top, that the walk is in.
        self._at: ast.stmt | None = None
        self._versioned: set[str] = set()
        self._annotations_are_run = True
        names_count = any(map(self._may_name, VERSIONED_BUILTINS))
        self._leaves = _LEAVES - ({ast.Name} if names_count else set())

    def _may_name(self, name: str) -> bool:
        """Whether the text may have a name; it may be written with other letters than ASCII's."""
        return not self._is_ascii or name in self._source.text

    def __init_subclass__(cls) -> None:
        cls._visitors = _Visitors(cls)

    def visit(self, node: ast.AST) -> None:
        """Walk through a node."""
        kind = type(node)
        if kind not in self._leaves:
            self._visitors[kind](self, node)

    def generic_visit(self, node: ast.AST) -> None:
        """Walk through all that is in a node."""
        visitors, leaves = self._visitors, self._leaves
        for name in INSIDE[type(node)]:
            value: Any = getattr(node, name, None)
            kind = type(value)
            if kind is list:
                for each in value:
                    kind = type(each)
                    if kind not in leaves:
                        visitors[kind](self, each)
            elif kind not in leaves:
                visitors[kind](self, value)

    def take(self, calls: Iterable[ast.expr]) -> None:
        """Keep the calls among these, whose results are taken for values."""
        for each in calls:
            if type(each) is ast.Call:
                self._taken.add(each)

    def _take_asked(self, node: ast.expr, attribute: str = "") -> None:
        """Keep a call, or that which gave what a name has, if it is asked as a value only is."""
        if type(node) is ast.Name:  # nearly always, and of one that no call has given anything
            number = self._named_calls.get((self._scope, node.id))
            if number is not None and not is_of_coroutines(attribute):
                self._take_named(node.id, number)
        elif type(node) is ast.Call and not is_of_coroutines(attribute):
            self._taken.add(node)

    def _take_named(self, name: str, number: int) -> None:
        is_only = len(self.scopes[self._scope].bindings.get(name, ())) == 1
        if is_only and number not in self.taken:
            self.taken.append(number)

    def _leave_named(self, name: str) -> None:
        """Forget it where the name is awaited, or asked what it is: who does that knows."""
        number = self._named_calls.pop((self._scope, name), -1)
        if number in self.taken:
            self.taken.remove(number)

    def _expression(self, node: ast.expr) -> Expr:
        return expression(node, self._known)

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

    def _is_bound(self, name: str) -> bool:
        """Whether a name was given something in one of the scopes around this place, by now."""
        index = self._scope
        while index >= 0:
            scope = self.scopes[index]
            # A class's names are seen by its own body, not by what is nested in it.
            is_seen = scope.kind != "class" or index == self._scope
            if is_seen and name in scope.bindings:
                return True
            index = scope.parent
        return name in self._defined

    def _running(self) -> int:
        """The scope whose code this is: a comprehension's is the one around it."""
        index = self._scope
        while self.scopes[index].runs_in_parent:
            index = self.scopes[index].parent
        return index

    def _suspend(self) -> None:
        self.scopes[self._running()].suspends = True

    def _visit_all(self, nodes: Iterable[ast.AST]) -> None:
        visitors, leaves = self._visitors, self._leaves
        for node in nodes:
            kind = type(node)
            if kind not in leaves:
                visitors[kind](self, node)

    def _start(self, node: Placed) -> tuple[int, int]:
        line, offset = node.lineno, node.col_offset
        return line, offset + 1 if self._is_ascii else self._column(line, offset)

    def _end(self, node: ast.expr) -> tuple[int, int]:
        line, offset = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return line, offset + 1 if self._is_ascii else self._column(line, offset)

    def _span(self, node: ast.expr | ast.stmt | ast.alias) -> Span:
        line, end_line = node.lineno, node.end_lineno or node.lineno
        column, end_column = node.col_offset, node.end_col_offset or 0
        if self._is_ascii:
            return Span(line, column + 1, end_line, end_column + 1)
        return Span(line, self._column(line, column), end_line, self._column(end_line, end_column))

    def _column(self, line: int, offset: int) -> int:
        """The parser counts the bytes of UTF-8 from 0; people and libcst count characters."""
        if self._is_ascii:
            return offset + 1
        text = self._source.line(line)
        return len(text.encode()[:offset].decode(errors="replace")) + 1

    def _await_at_top(self, node: ast.expr | ast.stmt) -> None:
        """Keep an ``await`` that is in no function."""
        if not self._in_function and self._running() == 0:
            line, column = self._start(node)
            is_expression = isinstance(node, ast.expr)
            span = self._span(node) if is_expression else Span(line, column, line, column)
            timed = line in self._source.timed
            self.awaits_at_top.append(TopAwait(span, self._statement(), timed))

    def _mention(
        self, node: _Told, value: Expr = OPAQUE, target: str = "", *, stored: bool = False
    ) -> None:
        """Keep a place that names something whose being there depends on Python's version."""
        if isinstance(node, ast.excepthandler):
            line, column = self._start(node)
            span = Span(line, column, line, column)
        else:
            span = self._span(node)
        where = self._statement()
        self.mentions.append(Mention(self._scope, span, where, value, target, stored))

    def _statement(self) -> Statement:
        """The lines that have to be parsed for what stands here."""
        return Statement(1, 1) if self._at is None else Statement(*whole_lines(self._at))

    def _comprehension(
        self, node: Comprehension, elements: list[ast.expr], *, runs_here: bool
    ) -> None:
        """Walk through a comprehension: a scope of its own, that the layers below meet, too."""
        raise NotImplementedError


_Visitor = Callable[[Any, Any], None]


class _Visitors(dict[type, _Visitor]):
    """The methods of a class by which it walks through nodes, by their kinds."""

    def __init__(self, class_: type[State]) -> None:
        super().__init__()
        self._class = class_

    def __missing__(self, kind: type) -> _Visitor:
        visitor: _Visitor = getattr(self._class, f"visit_{kind.__name__}", State.generic_visit)
        if kind in TAKING:
            visitor = _taking(TAKING[kind], visitor)
        self[kind] = visitor
        return visitor


def _taking(taken_by: Callable[[Any], Iterable[ast.expr]], visitor: _Visitor) -> _Visitor:
    def visit(state: State, node: ast.AST) -> None:
        state.take(taken_by(node))
        visitor(state, node)

    return visit
