"""Findings put together by what is to be changed in the end: its root, and all that reaches it.

One change at a root mends everything below it, so the roots that mend most come first.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from asyncompat_lint.findings import Finding, Severity


@dataclass(frozen=True)
class Root:
    """A call that blocks, and the findings that it is the reason of."""

    path: str
    line: int
    code: str
    name: str
    call: str
    findings: tuple[Finding, ...]

    @property
    def severity(self) -> Severity:
        """The weight of the heaviest of them."""
        return max(finding.severity for finding in self.findings)


def by_root(findings: Iterable[Finding]) -> list[Root]:
    """Return the roots of findings, those first that most come from."""
    groups: dict[tuple[str, int, str], list[Finding]] = defaultdict(list)
    for finding in findings:
        groups[finding.root].append(finding)
    roots = [
        Root(path, line, code, group[0].name, _call(group[0]), tuple(group))
        for (path, line, code), group in groups.items()
    ]
    return sorted(roots, key=lambda root: (-len(root.findings), root.path, root.line, root.code))


def _call(finding: Finding) -> str:
    if finding.chain:
        return finding.chain[-1].call
    return finding.what or finding.name
