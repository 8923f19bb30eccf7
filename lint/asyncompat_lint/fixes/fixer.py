"""Chooses the fixes of findings, puts them in, and checks again until nothing is left to be mended.

Nothing is believed: a fix stays only if the file can be read, what it mends is gone, and nothing
new has come. Everything happens in memory; what is to be written is told in the end.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from asyncompat_lint.findings import Edit, Finding, Fix
from asyncompat_lint.fixes import imports
from asyncompat_lint.fixes.texts import CannotEditError, editable, overlaps
from asyncompat_lint.sources import SourceFile, read_text

# Fixes that go on to make each other needed are given up after so many rounds.
_MOST_ROUNDS = 20

# What a check found in files, of which some hold something else than on the disk.
Check = Callable[[Mapping[str, bytes]], Sequence[Finding]]


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
        self._hopeless: set[tuple[str, tuple[str, ...]]] = set()
        self._outcome = Outcome()

    def outcome(self, findings: Sequence[Finding]) -> Outcome:
        first = len(findings)
        for _ in range(_MOST_ROUNDS):
            chosen = self._chosen(findings)
            if not chosen:
                break
            findings = self._round(chosen, findings)
        self._outcome.findings = findings
        self._outcome.mended = max(first - len(findings), 0)
        return self._outcome

    def _chosen(self, findings: Iterable[Finding]) -> dict[str, list[Fix]]:
        """The fixes of a round, by path: of those that overlap, the first."""
        chosen: dict[str, list[Fix]] = defaultdict(list)
        for finding in findings:
            fix = finding.fix
            if fix is None or not self._is_wanted(finding) or finding.path not in self._files:
                continue
            there = chosen[finding.path]
            if _key(finding.path, fix) in self._hopeless or fix in there:
                continue
            if not any(overlaps(a, b) for other in there for a in fix.edits for b in other.edits):
                there.append(fix)
        return {path: fixes for path, fixes in chosen.items() if fixes}

    def _round(
        self, chosen: dict[str, list[Fix]], findings: Sequence[Finding]
    ) -> Sequence[Finding]:
        """Put fixes in; if that does no good in a file, one after the other there."""
        before = dict(self._outcome.after)
        for path, fixes in chosen.items():
            self._put_in(path, fixes)
        now = self._check(self._outcome.after)
        worse = _worse(findings, now)
        bad = worse | self._still_there(chosen, findings, now)
        if not bad:
            return now
        # What has come in a file that was not touched may come from any that was.
        bad = set(chosen) if worse - chosen.keys() else bad
        for path in bad:
            self._take_back(path, before)
        now = self._check(self._outcome.after)
        for path in sorted(bad):
            for fix in chosen[path]:
                now = self._tried(path, fix, now)
        return now

    def _tried(self, path: str, fix: Fix, findings: Sequence[Finding]) -> Sequence[Finding]:
        """Put in one fix, if it is still one, and take it back if it does no good."""
        there = next((f.fix for f in findings if f.path == path and f.fix == fix), None)
        if there is None:
            return findings  # its place has moved: it comes again in the next round
        before = dict(self._outcome.after)
        self._put_in(path, [fix])
        now = self._check(self._outcome.after)
        if not _worse(findings, now) and not self._still_there({path: [fix]}, findings, now):
            return now
        self._hopeless.add(_key(path, fix))
        self._take_back(path, before)
        return self._check(self._outcome.after)

    @staticmethod
    def _still_there(
        chosen: Mapping[str, Collection[Fix]], before: Iterable[Finding], now: Iterable[Finding]
    ) -> set[str]:
        """The paths where there is as much to be mended as before."""

        def count(findings: Iterable[Finding], path: str) -> int:
            return sum(1 for each in findings if each.path == path)

        before, now = list(before), list(now)
        return {path for path in chosen if count(now, path) >= count(before, path)}

    def _put_in(self, path: str, fixes: Sequence[Fix]) -> None:
        file = self._files[path]
        raw = self._outcome.after.get(file.location)
        if raw is None:
            raw = self._outcome.before[file.location] = file.read()
        source = read_text(file, raw, leniently=not file.is_notebook)
        edits = [edit for fix in fixes for edit in fix.edits]
        brought = {name for fix in fixes for name in fix.brings}
        for cell in _cells(edits, source.cells):
            wanted = [name for fix in fixes if _is_in(fix, cell) for name in fix.imports]
            edits += imports.edits_for({*wanted} - brought, source, cell[0])
        try:
            self._outcome.after[file.location] = editable(file, raw).edited(edits)
        except CannotEditError as error:
            self._outcome.refused[path] = str(error)
            self._hopeless.update(_key(path, fix) for fix in fixes)
            self._outcome.after[file.location] = raw

    def _take_back(self, path: str, before: Mapping[str, bytes]) -> None:
        location = self._files[path].location
        self._outcome.after[location] = before.get(location, self._outcome.before[location])


def _key(path: str, fix: Fix) -> tuple[str, tuple[str, ...]]:
    return path, tuple(edit.text for edit in fix.edits)


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


def _worse(before: Iterable[Finding], now: Iterable[Finding]) -> set[str]:
    """The paths in which something is found that was not found before."""

    def counted(findings: Iterable[Finding]) -> Counter[tuple[str, str, str]]:
        return Counter((each.path, each.code, each.function) for each in findings)

    return {path for path, _, _ in counted(now) - counted(before)}
