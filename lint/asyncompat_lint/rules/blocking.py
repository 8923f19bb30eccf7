"""What the rules about blocking calls share: the call is found, named, and shown its async way."""

from __future__ import annotations

import re
from typing import ClassVar

from asyncompat_lint.blockers import ANY_OF, LOOP, called_at, severity_of
from asyncompat_lint.findings import Edit, Finding, Fix
from asyncompat_lint.knowledge import Table
from asyncompat_lint.loading import cst
from asyncompat_lint.reach import BlockingCall
from asyncompat_lint.rules.awaiting import has_comments
from asyncompat_lint.rules.base import Context, Rule, source_of
from asyncompat_lint.rules.holding import Holding
from asyncompat_lint.rules.in_thread import IN_OTHERS_THREAD, InThread
from asyncompat_lint.rules.moved_block import hands_over_loop, moved_block
from asyncompat_lint.rules.replacing import (
    Replacement,
    around_arguments,
    consumes,
    replacement_of,
)
from asyncompat_lint.spans import Span

_IN_A_FUNCTION = "put this into a function, and `{in_thread}`"
_WHERE_IT_BLOCKS = (
    "what this calls needs the event loop as well, and no thread can run it: do in a thread only"
    " what blocks, at the end of the chain"
)
_BEFORE_WHAT_IS_AWAITED = (
    "what this gives is awaited, and a thread gives it to nobody: do in a thread only what blocks,"
    " at the end of the chain"
)
_PASSED = "what is handed over here is called on the event loop there: have a thread run it there"
_IN_A_CALLBACK = (
    "nothing can be awaited here: `{loop}.run_in_executor(None, function)`, or a task, lets the"
    " loop go on"
)

_TIMED = "without the magic, behind which nothing can be awaited: `{in_thread}`"
_HANDED = "`{loop}.run_in_executor(None, function)` has a thread run it, and not the loop"


_AWAITS = re.compile(r"\{in_thread\}|await ")


