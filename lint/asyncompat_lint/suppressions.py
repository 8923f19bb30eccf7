"""``# noqa`` comments: which codes a line's comment silences."""

from __future__ import annotations

import re
from collections.abc import Mapping

from asyncompat_lint.findings import Finding

_NOQA = re.compile(
    r"#\s*noqa(?P<codes>\s*:\s*[A-Z][A-Z0-9]*(?:[\s,]+[A-Z]+[0-9]+)*)?(?![\w-])", re.IGNORECASE
)


def silences(comment: str, code: str) -> bool:
    """Return whether a comment is a ``noqa`` for this code: one that names it, or names none."""
    match = _NOQA.search(comment)
    if match is None:
        return False
    if match["codes"] is None:
        return True
    named = re.split(r"[\s,:]+", match["codes"].upper())
    return code in named


def is_suppressed(finding: Finding, comments: Mapping[int, str]) -> bool:
    """Return whether a comment on the finding's first or last line silences it."""
    lines = {finding.span.line, finding.span.end_line}
    return any(silences(comments.get(line, ""), finding.code) for line in lines)
