from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from asyncompat_lint.engine import Settings, check
from asyncompat_lint.findings import Finding
from asyncompat_lint.rules import RULES
from asyncompat_lint.rules.base import Rule
from asyncompat_lint.versions import Versions, parse_range

Check = Callable[..., list[Finding]]


@pytest.fixture
def check_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Check a text as a file, or several as a project; give the findings."""

    def check_files(
        code: str | bytes | None = None, versions: str = "", **files: str
    ) -> list[Finding]:
        monkeypatch.chdir(tmp_path)
        if isinstance(code, str):
            code = code.encode()
        if code is not None:
            Path("code.py").write_bytes(code)
        for name, text in files.items():
            path = Path(name + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        known = parse_range(versions) or Versions()
        return check(["."], Settings(RULES, versions=known)).findings

    return check_files


@pytest.fixture
def notebook_of() -> Callable[..., str]:
    """Make the text of a notebook with these cells of code."""
    return _notebook


def _notebook(*cells: str) -> str:
    made = [
        {
            "cell_type": "code",
            "source": cell,
            "metadata": {},
            "outputs": [],
            "execution_count": None,
        }
        for cell in cells
    ]
    return json.dumps({"cells": made, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


@pytest.fixture
def check_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Check an example of a rule, as what the rule says that it is."""

    def check_as(rule: type[Rule], code: str) -> list[Finding]:
        monkeypatch.chdir(tmp_path)
        if rule.IN_NOTEBOOK:
            Path("code.ipynb").write_text(_notebook(code), encoding="utf-8")
        else:
            Path("code.py").write_text(code, encoding="utf-8")
        versions = parse_range(rule.VERSIONS) or Versions()
        return check(["."], Settings(RULES, versions=versions)).findings

    return check_as


@pytest.fixture
def check_marked(check_code: Check) -> Callable[[str], None]:
    """Check a text: what blocks is found on the lines that say so, and on no others.

    Some say that it is one of several things which may block.
    """

    def check_marks(code: str) -> None:
        found = {
            (each.span.line, "# may block" if "that it may be" in each.message else "# blocks")
            for each in check_code(code)
            if each.code.startswith("AC1")
        }
        lines = enumerate(code.splitlines(), 1)
        marks = ("# blocks", "# may block")
        marked = [(n, mark) for n, line in lines for mark in marks if line.endswith(mark)]
        assert sorted(found) == marked

    return check_marks
