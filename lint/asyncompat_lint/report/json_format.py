"""Findings as JSON: a list of objects, the same for every version of the linter."""

from __future__ import annotations

import json
from typing import TextIO

from asyncompat_lint.engine import Result
from asyncompat_lint.findings import Finding


def write(result: Result, stream: TextIO) -> None:
    """Write all findings as one JSON list."""
    json.dump([_object(finding) for finding in result.findings], stream, indent=2)
    stream.write("\n")


def _object(finding: Finding) -> dict[str, object]:
    return {
        "path": finding.path,
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "message": finding.message,
        "chain": [
            {"path": step.path, "line": step.line, "function": step.function, "call": step.call}
            for step in finding.chain
        ],
    }
