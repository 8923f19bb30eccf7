"""What the tests of fixes on code of other people share."""

from __future__ import annotations

import dataclasses
import gc
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from asyncompat_lint.cache import Cache
from asyncompat_lint.engine import Settings, check_files
from asyncompat_lint.findings import Finding
from asyncompat_lint.fixes.fixer import Outcome, mend
from asyncompat_lint.rules import RULES
from asyncompat_lint.sources import SourceFile, find_sources
from asyncompat_lint.versions import parse_range


@dataclasses.dataclass
class Mended:
    """A tree of files that was mended in memory."""

    files: Sequence[SourceFile]
    findings: Sequence[Finding]
    outcome: Outcome
    again: Outcome


@pytest.fixture
def mend_tree(tmp_path: Path) -> Iterator[Callable[[str], Mended]]:
    """Mend all that can be mended in a folder, as if it were for all versions; write nothing."""

    def mended(folder: str, versions: str = "3.6-3.15") -> Mended:
        files = find_sources([folder])
        settings = Settings(RULES, versions=parse_range(versions))
        cache = Cache(tmp_path / "cache")

        def check(contents: Mapping[str, bytes]) -> Sequence[Finding]:
            now = [dataclasses.replace(each, content=contents.get(each.location)) for each in files]
            found = check_files(now, settings, cache).findings
            gc.collect()  # as the command does between the checks of mending
            return found

        def everything(finding: Finding) -> bool:
            return True

        findings = check({})
        outcome = mend(files, findings, check, everything)
        changed = [
            dataclasses.replace(each, content=outcome.after.get(each.location)) for each in files
        ]

        def check_again(contents: Mapping[str, bytes]) -> Sequence[Finding]:
            return check({**outcome.after, **contents})

        again = mend(changed, outcome.findings, check_again, everything)
        return Mended(files, findings, outcome, again)

    gc.disable()  # as the command does
    yield mended
    gc.enable()
