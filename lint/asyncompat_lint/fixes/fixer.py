"""Chooses the fixes of findings, puts them in, and checks again until nothing is left to be mended.

Nothing is believed: a fix stays only if the file can be read, what it mends is gone, and nothing
new has come. Everything happens in memory; what is to be written is told in the end.
"""

from __future__ import annotations

import ast
import warnings
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from asyncompat_lint.findings import Edit, Finding, Fix
from asyncompat_lint.fixes import imports
from asyncompat_lint.fixes.suspects import suspects
from asyncompat_lint.fixes.texts import CannotEditError, editable, overlaps
from asyncompat_lint.sources import SourceFile, UnreadableError, read_text
from asyncompat_lint.suppressions import UNUSED_CODE

# Fixes that go on to make each other needed are given up after so many rounds.
_MOST_ROUNDS = 20
# So often it is tried to find out which fixes do no good: in a round, and in all.
_MOST_TRIALS_A_ROUND = 20
_MOST_TRIALS = 60

# What a check found in files, of which some hold something else than on the disk.
Check = Callable[[Mapping[str, bytes]], Sequence[Finding]]


_Key = tuple[str, str, int, tuple[str, ...], tuple[str, ...]]


@dataclass(frozen=True)
class _Chosen:
    fix: Fix
    key: _Key


@dataclass
class Outcome:
    """What mending came to: the files' new bytes, by location, and how many findings are gone.

    ``refused`` are paths with why they were left alone, ``findings`` what is left.
    """

    before: dict[str, bytes] = field(default_factory=dict)
    after: dict[str, bytes] = field(default_factory=dict)
    mended: int = 0
    findings: Sequence[Finding] = ()
    refused: dict[str, str] = field(default_factory=dict)

    @property
    def changed(self) -> list[str]:
        """The locations of files that are other than before."""
        return [each for each in self.after if self.after[each] != self.before[each]]


def mend(
    files: Iterable[SourceFile],
    findings: Sequence[Finding],
    check: Check,
    is_wanted: Callable[[Finding], bool],
) -> Outcome:
    """Mend findings as long as there are any that can be mended.

    Parameters:
        files: the files that were checked.
        findings: what was found in them.
        check: checks all files again.
        is_wanted: whether a finding is to be mended.
    """
    return _Mending(files, check, is_wanted).outcome(findings)