class BlockingCallRule(Rule):
    """A rule for the calls that the knowledge base lists under the rule's name."""

    does: ClassVar[str]
    meanwhile: ClassVar[str] = "while the event loop waits"

    def __init__(self, context: Context, findings: list[Finding]) -> None:
        super().__init__(context, findings)
        self._holding = Holding(self)
        self._in_thread = InThread(context.surroundings)

    def visit_Call(self, node: cst.Call) -> None:
        self._check(node, "call")

    def visit_WithItem(self, node: cst.WithItem) -> None:
        self._check(node.item, "enter")

    def visit_For(self, node: cst.For) -> None:
        self._check(node.iter, "iterate")

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._check(node.iter, "iterate")

    def visit_From(self, node: cst.From) -> None:
        self._check(node.item, "iterate")

    def visit_Attribute(self, node: cst.Attribute) -> None:
        span = self.span_of(node)
        place = (self.name, span.line, span.column, node.attr.value)
        call = self.context.loads.get(place)
        if call is not None:
            self._found(node, call, f"{node.attr.value}, a property,", span)

    def _check(self, node: cst.BaseExpression, kind: str) -> None:
        span = self.span_of(node)
        call = self.context.blocking.get((self.name, span))
        if call is None:
            return
        if kind != call.site.call.kind and not isinstance(node, cst.Call):
            return
        if isinstance(node, cst.Call) and kind != "call":
            return  # it is visited as a call, too
        what = called_at(call.site, call.blocker)
        if consumes(node, call) or not isinstance(
            self.parent_of(node), cst.CompFor | cst.For | cst.From
        ):
            what = what.replace(LOOP, "going through", 1)
        self._found(node, call, what, span)

    def _found(self, node: cst.BaseExpression, call: BlockingCall, what: str, span: Span) -> None:
        blocker = call.blocker
        message = f"{what} {blocker.entry.table.does or self.does} {self.meanwhile}"
        if blocker.once:
            message += " the first time"
        if blocker.optional:
            message += ", if an environment variable is set"
        if blocker.given:
            message += f", if it is given what {blocker.given}"
        if blocker.overrides == (1, 1):
            message += f" in its only {blocker.among.removesuffix('s')}"
        elif blocker.among == ANY_OF and blocker.overrides is not None:
            message += ", for {} of the {} {}".format(*blocker.overrides, ANY_OF)
        elif blocker.overrides is not None:
            message += " in {} of its {} {}".format(*blocker.overrides, blocker.among)
        replacement = replacement_of(self, node, call, self.code_of)
        self.report(
            node,
            message,
            call=call,
            severity=severity_of(blocker, self.weight),
            instead=self._advice(node, call)
            if replacement is None
            else self._line(node, span, replacement),
            hint="" if blocker.chain else self._hint(blocker.entry.table),
            fix=self._fix(node, call),
            what=what.removesuffix(", a property,"),
        )

    def _hint(self, table: Table) -> str:
        """The async twin, the one that the file uses already if there is one."""
        used = [
            each
            for each in table.twins
            if each.partition(".")[0] in self.context.surroundings.imports
        ]
        if used:
            return f"`{used[0]}`, which this file imports already"
        return table.hint or " or ".join(f"`{each}`" for each in table.twins)

    def _advice(self, node: cst.BaseExpression, call: BlockingCall) -> str:
        """What to do where no code in the call's place can say it."""
        table = call.blocker.entry.table
        advice = _IN_A_FUNCTION if self.may_await(node) else _IN_A_CALLBACK
        if self.is_timed(node):
            advice = _TIMED
        hands_over = (
            isinstance(node, cst.Call) and call.blocker.chain and hands_over_loop(self, node)
        )
        if call.blocker.needs_loop or hands_over:
            advice = _WHERE_IT_BLOCKS
        elif not call.site.is_load and call.site.call.awaited:
            if call.blocker.passed:
                advice = _PASSED
            elif call.blocker.chain:
                advice = _BEFORE_WHAT_IS_AWAITED
        if call.is_handed:
            advice = _HANDED
        fits = self.may_await(node) or not _AWAITS.search(table.advice)
        fits = fits and not call.is_handed
        if table.advice and fits and not call.blocker.chain:
            advice = table.advice
        known = self.context.surroundings
        library = self._in_thread.other_library
        in_thread = IN_OTHERS_THREAD if library else self._in_thread.code()[0]
        for place, code in {
            "{in_thread}": in_thread.replace("{callee}{more}", "function"),
            "{function}": "function",
            "{loop}": self._in_thread.running_loop,
            "{asyncio}": known.asyncio_name,
            "{library}": library or "",
        }.items():
            advice = advice.replace(place, code)
        return advice

    def _line(self, node: cst.CSTNode, span: Span, replacement: Replacement) -> str:
        """The line with the call done the async way, without its comment."""
        before = self.context.lines[span.line - 1][: span.column - 1]
        after = self.context.lines[span.end_line - 1][span.end_column - 1 :]
        statement: cst.CSTNode | None = node
        while statement is not None and not hasattr(statement, "trailing_whitespace"):
            statement = self.parent_of(statement)
        comment = getattr(getattr(statement, "trailing_whitespace", None), "comment", None)
        after = after.rstrip().removesuffix(comment.value if comment is not None else "")
        return f"{before}{replacement.code}{after}".strip()

    def _fix(self, node: cst.BaseExpression, call: BlockingCall) -> Fix | None:
        table = call.blocker.entry.table
        if table.tied_to_thread or call.is_handed:
            return None
        replacement = replacement_of(self, node, call, source_of)
        is_statement = isinstance(self.parent_of(node), cst.Expr)
        is_safe = replacement is not None and replacement.is_same and is_statement
        is_safe = is_safe and self._in_thread.is_sure and not self._holding.may_hold_lock(node)
        is_safe = is_safe and call.blocker.among != ANY_OF  # what else it may be has to be called
        moved = None if is_safe else moved_block(self, node)
        if moved is not None:
            return None if self._in_thread.other_library else moved(self._in_thread.code())
        if replacement is None or not replacement.is_complete:
            return None
        edits = around_arguments(self, node, replacement.code)
        if edits is None:
            if has_comments(node):
                return None
            edits = (Edit(self.span_of(node), replacement.code),)
        return Fix(edits, tuple(filter(None, replacement.imports)), is_safe)
