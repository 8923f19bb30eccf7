from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from asyncompat_lint.engine import Settings, check
from asyncompat_lint.findings import Finding
from asyncompat_lint.rules import RULES

Check = Callable[..., list[Finding]]


@pytest.fixture
def check_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Check:
    """Check a text as a file, or several as a project; give the findings."""

    def check_files(code: str | bytes | None = None, **files: str) -> list[Finding]:
        monkeypatch.chdir(tmp_path)
        if isinstance(code, str):
            code = code.encode()
        if code is not None:
            Path("code.py").write_bytes(code)
        for name, text in files.items():
            path = Path(name + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        return check(["."], Settings(RULES)).findings

    return check_files


@pytest.fixture
def check_marked(check_code: Check) -> Callable[[str], None]:
    """Check a text: what blocks is found on the lines that say so, and on no others."""

    def check_marks(code: str) -> None:
        found = {each.span.line for each in check_code(code) if each.code.startswith("AC1")}
        lines = code.splitlines()
        assert sorted(found) == [n for n, line in enumerate(lines, 1) if line.endswith("# blocks")]

    return check_marks
