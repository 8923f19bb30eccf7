"""Running the rules over the functions that hold a site to look at, and over nothing else.

It knows libcst and where statements are; it does not know what a rule looks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper

from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.facts import ModuleFacts, Statement
from asyncompat_lint.findings import Finding
from asyncompat_lint.modules import Module
from asyncompat_lint.reach import BlockingCall
from asyncompat_lint.rules.base import Context, Rule, Surroundings
from asyncompat_lint.sources import SourceText, UnreadableError


@dataclass(frozen=True)
class Visit:
    """A module to be visited, with what is known to stand in it."""

    module: Module
    source: SourceText
    calls: Sequence[BlockingCall]
    misuses: Sequence[Misuse]
    surroundings: Surroundings

    def lines(self, rules: set[str]) -> set[int]:
        """Return the lines that these rules, by name, have something to look at."""
        lines = {call.site.line for call in self.calls}
        lines.update(misuse.site.line for misuse in self.misuses)
        lines.update(mark.line for mark in self.module.facts.marks if mark.rule in rules)
        return lines


def findings(rules: Collection[type[Rule]], visit: Visit) -> Iterator[Finding]:
    """Give what the rules find in a module.

    Raises:
        UnreadableError: libcst cannot parse one of the statements.
    """
    calls, source = visit.calls, visit.source
    context = Context(
        path=visit.module.file.path,
        first_line=1,
        lines=[line.rstrip("\n") for line in source.lines],
        blocking={call.site.call.span: call for call in calls if not call.site.is_load},
        loads={
            (call.site.line, call.site.load.column, call.blocker.read): call
            for call in calls
            if call.site.is_load
        },
        misuses={(each.rule, each.site.call.span): each for each in visit.misuses},
        surroundings=visit.surroundings,
    )
    lines = visit.lines({rule.name for rule in rules})
    for statement in _statements(visit.module.facts, lines):
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


def _statements(facts: ModuleFacts, lines: set[int]) -> list[Statement]:
    return [
        statement
        for statement in facts.statements
        if any(statement.line <= line <= statement.end_line for line in lines)
    ]
