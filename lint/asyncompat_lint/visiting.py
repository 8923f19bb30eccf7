"""Running the rules over the functions that hold a site to look at, and over nothing else.

It knows libcst and where statements are; it does not know what a rule looks for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass

from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.facts import Statement
from asyncompat_lint.findings import Finding
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.modules import Module
from asyncompat_lint.reach import BlockingCall
from asyncompat_lint.rules.base import Context, Rule, Surroundings
from asyncompat_lint.sources import SourceText, UnreadableError


@dataclass(frozen=True)
class Visit:
    """A module to be visited, with what is known to stand in it, and what only seems to.

    ``no_cancellations`` are exceptions that have a name like that of asyncio's.
    """

    module: Module
    calls: Sequence[BlockingCall]
    misuses: Sequence[Misuse]
    misfits: Sequence[Misfit]
    no_cancellations: Collection[str]

    def statements(self) -> list[Statement]:
        """Return the pieces of the module that a rule may have to look at, each once."""
        facts = self.module.facts
        more = [each.statement for each in self.misfits if each.statement is not None]
        spans = [each.site.call.span for each in self.misuses]
        inside = [span for span in spans if not any(s.holds(span.line) for s in facts.statements)]
        more += map(facts.line_of, inside)
        return sorted({*self.module.facts.statements, *more}, key=lambda s: (s.line, s.end_line))

    def places(self) -> Iterator[tuple[int, str]]:
        """Give the lines where a rule has something to look at, with the rule's name."""
        for call in self.calls:
            yield call.site.line, call.blocker.rule
        for misuse in self.misuses:
            yield misuse.site.line, misuse.rule
        for misfit in self.misfits:
            yield misfit.span.line, misfit.rule
        for mark in self.module.facts.marks:
            yield mark.line, mark.rule

    def identity(self) -> str:
        """Return what stands for all that the findings depend on, but for the settings."""
        calls = [(call.site.key, call.blocker, call.function) for call in self.calls]
        misuses = [(m.site.key, m.rule, m.what, m.handed_to) for m in self.misuses]
        others = sorted(self.no_cancellations)
        file = self.module.file
        return repr((self.module.digest, file.path, calls, misuses, self.misfits, others))


def findings(
    rules: Collection[type[Rule]], visit: Visit, source: SourceText, surroundings: Surroundings
) -> Iterator[Finding]:
    """Give what the rules find in a module.

    Raises:
        UnreadableError: libcst cannot parse one of the statements.
    """
    calls = visit.calls
    context = Context(
        path=visit.module.file.path,
        first_line=1,
        lines=source.shown_lines,
        blocking={
            (call.blocker.rule, call.site.call.span): call
            for call in calls
            if not call.site.is_load
        },
        loads={
            (call.blocker.rule, call.site.line, call.site.load.column, call.blocker.read): call
            for call in calls
            if call.site.is_load
        },
        misuses={(each.rule, each.site.call.span): each for each in visit.misuses},
        misfits={(each.rule, each.span): each for each in visit.misfits},
        surroundings=surroundings,
        timed=source.timed,
    )
    by_name = {rule.name: rule for rule in rules}
    places = [place for place in visit.places() if place[1] in by_name]
    told: set[Finding] = set()
    for statement in visit.statements():
        # Only the rules that have something to look at: the others are dear, too.
        names = {name for line, name in places if statement.holds(line)}
        if not names:
            continue
        found: list[Finding] = []
        try:
            _enter(statement, source, context)
            _visit(context, [by_name[name](context, found) for name in sorted(names)])
        except RecursionError as error:
            raise _beyond(error, statement) from None
        # A method is a piece of its class, too.
        yield from (each for each in found if each not in told)
        told.update(found)


def _visit(context: Context, rules: Iterable[Rule]) -> None:
    visitors: dict[type[cst.CSTNode], list[Callable[[cst.CSTNode], None]]] = defaultdict(list)
    for rule in rules:
        for kind, visit in rule.visitors():
            visitors[kind].append(visit)
    for node in context.tree.nodes:
        for visit in visitors.get(type(node), ()):
            visit(node)


def _enter(statement: Statement, source: SourceText, context: Context) -> None:
    """Parse a piece of a module, and have the context go on to it."""
    first_line = statement.line
    code = "".join(source.lines[statement.line - 1 : statement.end_line])
    if code.lstrip("\f")[:1] in " \t":  # a method: it needs something to stand in
        first_line -= 1
        code = f"if True:\n{code}"
    try:
        tree = cst.parse_module(code)
    except cst.ParserSyntaxError:
        # A piece that cannot stand alone: an `elif`, what follows a semicolon.
        first_line = 1
        try:
            tree = cst.parse_module(source.text)
        except Exception as error:
            raise _beyond(error, statement) from None
    except Exception as error:
        raise _beyond(error, statement) from None
    try:
        context.enter(tree, first_line)
    except Exception as error:  # libcst's own, where a recursion that is too deep meets it
        raise _beyond(error, statement) from None


def _beyond(error: Exception, statement: Statement) -> UnreadableError:
    reason = f"this statement is beyond libcst: {type(error).__name__}"
    return UnreadableError(reason, statement.line)