class _Mending:
    def __init__(
        self, files: Iterable[SourceFile], check: Check, is_wanted: Callable[[Finding], bool]
    ) -> None:
        self._files = {file.path: file for file in files}
        self._check = check
        self._is_wanted = is_wanted
        # Fixes that were tried and did no good, by path: what they say, wherever that is now.
        self._hopeless: set[_Key] = set()
        self._put_in_last: dict[str, list[Edit]] = {}
        self._outcome = Outcome()
        self._trials = 0

    def outcome(self, findings: Sequence[Finding]) -> Outcome:
        first = len(findings)
        for _ in range(_MOST_ROUNDS):
            chosen = self._chosen(findings)
            if not chosen:
                break
            findings = self._round(chosen, findings)
        # What was tried and taken back is not offered again.
        self._outcome.findings = [
            replace(each, fix=None)
            if each.fix is not None and _key(each, each.fix) in self._hopeless
            else each
            for each in findings
        ]
        self._outcome.mended = max(first - len(findings), 0)
        return self._outcome

    def _chosen(self, findings: Iterable[Finding]) -> dict[str, list[_Chosen]]:
        """The fixes of a round, by path: of those that overlap, the first."""
        chosen: dict[str, list[_Chosen]] = defaultdict(list)
        for finding in findings:
            fix = finding.fix
            if fix is None or not self._is_wanted(finding) or finding.path not in self._files:
                continue
            if finding.path in self._outcome.refused:
                continue
            there = chosen[finding.path]
            new = _Chosen(fix, _key(finding, fix))
            if new.key in self._hopeless or any(each.fix == fix for each in there):
                continue
            edits = [edit for each in there for edit in each.fix.edits]
            if not any(overlaps(a, b) for a in fix.edits for b in edits):
                there.append(new)
        return {path: fixes for path, fixes in chosen.items() if fixes}

    def _round(
        self, chosen: dict[str, list[_Chosen]], findings: Sequence[Finding]
    ) -> Sequence[Finding]:
        """Put fixes in, in all files at once; where that does no good, without the suspects."""
        good: dict[str, list[_Chosen]] = {path: [] for path in chosen}
        todo = {path: [fixes] for path, fixes in chosen.items()}
        base = {path: self._raw(path) for path in chosen if not self._is_lost(path)}
        todo = {path: groups for path, groups in todo.items() if path in base}
        before = _by_path(findings)
        now = findings
        for _ in range(min(_MOST_TRIALS_A_ROUND, _MOST_TRIALS - self._trials)):
            self._trials += 1
            trials = {path: groups.pop() for path, groups in todo.items() if groups}
            if not trials:
                break
            for path, fixes in trials.items():
                self._put_in(path, base[path], [*good[path], *fixes])
            now = self._check(self._outcome.after)
            after = _by_path(now)
            # What has come in a file that was not touched may come from any that was.
            elsewhere = any(
                _is_worse(before[p], after[p]) for p in {*before, *after} - trials.keys()
            )
            bad = {
                path
                for path, fixes in trials.items()
                if elsewhere
                or not _is_better(before[path], after[path], len(fixes))
                or not self._compiles(path, base[path])
            }
            for path, fixes in trials.items():
                if path not in bad:
                    good[path] += fixes
                    before[path] = after[path]
                elif len(fixes) > 1:
                    todo[path] += self._parted(path, fixes, findings, now)
                else:
                    self._hopeless.add(fixes[0].key)
            if not bad and not any(todo.values()):
                return now
        is_progress = any(good.values())
        for path, groups in todo.items():
            if not is_progress:  # what was not tried is left for another round, or given up
                self._hopeless.update(each.key for group in groups for each in group)
            self._put_in(path, base[path], good[path])
        return self._check(self._outcome.after)

    def _parted(
        self, path: str, fixes: list[_Chosen], before: Iterable[Finding], now: Iterable[Finding]
    ) -> list[list[_Chosen]]:
        """What to try in place of fixes that do no good together: the last first."""
        lines = [each.span.line for each in _come(path, before, now)]
        guilty = suspects([each.fix for each in fixes], self._put_in_last[path], lines)
        if not 0 < len(guilty) < len(fixes):
            guilty = set(range(len(fixes) // 2, len(fixes)))
        parts: tuple[list[_Chosen], list[_Chosen]] = ([], [])
        for number, each in enumerate(fixes):
            parts[number not in guilty].append(each)
        return list(parts)

    def _compiles(self, path: str, before: bytes) -> bool:
        """Whether a file is a program still, if it was one: more than that it can be parsed."""
        file = self._files[path]
        texts = [
            read_text(file, raw, leniently=True).text
            for raw in (before, self._outcome.after[file.location])
        ]
        return _is_program(texts[1]) or not _is_program(texts[0])

    def _is_lost(self, path: str) -> bool:
        """Whether a file cannot be read any more, which it could when it was checked."""
        try:
            self._raw(path)
        except UnreadableError as error:
            self._outcome.refused[path] = str(error)
            return True
        return False

    def _raw(self, path: str) -> bytes:
        """What a file holds now."""
        file = self._files[path]
        raw = self._outcome.after.get(file.location)
        if raw is None:
            raw = self._outcome.before[file.location] = file.read()
        return raw

    def _put_in(self, path: str, raw: bytes, chosen: Sequence[_Chosen]) -> None:
        fixes = [each.fix for each in chosen]
        file = self._files[path]
        source = read_text(file, raw, leniently=not file.is_notebook)
        edits = [edit for fix in fixes for edit in fix.edits]
        for cell in _cells(edits, source.cells):
            # What a later cell brings is not there yet.
            before = (fix for fix in fixes if fix.edits[0].span.line <= cell[1])
            brought = {name for fix in before for name in fix.brings}
            wanted = [name for fix in fixes if _is_in(fix, cell) for name in fix.imports]
            edits += imports.edits_for({*wanted} - brought, source, cell[0])
        self._put_in_last[path] = edits
        try:
            self._outcome.after[file.location] = editable(file, raw).edited(edits)
        except CannotEditError as error:
            self._outcome.refused[path] = str(error)
            self._outcome.after[file.location] = raw


def _key(finding: Finding, fix: Fix) -> _Key:
    """What tells a fix from others of the file, also when its lines have moved."""
    texts = tuple(edit.text for edit in fix.edits)
    return finding.path, finding.code, finding.span.column, finding.source_lines, texts


def _cells(edits: Sequence[Edit], cells: tuple[int, ...] | None) -> list[tuple[int, int]]:
    """The first and last lines of the cells that edits are in; a script is one."""
    if cells is None:
        return [(1, 2**31)]
    ends = [*(start - 1 for start in cells[1:]), 2**31]
    return [
        (first, last)
        for first, last in zip(cells, ends, strict=True)
        if any(first <= edit.span.line <= last for edit in edits)
    ]


def _is_in(fix: Fix, cell: tuple[int, int]) -> bool:
    return cell[0] <= fix.edits[0].span.line <= cell[1]


def _is_program(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "<mended>", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return False
    return True


def _by_path(findings: Iterable[Finding]) -> dict[str, Counter[tuple[str, str]]]:
    """Count what was found in each file, wherever it is in it now."""
    found: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for each in findings:
        if each.code != UNUSED_CODE:  # that a comment is needless now is as it should be
            found[each.path][each.code, each.function] += 1
    return found


def _come(path: str, before: Iterable[Finding], now: Iterable[Finding]) -> Iterator[Finding]:
    """Give what is found in a file, and was not found in it before in a line that reads so."""
    there = Counter((each.code, *each.source_lines) for each in before if each.path == path)
    for each in now:
        if each.path == path:
            key = (each.code, *each.source_lines)
            there[key] -= 1
            if there[key] < 0:
                yield each


def _is_worse(before: Counter[tuple[str, str]], now: Counter[tuple[str, str]]) -> bool:
    return bool(now - before)


def _is_better(before: Counter[tuple[str, str]], now: Counter[tuple[str, str]], fixes: int) -> bool:
    """Whether every fix has mended something, and nothing has come."""
    return not _is_worse(before, now) and now.total() <= before.total() - fixes
