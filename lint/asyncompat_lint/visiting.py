"""Running the rules over the functions that hold a site to look at, and over nothing else.

It knows libcst and where statements are; it does not know what a rule looks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

import libcst as cst
from libcst.metadata import MetadataWrapper

from asyncompat_lint.facts import ModuleFacts, Statement
from asyncompat_lint.findings import Finding
from asyncompat_lint.modules import Module
from asyncompat_lint.reach import BlockingCall
from asyncompat_lint.rules.base import Context, Rule, Surroundings
from asyncompat_lint.sources import SourceText, UnreadableError


def findings(
    rules: Collection[type[Rule]],
    module: Module,
    source: SourceText,
    calls: list[BlockingCall],
    surroundings: Surroundings,
) -> Iterator[Finding]:
    """Give what the rules find in a module.

    Raises:
        UnreadableError: libcst cannot parse one of the statements.
    """
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
        surroundings=surroundings,
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
        yield from found


def _statements(facts: ModuleFacts, calls: list[BlockingCall]) -> list[Statement]:
    lines = {call.site.line for call in calls}
    return [
        statement
        for statement in facts.statements
        if any(statement.line <= line <= statement.end_line for line in lines)
    ]
