"""Moving whole modules to asyncompat: where a fix needs it, the imports of asyncio become its.

Knows the forms of imports, and findings by their fixes; it checks and writes nothing.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from asyncompat_lint.findings import Edit, Finding, Fix
from asyncompat_lint.sources import SourceText
from asyncompat_lint.spans import Span

SHIM = "asyncompat"
_MOVED = "asyncio"


def planned(
    findings: Sequence[Finding], source_of: Callable[[str], SourceText]
) -> Sequence[Finding]:
    """Return findings with other fixes: where one needs asyncompat, the whole module gets it.

    Parameters:
        findings: what a check has found.
        source_of: gives the text of a file, by its path.
    """
    moves: dict[str, Fix | None] = {}
    found = []
    for finding in findings:
        fix = finding.fix
        if fix is not None and _needs_shim(fix):
            if finding.path not in moves:
                moves[finding.path] = _move(source_of(finding.path))
            fix = moves[finding.path] or fix
        found.append(replace(finding, fix=fix))
    return found


def _needs_shim(fix: Fix) -> bool:
    return any(SHIM in edit.text for edit in fix.edits)


def _move(source: SourceText) -> Fix | None:
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(source.text, "<module>", "exec", flags)
    edits = tuple(edit for node in ast.walk(tree) for edit in _moved(node, source))
    return Fix(edits, is_safe=True) if edits else None


def _moved(node: ast.AST, source: SourceText) -> Iterator[Edit]:
    match node:
        case ast.Import(names=names):
            for alias in names:
                if alias.name.partition(".")[0] == _MOVED and (
                    alias.asname is None or alias.name == _MOVED
                ):
                    # The submodules are attributes of asyncompat, too.
                    yield Edit(_span(alias, source), f"{SHIM} as {alias.asname or _MOVED}")
        case ast.ImportFrom(module="asyncio", level=0):
            line, column = node.lineno, node.col_offset + 1
            while (at := source.line(line).find(_MOVED, column - 1)) < 0:
                line, column = line + 1, 1  # behind a backslash
            yield Edit(Span(line, at + 1, line, at + 1 + len(_MOVED)), SHIM)


def _span(alias: ast.alias, source: SourceText) -> Span:
    line = source.line(alias.lineno).encode()
    column = len(line[: alias.col_offset].decode()) + 1
    end_line = source.line(alias.end_lineno or alias.lineno).encode()
    end = len(end_line[: alias.end_col_offset].decode()) + 1
    return Span(alias.lineno, column, alias.end_lineno or alias.lineno, end)
