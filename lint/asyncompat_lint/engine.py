"""The pipeline: paths in, findings out. It orders the steps and knows the inside of none."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from asyncompat_lint import cache as caches
from asyncompat_lint import (
    cancellations,
    cells,
    following,
    forked,
    importing,
    suppressions,
    visiting,
)
from asyncompat_lint import knowledge as knowledge_base
from asyncompat_lint.apart import Apart
from asyncompat_lint.cache import Cache, State
from asyncompat_lint.config import Config, meant
from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.dependencies import Imports
from asyncompat_lint.findings import Finding, Severity, Step
from asyncompat_lint.indexing import INSTALLED, Indexer
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.modules import Module, Modules, importable_from
from asyncompat_lint.named import check_names
from asyncompat_lint.program import Program
from asyncompat_lint.reach import BlockingCall, Reach
from asyncompat_lint.rules import RULES
from asyncompat_lint.rules.base import Rule, Surroundings
from asyncompat_lint.rules.blocking import BlockingCallRule
from asyncompat_lint.sources import (
    SourceFile,
    SourceText,
    UnreadableError,
    find_sources,
    matches,
    place_in_cell,
    shown,
)
from asyncompat_lint.spans import Span
from asyncompat_lint.targets import Targets
from asyncompat_lint.versions import Versions
from asyncompat_lint.visiting import Visit

UNREADABLE_CODE = "AC001"
UNREADABLE_NAME = "unreadable"
NESTED_RUN = "nested-loop-run"
NO_CACHE = Cache(None)
# Of the file itself: no rule finds them.
OF_FILES = {
    UNREADABLE_CODE: UNREADABLE_NAME,
    suppressions.UNUSED_CODE: suppressions.UNUSED_NAME,
}


_EVERYTHING = {rule.code: rule.name for rule in RULES} | OF_FILES


@dataclass(frozen=True)
class Result:
    """What a check found, in the order of the files and lines, and how many files it read.

    ``mended`` is how many findings there were that are gone.
    """

    findings: list[Finding]
    files: int
    mended: int = 0


@dataclass(frozen=True)
class Settings:
    """How a check is to be done.

    ``versions`` are those that the code is for, ``project`` is the folder of its settings, where
    its modules may be, ``site_packages`` the folders of installed libraries that are followed into.
    ``told_in`` is the file of the settings, for those that are wrong.
    """

    rules: Collection[type[Rule]]
    config: Config = field(default_factory=Config)
    versions: Versions = field(default_factory=Versions)
    project: str = ""
    site_packages: tuple[str, ...] = ()
    told_in: str = "settings"

    @property
    def identity(self) -> str:
        codes = sorted(rule.code for rule in self.rules)
        return repr((codes, self.config, self.versions, self.project, self.site_packages))


# So deep it may go. The index goes less deep, so that all else can follow what it lets through.
_FRAMES = 10_000


def check(paths: Iterable[str], settings: Settings, cache: Cache = NO_CACHE) -> Result:
    """Check files and folders.

    Files that cannot be read are findings of their own, and the rest is still checked.

    Raises:
        NoSuchPathError: one of the paths does not exist.
        ConfigError: the settings name a function that the project does not have.
    """
    return check_files(find_sources(paths, settings.config.exclude), settings, cache)


def check_files(files: Sequence[SourceFile], settings: Settings, cache: Cache = NO_CACHE) -> Result:
    """Check files that were found before."""
    states = list(map(caches.state, files))
    key = caches.key(files, states, settings.identity)
    findings = None if key is None else cache.findings(key)
    if findings is None:
        sys.setrecursionlimit(max(sys.getrecursionlimit(), _FRAMES))
        check_ = _Check(files, states, settings, cache)
        findings = sorted(check_.findings(), key=lambda finding: finding.order)
        if key is not None:
            cache.keep_findings(key, findings, check_.others)
    return Result(findings, len(files))


class _Check:
    def __init__(
        self,
        files: Sequence[SourceFile],
        states: Sequence[State | None],
        settings: Settings,
        cache: Cache,
    ) -> None:
        self._files = files
        self._states = states
        self._settings = settings
        self._cache = cache
        self._visits_before: dict[str, list[Finding]] = {}
        self._visits: dict[str, list[Finding]] = {}
        self._cells: dict[str, tuple[int, ...]] = {}
        # Files that were not asked for, and folders, that the findings depend on.
        self.others: list[str] = []
        self._blocking = {
            rule.code for rule in settings.rules if issubclass(rule, BlockingCallRule)
        }
        self._names = {rule.code: rule.name for rule in settings.rules} | OF_FILES
        # All that a check makes is for the garbage collector, which the command does without: to
        # free the facts of a large tree one by one takes as long as to read them.
        self._made: list[object] = [self]

    def findings(self) -> Iterator[Finding]:
        modules: list[Module] = []
        indexer = Indexer(self._cache)
        for file, module in indexer.modules(self._files, self._states):
            if isinstance(module, Module):
                modules.append(module)
                if file.is_notebook or module.facts.is_lenient:
                    yield from self._broken(module)
            else:
                yield _unreadable(file, module)
        knowledge = knowledge_base.load(self._settings.config.library())
        roots = self._roots(modules)
        libraries = Indexer(self._cache, INSTALLED)
        others, installed = self._others(modules, roots, knowledge.covers, indexer, libraries)
        known = Modules(modules, knowledge.covers, roots, others, installed)
        check_names(known, self._settings.config.functions, self._settings.told_in)
        program = Program(known, knowledge)
        targets = Targets(program, self._cache, self._settings.identity)
        self._made += [indexer, libraries, program, targets]
        apart = Apart(program, knowledge, targets, self._settings.versions, modules)

        def keep() -> tuple[Imports, bool]:
            indexer.keep()
            libraries.keep()
            return targets.imports()

        is_worth = apart.is_worth_a_process and self._cache.is_on_disk
        keeping = forked.Meanwhile(keep, worth=is_worth and self._cache.is_kept)
        reach = Reach(program, knowledge, targets, self._settings.versions)
        self._made += [apart, reach]
        reach.look_up()
        # Not before: it goes on with what was found out by now.
        looking = forked.Meanwhile(apart.look, worth=is_worth)
        calls: dict[str, list[BlockingCall]] = defaultdict(list)
        for call in reach.blocking_calls():
            calls[call.module.file.location].append(call)
        misused, misfits = apart.told_by(looking.result())
        targets.known_imports = keeping.result()
        targets.keep()
        self._visits_before = self._cache.visits()
        visits = [
            visit
            for module in modules
            for visit in self._visits_of(
                program,
                module,
                calls.get(module.file.location, []),
                misused.get(module.file.location, []),
                misfits.get(module.file.location, []),
            )
        ]
        yield from self._of_visits(visits)
        if self._visits.keys() != self._visits_before.keys():
            self._cache.keep_visits(self._visits)

    def _roots(self, modules: list[Module]) -> list[str]:
        """The folders that the project's modules are imported from."""
        one_of_each = {(module.folder, module.file.root): module for module in modules}
        seen = (folder for each in one_of_each.values() for folder in importable_from(each))
        project = self._settings.project
        declared = [*self._settings.config.roots, *((project, f"{project}/src") if project else ())]
        return list(dict.fromkeys([*seen, *map(os.path.abspath, declared)]))

    def _others(
        self,
        modules: list[Module],
        roots: list[str],
        is_known: Callable[[str], bool],
        indexer: Indexer,
        libraries: Indexer,
    ) -> tuple[list[Module], list[Module]]:
        """The modules that these import and that were not asked for: the project's, and others'."""
        around = following.follow(modules, [(root, shown) for root in roots], is_known, indexer)
        installed = following.follow(
            [*modules, *around.modules],
            [following.below(folder) for folder in self._settings.site_packages],
            is_known,
            libraries,
        )
        found = [*around.modules, *installed.modules]
        self.others = [module.file.location for module in found]
        self.others += [*around.folders, *installed.folders]
        return around.modules, installed.modules

    def _visits_of(
        self,
        program: Program,
        module: Module,
        calls: list[BlockingCall],
        misused: list[Misuse],
        misfits: list[Misfit],
    ) -> Iterator[Visit]:
        """Give the visit of a module, if there is anything to look at."""
        told = {each.span for each in misfits if each.rule in cells.RUNS}
        # In a cell there is a rule of its own for some.
        calls = [call for call in calls if not _is_told(call, told)]
        facts = module.facts
        if calls or misused or misfits or facts.marks or facts.has_suppressions:
            yield Visit(module, calls, misused, misfits, cancellations.others(program, module))

    def _of_visits(self, visits: list[Visit]) -> Iterator[Finding]:
        keys = [
            caches.digest(f"{visit.identity()}{self._settings.identity}".encode()).hex()
            for visit in visits
        ]
        new = [n for n, key in enumerate(keys) if key not in self._visits_before]
        found = dict(zip(new, forked.each(self._visited, [visits[n] for n in new]), strict=True))
        for number, key in enumerate(keys):
            findings = self._visits_before[key] if number not in found else found[number]
            if not any(each.code == UNREADABLE_CODE for each in findings):
                self._visits[key] = findings
            yield from findings

    def _broken(self, module: Module) -> Iterator[Finding]:
        """Give cells that are no Python, and a script's lines that only IPython reads."""
        source = module.source()
        if source.cells is None:
            timed = {each.span.line for each in module.facts.awaits_at_top if each.timed}
            for line in sorted({*source.magics, *source.timed} - timed):
                message = "is IPython's, and no Python: this fails as a script"
                yield _unreadable(module.file, UnreadableError(f"this line {message}", line))
            return
        self._cells[module.file.path] = source.cells
        for line, why in source.broken:
            cell, line_in_cell = place_in_cell(source.cells, line)
            error = UnreadableError(f"cannot be parsed: {why}", line_in_cell, cell)
            yield _unreadable(module.file, error)

    def _surroundings(self, visit: Visit) -> Surroundings:
        module = visit.module
        first = min((line for line, _ in visit.places()), default=sys.maxsize)
        return Surroundings(
            names=importing.names_in(module.facts, first),
            imports=module.imported,
            versions=self._settings.versions,
            severities=self._settings.config.severity,
            is_notebook=module.file.is_notebook,
            no_cancellations=visit.no_cancellations,
        )

    def _visited(self, visit: Visit) -> list[Finding]:
        try:
            source = visit.module.source()
            around = self._surroundings(visit)
            found: Iterable[Finding] = visiting.findings(
                self._settings.rules, visit, source, around
            )
            path = visit.module.file.path
            ignored = self._ignored(path)
            wanted = {c: n for c, n in self._names.items() if c not in ignored}
            found = (finding for finding in found if finding.code in wanted)
            left = suppressions.apply(found, source.text, path, wanted, _EVERYTHING)
            return [self._in_cell(each, source) for each in _heaviest(left, self._blocking)]
        except UnreadableError as error:
            return [_unreadable(visit.module.file, error)]

    def _in_cell(self, finding: Finding, source: SourceText) -> Finding:
        """A notebook's finding, with its place and its chain's told by cells."""
        chain = tuple(map(self._step_in_cell, finding.chain))
        if source.cells is None:
            return finding if chain == finding.chain else replace(finding, chain=chain)
        cell, line = place_in_cell(source.cells, finding.span.line)
        return finding.in_cell(cell, finding.span.line - line, chain)

    def _step_in_cell(self, step: Step) -> Step:
        cells = self._cells.get(step.path)
        if cells is None:
            return step
        cell, line = place_in_cell(cells, step.line)
        return Step(f"{step.path}:cell {cell}", line, step.function, step.call)

    def _ignored(self, path: str) -> set[str]:
        """The codes that the settings ignore for a file."""
        return {
            code
            for pattern, names in self._settings.config.per_file_ignores.items()
            if matches(path, pattern)
            for name in names
            for code in meant(name, self._names)
        }


def _heaviest(findings: Iterable[Finding], codes: Collection[str]) -> Iterator[Finding]:
    """Of several reasons why one call blocks, give the heaviest; and all other findings."""
    found: dict[object, Finding] = {}
    for finding in findings:
        key = finding.span if finding.code in codes else (finding.span, finding.code)
        known = found.setdefault(key, finding)
        if known.weight < finding.weight:
            found[key] = finding
    yield from found.values()


def _is_told(call: BlockingCall, told: set[Span]) -> bool:
    is_run = call.blocker.rule == NESTED_RUN and not call.site.is_load
    return is_run and call.site.call.span in told


def _unreadable(file: SourceFile, error: UnreadableError) -> Finding:
    span = Span(error.line, 1, error.line, 1)
    return Finding(
        file.path,
        span,
        UNREADABLE_CODE,
        UNREADABLE_NAME,
        Severity.ERROR,
        str(error),
        cell=error.cell,
    )
