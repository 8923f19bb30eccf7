"""Running the rules over the functions that hold a call to look at, and over nothing else.

It knows libcst and where statements are; it does not know what a rule looks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from asyncompat_lint.facts import ModuleFacts, Statement
from asyncompat_lint.findings import Finding
from asyncompat_lint.modules import Module
from asyncompat_lint.reach import BlockingCall
from asyncompat_lint.rules.base import Context, Rule
from asyncompat_lint.sources import UnreadableError
from asyncompat_lint.suppressions import is_suppressed


def findings(
    rules: Collection[type[Rule]], module: Module, calls: list[BlockingCall], asyncio_name: str
) -> Iterator[Finding]:
    """Give what the rules find in a module, less what its comments silence.

    Raises:
        UnreadableError: libcst cannot parse one of the statements.
    """
    source = module.source()
    context = Context(
        path=module.file.path,
        first_line=1,
        lines=[line.rstrip("\n") for line in source.lines],
        blocking={call.site.call.span: call for call in calls if not call.site.is_load},
        loads={
            (call.site.line, call.site.load.column, call.blocker.read): call
            for call in calls
            if call.site.is_load
        },
        asyncio_name=asyncio_name,
    )
    for statement in _statements(module.facts, calls):
        context.first_line = statement.line
        code = "".join(source.lines[statement.line - 1 : statement.end_line])
        if code.lstrip("\f")[:1] in " \t":  # a method: it needs something to stand in
            context.first_line -= 1
            code = f"if True:\n{code}"
        try:
            # No copy: the tree is nobody else's.
            wrapper = MetadataWrapper(cst.parse_module(code), unsafe_skip_copy=True)
        except Exception as error:
            reason = f"this statement is beyond libcst: {type(error).__name__}"
            raise UnreadableError(reason, statement.line) from None
        found: list[Finding] = []
        wrapper.visit_batched([rule(context, found) for rule in rules])
        if found:
            comments = _comments(wrapper, context)
            yield from (each for each in found if not is_suppressed(each, comments))


def _statements(facts: ModuleFacts, calls: list[BlockingCall]) -> list[Statement]:
    lines = {call.site.line for call in calls}
    return [
        statement
        for statement in facts.statements
        if any(statement.line <= line <= statement.end_line for line in lines)
    ]


def _comments(wrapper: MetadataWrapper, context: Context) -> dict[int, str]:
    collector = _CommentCollector(context)
    wrapper.visit(collector)
    return collector.comments


class _CommentCollector(cst.CSTVisitor):
    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self, context: Context) -> None:
        super().__init__()
        self.comments: dict[int, str] = {}
        self._context = context

    def visit_Comment(self, node: cst.Comment) -> None:
        line = self._context.span(self.get_metadata(PositionProvider, node)).line
        self.comments[line] = node.value
