"""Running the rules over the functions that hold a site to look at, and over nothing else.

It knows libcst and where statements are; it does not know what a rule looks for.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import libcst as cst
from libcst.metadata import MetadataWrapper

from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.findings import Finding
from asyncompat_lint.modules import Module
from asyncompat_lint.reach import BlockingCall
from asyncompat_lint.rules.base import Context, Rule, Surroundings
from asyncompat_lint.sources import SourceText, UnreadableError


@dataclass(frozen=True)
class Visit:
    """A module to be visited, with what is known to stand in it."""

    module: Module
    calls: Sequence[BlockingCall]
    misuses: Sequence[Misuse]
    surroundings: Surroundings

    def places(self) -> Iterator[tuple[int, str]]:
        """Give the lines where a rule has something to look at, with the rule's name."""
        for call in self.calls:
            yield call.site.line, call.blocker.entry.table.rule
        for misuse in self.misuses:
            yield misuse.site.line, misuse.rule
        for mark in self.module.facts.marks:
            yield mark.line, mark.rule

    def identity(self) -> str:
        """Return what stands for all that the findings depend on, but for the rules."""
        calls = [(call.site.key, call.blocker, call.function) for call in self.calls]
        misuses = [(each.site.key, each.rule, each.what) for each in self.misuses]
        surroundings = replace(self.surroundings, imports=sorted(self.surroundings.imports))
        file = self.module.file
        return repr((self.module.digest, file.path, calls, misuses, surroundings))


def findings(rules: Collection[type[Rule]], visit: Visit, source: SourceText) -> Iterator[Finding]:
    """Give what the rules find in a module.

    Raises:
        UnreadableError: libcst cannot parse one of the statements.
    """
    calls = visit.calls
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
    by_name = {rule.name: rule for rule in rules}
    places = [place for place in visit.places() if place[1] in by_name]
    for statement in visit.module.facts.statements:
        # Only the rules that have something to look at: the others are dear, too.
        names = {name for line, name in places if statement.holds(line)}
        if not names:
            continue
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
        wrapper.visit_batched([by_name[name](context, found) for name in sorted(names)])
        yield from found
