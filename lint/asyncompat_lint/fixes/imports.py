"""Where in a module an import is put: behind its first imports, or where they would stand.

Knows the order that modules are written in, by the interpreter's parser, and nothing of what is
imported.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable

from asyncompat_lint.findings import Edit
from asyncompat_lint.sources import SourceText
from asyncompat_lint.spans import Span


def edits_for(imports: Iterable[str], source: SourceText, at: int) -> list[Edit]:
    """Return what adds import statements to a module, each once.

    Parameters:
        imports: the statements.
        source: the module's text; of a notebook, its code.
        at: a line for which they are needed: of a notebook, its cell gets them.
    """
    statements = sorted(set(imports))
    if not statements:
        return []
    line = _line_for(source) if source.cells is None else _top_of_cell(source, source.cells, at)
    text = "".join(f"{statement}\n" for statement in statements)
    return [Edit(Span(line, 1, line, 1), text)]


def _top_of_cell(source: SourceText, cells: tuple[int, ...], at: int) -> int:
    first = max(start for start in cells if start <= at)
    # A cell's magic has to stay the first thing in it.
    return first + 1 if source.shown_lines[first - 1].startswith("%%") else first


def _line_for(source: SourceText) -> int:
    """The line before which an import can be put."""
    body = ast.parse(source.text).body
    last = 0
    for number, statement in enumerate(body):
        is_import = isinstance(statement, ast.Import | ast.ImportFrom)
        if not is_import and not (number == 0 and _is_docstring(statement)):
            break
        end = _end(statement, body[number + 1 :])
        if end < 0:  # on a line with what may need it
            break
        last = end
    return last + 1 if last else _behind_comments(source)


def _end(statement: ast.stmt, rest: list[ast.stmt]) -> int:
    """The last line of a statement and of the imports that share it; -1 if others do."""
    end = statement.end_lineno or statement.lineno
    for other in rest:
        if other.lineno > end:
            break
        if not isinstance(other, ast.Import | ast.ImportFrom):
            return -1
        end = max(end, other.end_lineno or other.lineno)
    return end


def _is_docstring(statement: ast.stmt) -> bool:
    return (
        isinstance(statement, ast.Expr)
        and isinstance(statement.value, ast.Constant)
        and isinstance(statement.value.value, str)
    )


def _behind_comments(source: SourceText) -> int:
    """Behind the lines that only a first line may be: ``#!``, the encoding, a licence."""
    line = 1
    while source.line(line).startswith("#"):
        line += 1
    return line
