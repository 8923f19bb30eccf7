"""The lesson's programs of 3.6 and 3.7, migrated: what tests/shim runs on every interpreter."""

from __future__ import annotations

import shutil
from pathlib import Path

from asyncompat_lint import cli

MIGRATION = Path(__file__).parent.parent / "migration"


def contents(folder: Path) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in sorted(folder.glob("*.py"))}


def test_migration_makes_the_programs_that_are_run(tmp_path, monkeypatch):
    shutil.copytree(MIGRATION / "plain", tmp_path / "lessons")
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path / "lessons")
    assert len(before) >= 6
    assert cli.main(["migrate", "--no-cache", "lessons"]) == 0
    migrated = contents(tmp_path / "lessons")
    assert migrated == contents(MIGRATION / "migrated")
    assert all(migrated[name] != before[name] for name in before)
    # And there is nothing left that does not fit.
    monkeypatch.chdir(tmp_path / "lessons")
    options = ["--no-cache", "--target-version", "3.6-3.15", "--select", "AC2,AC3"]
    assert cli.main(["check", *options]) == 0
