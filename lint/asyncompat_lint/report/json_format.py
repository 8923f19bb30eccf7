"""Findings as JSON: a list of objects, the same for every version of the linter."""

from __future__ import annotations

import json
from typing import TextIO

from asyncompat_lint.engine import Result
from asyncompat_lint.findings import Finding
from asyncompat_lint.report.by_root import by_root


def write(result: Result, stream: TextIO) -> None:
    """Write all findings as one JSON list."""
    _write([_object(finding) for finding in result.findings], stream)


def write_by_root(result: Result, stream: TextIO) -> None:
    """Write the roots of all findings as one JSON list, each with the findings that it causes."""
    roots: list[dict[str, object]] = [
        {
            "path": root.path,
            "line": root.line,
            "code": root.code,
            "name": root.name,
            "severity": str(root.severity),
            "call": root.call,
            "findings": [_object(finding) for finding in root.findings],
        }
        for root in by_root(result.findings)
    ]
    _write(roots, stream)


def _write(objects: list[dict[str, object]], stream: TextIO) -> None:
    json.dump(objects, stream, indent=2)
    stream.write("\n")


def _object(finding: Finding) -> dict[str, object]:
    cell: dict[str, object] = {} if finding.cell is None else {"cell": finding.cell}
    return {
        "path": finding.path,
        **cell,
        "line": finding.span.line,
        "column": finding.span.column,
        "end_line": finding.span.end_line,
        "end_column": finding.span.end_column,
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "message": finding.message,
        "fix": None if finding.fix is None else "safe" if finding.fix.is_safe else "unsafe",
        "chain": [
            {"path": step.path, "line": step.line, "function": step.function, "call": step.call}
            for step in finding.chain
        ],
    }
