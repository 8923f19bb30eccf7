"""Fixes over the standard library of every interpreter, and over a large application.

The code is not executed, and not written: what would be written is looked at.
"""

from __future__ import annotations

import difflib
import shutil
import subprocess
import sys
import tarfile
import warnings
from collections import Counter
from pathlib import Path

import pytest

from asyncompat_lint.fixes import fixer
from asyncompat_lint.sources import decode

VERSIONS = [f"3.{minor}" for minor in range(6, 16)]
LARGE_TREE = "homeassistant==2024.3.3"


def parses(text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            compile(text, "code", "exec")
        except SyntaxError:
            return False
    return True


def assert_trustworthy(mended, at_least: int) -> None:
    outcome = mended.outcome
    assert outcome.mended >= at_least
    assert outcome.refused == {}
    for location in outcome.changed:
        if parses(decode(outcome.before[location])):
            assert parses(decode(outcome.after[location])), location
    # What was there before is all that can be left, and a second time changes nothing.
    counted = [
        Counter((each.path, each.code, each.function) for each in findings)
        for findings in (outcome.findings, mended.findings)
    ]
    assert not counted[0] - counted[1]
    assert mended.again.changed == []


def standard_library(version: str) -> str:
    interpreter = shutil.which(f"python{version}")
    if interpreter is None:
        pytest.skip(f"there is no python{version}")
    code = "import sysconfig; print(sysconfig.get_paths()['stdlib'])"
    try:
        done = subprocess.run([interpreter, "-c", code], check=True, stdout=subprocess.PIPE)
    except subprocess.CalledProcessError:
        pytest.skip(f"python{version} does not start")
    return done.stdout.decode().strip()


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("version", VERSIONS)
def test_a_standard_library(version, mend_tree):
    assert_trustworthy(mend_tree(standard_library(version)), 5)


@pytest.mark.timeout(1200)
def test_only_what_is_reported_is_changed(mend_tree, monkeypatch):
    monkeypatch.setattr(fixer, "_MOST_ROUNDS", 1)
    mended = mend_tree(standard_library("{}.{}".format(*sys.version_info)))
    assert mended.outcome.changed
    locations = {file.location: file.path for file in mended.files}
    for location in mended.outcome.changed:
        path = locations[location]
        reported = {
            line
            for finding in mended.findings
            if finding.path == path and finding.fix is not None
            for edit in finding.fix.edits
            for line in range(edit.span.line, edit.span.end_line + 1)
        }
        before, after = (
            decode(contents[location]).splitlines()
            for contents in (mended.outcome.before, mended.outcome.after)
        )
        for kind, first, last, start, end in difflib.SequenceMatcher(
            None, before, after, autojunk=False
        ).get_opcodes():
            if kind == "insert":
                added = [line.strip() for line in after[start:end]]
                is_import = all(line.startswith("import ") for line in added)
                assert is_import or first in reported or first + 1 in reported, (path, added)
            elif kind != "equal":
                assert reported.issuperset(range(first + 1, last + 1)), (path, first, last)


@pytest.mark.timeout(1800)
def test_a_large_application(tmp_path, mend_tree):
    command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:"]
    done = subprocess.run([*command, "-d", tmp_path, LARGE_TREE], check=False, capture_output=True)
    archives = list(Path(tmp_path).glob("*.tar.gz"))
    if not archives:
        pytest.skip(f"{LARGE_TREE} cannot be had: {done.stderr.decode()[-200:]}")
    with tarfile.open(archives[0]) as archive:
        archive.extractall(tmp_path / "tree", filter="data")
    assert_trustworthy(mend_tree(str(tmp_path / "tree"), "3.8-3.15"), 300)
