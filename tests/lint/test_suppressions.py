from __future__ import annotations

from pathlib import Path

import pytest

from asyncompat_lint.engine import Settings, check
from asyncompat_lint.rules import RULES

CALL = "import time\nasync def f():\n    time.sleep(1){}\n"

SILENT = [
    "# noqa",
    "#noqa",
    "# NOQA",
    "# noqa: AC101",
    "# noqa:AC101",
    "# noqa: ac101",
    "# noqa: E501,AC101",
    "# noqa: E501, AC101",
    "# noqa: AC101 E501",
    "# noqa: AC101 - meant to block",
    "# type: ignore  # noqa: AC101",
    "# it must block here # noqa",
    "# asyncompat: ignore",
    "# asyncompat: ignore[blocking-sleep]",
    "# asyncompat: ignore[AC101] the device needs its time",
    "# asyncompat:ignore[ AC101 ]",
]


def test_a_comment_for_everything_where_not_everything_was_asked(tmp_path):
    path = tmp_path / "one.py"
    path.write_text(CALL.format("  # asyncompat: ignore"))
    some = [rule for rule in RULES if rule.code != "AC101"]
    assert check([str(path)], Settings(some)).findings == []
    path.write_text("x = 1  # asyncompat: ignore\n")
    assert [each.code for each in check([str(path)], Settings(RULES)).findings] == ["AC002"]


LOUD = ["# noqa: E501", "# noqa: AC102", "# noqa: AC1", "# noqa: AC1011", "# nothing", "# noqa-not"]
LOUD += ["# asyncompat: ignore[AC102]", "# asyncompat: ignored"]


@pytest.mark.parametrize("comment", SILENT)
def test_silent(comment, check_code):
    assert check_code(CALL.format(f"  {comment}")) == []


@pytest.mark.parametrize("comment", LOUD)
def test_loud(comment, check_code):
    found = check_code(CALL.format(f"  {comment}"))
    assert [finding.code for finding in found if finding.code != "AC002"] == ["AC101"]


@pytest.mark.parametrize(
    ("comment", "hint"),
    [
        ("# asyncompat: ignore[blocking-slep]", "no rule 'blocking-slep'; did you mean 'blocking-"),
        ("# asyncompat: ignore[AC101, nosuch]", "no rule 'nosuch'; `asyncompat rule --all`"),
        ("# noqa: AC999", "no rule 'AC999'; `asyncompat rule --all`"),
        ("# noqa: AC101, E501", ""),
        ("# asyncompat: ignore[ASYNC251]", ""),
    ],
)
def test_what_is_no_rule_is_told(comment, hint, check_code):
    found = [each for each in check_code(CALL.format(f"  {comment}")) if each.code == "AC002"]
    assert [hint in each.message for each in found] == [True] * bool(hint)


def test_only_a_comment_counts(check_code):
    assert len(check_code(CALL.format("; '# noqa'"))) == 1


@pytest.mark.parametrize("line", [0, 2])
def test_first_or_last_line_of_a_call(line, check_code):
    call = ["    time.sleep(", "        1", "    )"]
    call[line] += "  # noqa: AC101"
    assert check_code("import time\nasync def f():\n" + "\n".join(call)) == []


def test_not_a_line_beside_it(check_code):
    code = "import time\nasync def f():  # noqa\n    time.sleep(1)\n    # noqa\n"
    assert len(check_code(code)) == 1


@pytest.mark.parametrize(
    "comment",
    ["# noqa: AC101", "# asyncompat: ignore[blocking-sleep] because", "# noqa: E501,AC101"],
)
def test_a_suppression_of_nothing_is_a_finding(check_code, comment):
    (found,) = check_code(f"x = 1  {comment}\n")
    assert (found.code, found.span.line, found.span.column) == ("AC002", 1, 8)
    assert "silences AC101" in found.message or "silences blocking-sleep" in found.message


@pytest.mark.parametrize(
    ("comment", "unused"),
    [
        ("# asyncompat: ignore[blocking-http, blocking-sleep]", "silences blocking-http, and"),
        ("# noqa: AC101,AC102,E501", "silences AC102, and"),
    ],
)
def test_a_name_that_silences_nothing_beside_one_that_does(check_code, comment, unused):
    (found,) = check_code(CALL.format(f"  {comment}"))
    assert (found.code, unused in found.message) == ("AC002", True)


@pytest.mark.parametrize(
    "comment",
    [
        "# asyncompat: ignore-next-line",
        "# asyncompat: ignore-file",
        "# asyncompat: ignored",
        "# asyncompat: ignore[AC101",
        "# asyncompat: disable",
        "# asyncompat: disable[AC101",
        "# asyncompat: ignore[]",
        "# asyncompat: IGNORE[AC101]",
        "# asyncompat: ingore[AC101]",
    ],
)
def test_what_is_meant_for_a_suppression_and_is_none(check_code, comment):
    found = check_code(CALL.format(f"  {comment}"))
    assert {each.code for each in found} == {"AC101", "AC002"}
    (told,) = (each.message for each in found if each.code == "AC002")
    assert repr(comment.partition(": ")[2].removesuffix("[AC101]")) in told


@pytest.mark.parametrize("comment", ["# asyncompat: no word of it", "# see asyncompat: it helps"])
def test_what_is_about_us_is_left_alone(check_code, comment):
    assert check_code(f"x = 1  {comment}\n") == []


@pytest.mark.parametrize("line", ["x = 1  # noqa", "x = 1  # noqa: E501", "x = '# noqa: AC101'"])
def test_what_another_tool_may_need_is_left_alone(check_code, line):
    assert check_code(f"{line}\n") == []


def test_of_a_rule_that_is_not_run_nothing_is_said(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text("x = 1  # noqa: AC101\n")
    rules = [rule for rule in RULES if rule.code != "AC101"]
    assert check(["."], Settings(rules)).findings == []


def test_what_other_linters_call_it(check_code):
    code = (
        "import asyncio, time\nasync def f(path):\n    time.sleep(1)  # noqa: ASYNC251\n"
        "    open(path)  # noqa: ASYNC251\n    open(path)  # noqa: ASYNC230\n"
        "    asyncio.create_task(f(1))  # noqa: RUF006\n"
    )
    assert [(each.code, each.span.line) for each in check_code(code)] == [("AC104", 4)]


def test_a_property_that_is_read_in_several_branches(check_code):
    found = check_code(
        "class P:\n    @property\n    def data(self): return open('f').read()\n"
        "async def f(p: P, flag):\n    if flag:\n        p.data  # noqa: AC104\n    p.data\n"
    )
    assert [each.span.line for each in found] == [7]
