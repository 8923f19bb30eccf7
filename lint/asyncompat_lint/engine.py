"""The pipeline: paths in, findings out. It orders the steps and knows the inside of none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from asyncompat_lint import cache as caches
from asyncompat_lint import indexing, visiting
from asyncompat_lint import knowledge as knowledge_base
from asyncompat_lint.cache import Cache
from asyncompat_lint.facts import Span
from asyncompat_lint.findings import Finding, Severity
from asyncompat_lint.modules import Module, Modules
from asyncompat_lint.program import Program
from asyncompat_lint.reach import BlockingCall, blocking_calls
from asyncompat_lint.rules.base import Rule
from asyncompat_lint.sources import SourceFile, UnreadableError, find_sources

UNREADABLE_CODE = "AC001"
UNREADABLE_NAME = "unreadable"
NO_CACHE = Cache(None)


@dataclass(frozen=True)
class Result:
    """What a check found, in the order of the files and lines, and how many files it read."""

    findings: list[Finding]
    files: int


def check(paths: Iterable[str], rules: Collection[type[Rule]], cache: Cache = NO_CACHE) -> Result:
    """Check files and folders.

    Files that cannot be read are findings of their own, and the rest is still checked.

    Raises:
        NoSuchPathError: one of the paths does not exist.
    """
    files = find_sources(paths)
    key = caches.key(files, sorted(rule.code for rule in rules))
    findings = None if key is None else cache.findings(key)
    if findings is None:
        findings = sorted(_findings(files, rules, cache), key=lambda finding: finding.order)
        if key is not None:
            cache.keep_findings(key, findings)
    return Result(findings, len(files))


def _findings(
    files: Sequence[SourceFile], rules: Collection[type[Rule]], cache: Cache
) -> list[Finding]:
    findings: list[Finding] = []
    modules: list[Module] = []
    for file, module in indexing.modules(files, cache):
        if isinstance(module, Module):
            modules.append(module)
        else:
            findings.append(_unreadable(file, module))
    knowledge = knowledge_base.load()
    program = Program(Modules(modules, knowledge.covers), knowledge)
    calls: dict[str, list[BlockingCall]] = defaultdict(list)
    for call in blocking_calls(program, knowledge):
        calls[call.module.file.location].append(call)
    for module in modules:
        found = calls.get(module.file.location)
        if found:
            try:
                findings += visiting.findings(rules, module, found, _asyncio_name(program, module))
            except UnreadableError as error:
                findings.append(_unreadable(module.file, error))
    return findings


def _asyncio_name(program: Program, module: Module) -> str:
    for target in ["asyncio", "asyncompat"]:
        name = program.name_of_module(module, target)
        if name is not None:
            return name
    return "asyncio"


def _unreadable(file: SourceFile, error: UnreadableError) -> Finding:
    span = Span(error.line, 1, error.line, 1)
    return Finding(file.path, span, UNREADABLE_CODE, UNREADABLE_NAME, Severity.ERROR, str(error))
