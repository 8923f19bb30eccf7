"""How fixes are tried: few checks for many fixes, also where one of them does no good."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from pathlib import Path

from asyncompat_lint.engine import Settings, check_files
from asyncompat_lint.findings import Edit, Finding, Fix, Span
from asyncompat_lint.fixes.fixer import mend
from asyncompat_lint.fixes.suspects import suspects
from asyncompat_lint.rules import RULES
from asyncompat_lint.sources import find_sources
from asyncompat_lint.versions import parse_range


def fix_at(line: int, text: str = "") -> Fix:
    return Fix((Edit(Span(line, 1, line + 1, 1), text),))


def test_the_nearest_fix_is_suspected():
    fixes = [fix_at(10), fix_at(20), fix_at(30)]
    assert suspects(fixes, [], [21]) == {1}
    assert suspects(fixes, [], [1, 29]) == {0, 2}


def test_lines_move_with_what_was_put_in_above():
    fixes = [fix_at(10), fix_at(20)]
    imports = Edit(Span(1, 1, 1, 1), "import a\n" * 9)
    assert suspects(fixes, [imports], [19]) == {0}
    gone = Edit(Span(1, 1, 9, 1), "")
    assert suspects(fixes, [gone], [12]) == {1}


def test_one_bad_fix_among_many_is_found_in_few_checks(tmp_path):
    good = "    @asyncio.coroutine\n    def good_{0}():\n        yield from asyncio.sleep(0)\n"
    bad = (
        "@asyncio.coroutine\ndef bad():\n    yield from asyncio.sleep(0)\n\n\n"
        "def starts():\n    bad()\n"  # as an async function it would be told of here
    )
    functions = [f"def f_{n}():\n{good.format(n)}    return good_{n}\n" for n in range(32)]
    functions.insert(20, bad)
    Path(tmp_path, "code.py").write_text("import asyncio\n\n\n" + "\n\n".join(functions))
    files = find_sources([str(tmp_path)])
    settings = Settings(RULES, versions=parse_range("3.6-3.15"))
    checks = []

    def check(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        checks.append(contents)
        now = [dataclasses.replace(each, content=contents.get(each.location)) for each in files]
        return check_files(now, settings).findings

    outcome = mend(files, check({}), check, lambda finding: True)
    (after,) = outcome.after.values()
    assert after.count(b"async def good_") == 32
    assert b"@asyncio.coroutine\ndef bad" in after
    assert len(checks) <= 6  # by halves it takes twelve
