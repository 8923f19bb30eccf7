"""What the rules about blocking calls share: the call is found, named, and shown its async way."""

from __future__ import annotations

from typing import ClassVar

import libcst as cst
from libcst.metadata import ParentNodeProvider, PositionProvider

from asyncompat_lint.facts import Span, last_name
from asyncompat_lint.knowledge import Table
from asyncompat_lint.reach import BlockingCall, called_at, severity_of
from asyncompat_lint.rules.base import Rule

TO_THREAD = "await {asyncio}.to_thread({callee}{more})"
# Where that is not: before 3.9, and where another library runs the loop.
IN_EXECUTOR = "await {asyncio}.get_event_loop().run_in_executor(None, {callee}{more})"
OF_OTHERS = {
    "trio": "await trio.to_thread.run_sync({callee}{more})",
    "anyio": "await anyio.to_thread.run_sync({callee}{more})",
}
TO_THREAD_SINCE = (3, 9)

_IN_A_FUNCTION = "put this into a function, and `await {asyncio}.to_thread(function)`"

# Where the call stands in one of these, `await ...` in its place needs parentheses around it.
_BINDS_TIGHTER = (cst.Attribute, cst.Call, cst.Subscript, cst.Await)


class BlockingCallRule(Rule):
    """A rule for the calls that the knowledge base lists under the rule's name."""

    does: ClassVar[str]
    meanwhile: ClassVar[str] = "while the event loop waits"

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
        span = self.context.span(self.get_metadata(PositionProvider, node))
        place = (span.line, span.column, node.attr.value)
        call = self.context.loads.get(place)
        if call is not None and call.blocker.entry.table.rule == self.name:
            self._found(node, call, f"{node.attr.value}, a property,", span)

    def _check(self, node: cst.BaseExpression, kind: str) -> None:
        span = self.context.span(self.get_metadata(PositionProvider, node))
        call = self.context.blocking.get(span)
        if call is None or call.blocker.entry.table.rule != self.name:
            return
        if kind != call.site.call.kind and not isinstance(node, cst.Call):
            return
        if isinstance(node, cst.Call) and kind != "call":
            return  # it is visited as a call, too
        self._found(node, call, called_at(call.site, call.blocker), span)

    def _found(self, node: cst.BaseExpression, call: BlockingCall, what: str, span: Span) -> None:
        blocker = call.blocker
        message = f"{what} {blocker.entry.table.does or self.does} {self.meanwhile}"
        if blocker.once:
            message += " the first time"
        if blocker.overrides is not None:
            message += " in {} of its {} overrides".format(*blocker.overrides)
        self.report(
            node,
            message,
            call=call,
            severity=severity_of(blocker, self.weight),
            instead=self._instead(node, call, span),
            hint="" if blocker.chain else self._hint(blocker.entry.table),
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

    def _instead(self, node: cst.BaseExpression, call: BlockingCall, span: Span) -> str:
        """The line with the call done the async way, or advice where no code can say it."""
        table = call.blocker.entry.table
        if table.advice and not call.blocker.chain:
            return table.advice.replace("{asyncio}", self.context.surroundings.asyncio_name)
        if not isinstance(node, cst.Call) or call.site.is_load or call.site.call.kind != "call":
            return _IN_A_FUNCTION.replace("{asyncio}", self.context.surroundings.asyncio_name)
        bare = (each.with_changes(comma=cst.MaybeSentinel.DEFAULT) for each in node.args)
        arguments = ", ".join(map(self.code_of, bare))
        template = "" if call.blocker.chain else table.instead
        callee = self.code_of(node.func)
        if not template:
            template = self._in_thread()
            if template is not TO_THREAD and any(each.keyword is not None for each in node.args):
                callee, arguments = f"functools.partial({callee}, {arguments})", ""
        code = template.format(
            asyncio=self.context.surroundings.asyncio_name,
            callee=callee,
            receiver=self.code_of(node.func.value) if isinstance(node.func, cst.Attribute) else "",
            function=last_name(call.site.call.callee),
            arguments=arguments,
            more=arguments and f", {arguments}",
        )
        parent = self.get_metadata(ParentNodeProvider, node)
        if isinstance(parent, cst.Await):
            code = code.removeprefix("await ")
        elif isinstance(parent, _BINDS_TIGHTER) and not _is_argument(node, parent):
            code = f"({code})"
        before = self.context.lines[span.line - 1][: span.column - 1]
        after = self.context.lines[span.end_line - 1][span.end_column - 1 :]
        return f"{before}{code}{after}".strip()

    def _in_thread(self) -> str:
        """How a function is run in a thread, by the libraries and the Pythons of this module."""
        known = self.context.surroundings
        for library, template in OF_OTHERS.items():
            if library in known.imports and "asyncio" not in known.imports:
                return template
        is_old = known.lowest_python is not None and known.lowest_python < TO_THREAD_SINCE
        return IN_EXECUTOR if is_old and "asyncompat" not in known.imports else TO_THREAD


def _is_argument(node: cst.Call, parent: cst.CSTNode) -> bool:
    return isinstance(parent, cst.Call) and parent.func is not node
