"""Fixes of every rule's own examples: they parse, and nothing comes of them but what is better."""

from __future__ import annotations

import sys

import pytest

from asyncompat_lint.rules import RULES

EXAMPLES = [(rule, n) for rule in RULES if not rule.IN_NOTEBOOK for n in range(len(rule.INVALID))]


def parses(text: str) -> bool:
    try:
        compile(text, "code", "exec")
    except SyntaxError:
        return False
    return True


@pytest.mark.parametrize(("rule", "number"), EXAMPLES)
def test_an_example_that_is_mended_parses(rule, number, tmp_path, mend_tree):
    if not parses(rule.INVALID[number]) and sys.version_info < (3, 11):
        pytest.skip("a newer Python's syntax")
    path = tmp_path / "code.py"
    path.write_text(rule.INVALID[number])
    mended = mend_tree(str(path), rule.VERSIONS or "3.9-3.15")
    codes = {finding.code for finding in mended.findings}
    assert rule.code in codes
    assert {finding.code for finding in mended.outcome.findings} <= codes
    for after in mended.outcome.after.values():
        assert parses(after.decode())
    fixes = [each for each in mended.findings if each.code == rule.code and each.fix is not None]
    if fixes:
        assert mended.outcome.mended
    assert mended.again.changed == []
