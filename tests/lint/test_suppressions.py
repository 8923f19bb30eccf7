from __future__ import annotations

import pytest

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
]
LOUD = ["# noqa: E501", "# noqa: AC102", "# noqa: AC1", "# noqa: AC1011", "# nothing", "# noqa-not"]


@pytest.mark.parametrize("comment", SILENT)
def test_silent(comment, check_code):
    assert check_code(CALL.format(f"  {comment}")) == []


@pytest.mark.parametrize("comment", LOUD)
def test_loud(comment, check_code):
    assert len(check_code(CALL.format(f"  {comment}"))) == 1


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
