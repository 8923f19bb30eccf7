"""The pipeline: paths in, findings out. It orders the steps and knows the inside of none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from asyncompat_lint import knowledge as knowledge_base
from asyncompat_lint.facts import ModuleFacts, Span, Statement
from asyncompat_lint.findings import Finding, Severity
from asyncompat_lint.index import index_module
from asyncompat_lint.modules import Module, Modules
from asyncompat_lint.program import Program
from asyncompat_lint.reach import BlockingCall, blocking_calls
from asyncompat_lint.rules.base import Context, Rule
from asyncompat_lint.sources import SourceFile, SourceText, UnreadableError, find_sources
from asyncompat_lint.suppressions import is_suppressed

UNREADABLE_CODE = "AC001"
UNREADABLE_NAME = "unreadable"


@dataclass(frozen=True)
class Result:
    """What a check found, in the order of the files and lines, and how many files it read."""

    findings: list[Finding]
    files: int


def check(paths: Iterable[str], rules: Collection[type[Rule]]) -> Result:
    """Check files and folders.

    Files that cannot be read are findings of their own, and the rest is still checked.

    Raises:
        NoSuchPathError: one of the paths does not exist.
    """
    files = find_sources(paths)
    findings: list[Finding] = []
    modules: list[Module] = []
    for file in files:
        try:
            modules.append(_read(file))
        except UnreadableError as error:
            findings.append(_unreadable(file.path, error))
    knowledge = knowledge_base.load()
    program = Program(Modules(modules, knowledge.covers), knowledge)
    calls: dict[str, list[BlockingCall]] = defaultdict(list)
    for call in blocking_calls(program, knowledge):
        calls[call.module.file.path].append(call)
    for module in modules:
        if module.file.path in calls:
            findings += _apply(rules, module, calls[module.file.path], program)
    return Result(sorted(findings, key=lambda finding: finding.order), len(files))


def _read(file: SourceFile) -> Module:
    source = SourceText(file.text())
    return Module(file, source, index_module(source))


def _apply(
    rules: Collection[type[Rule]], module: Module, calls: list[BlockingCall], program: Program
) -> Iterator[Finding]:
    """Run the rules over those top-level statements of a module in which there is a call."""
    context = Context(
        path=module.file.path,
        first_line=1,
        lines=[line.rstrip("\n") for line in module.source.lines],
        blocking={call.site.span: call for call in calls},
        asyncio_name=_asyncio_name(program, module),
    )
    for statement in _statements(module.facts, calls):
        context.first_line = statement.line
        code = "".join(module.source.lines[statement.line - 1 : statement.end_line])
        try:
            # No copy: the tree is nobody else's.
            wrapper = MetadataWrapper(cst.parse_module(code), unsafe_skip_copy=True)
        except Exception as error:
            reason = f"this statement is beyond libcst: {type(error).__name__}"
            yield _unreadable(module.file.path, UnreadableError(reason, statement.line))
            continue
        found: list[Finding] = []
        wrapper.visit_batched([rule(context, found) for rule in rules])
        if found:
            comments = _comments(wrapper, context)
            yield from (each for each in found if not is_suppressed(each, comments))


def _statements(facts: ModuleFacts, calls: list[BlockingCall]) -> list[Statement]:
    wanted = {call.site.span for call in calls}
    return [
        statement
        for statement in facts.statements
        if any(c.span in wanted for c in facts.calls[statement.first_call : statement.end_call])
    ]


def _asyncio_name(program: Program, module: Module) -> str:
    for target in ["asyncio", "asyncompat"]:
        name = program.name_of_module(module, target)
        if name is not None:
            return name
    return "asyncio"


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


def _unreadable(path: str, error: UnreadableError) -> Finding:
    span = Span(error.line, 1, error.line, 1)
    return Finding(path, span, UNREADABLE_CODE, UNREADABLE_NAME, Severity.ERROR, str(error))
