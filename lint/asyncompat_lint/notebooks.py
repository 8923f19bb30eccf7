"""Notebooks: their code cells as one Python text, with what is only IPython's taken out.

Every line and every column stays where it was in its cell, so that a place in the text is a place
in the cell.
"""

from __future__ import annotations

import ast
import json
import re

SUFFIX = ".ipynb"

_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

# Line magics before a statement that is run as it stands, and cell magics above such a cell.
_RUNNING = r"(?:time|timeit|prun|memit|mprun|lprun|debug)"
_RUNNING_LINE = re.compile(rf"^(\s*)(%{_RUNNING}\b(?:\s+-\w+(?:\s+\d+)?)*\s*)(?=\S)")
_RUNNING_CELL = re.compile(rf"^%%(?:{_RUNNING}|capture)\b")
_SHELL_OR_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|[^#'\"\n]*\?{1,2}\s*)$")
_ASSIGNED = re.compile(r"^(\s*[\w, ]+=\s*)[%!].*$")


class NotANotebookError(Exception):
    """The file is not JSON of a notebook's form."""


def code_of(text: str) -> tuple[str, tuple[int, ...]]:
    """Return the code of a notebook, and the line in it (from 1) at which each cell begins.

    Every cell has a place, also those that hold no Python; these are empty.

    Raises:
        NotANotebookError: the text is no notebook.
    """
    try:
        cells = json.loads(text)["cells"]
        sources = [_source(cell) for cell in cells]
    except (ValueError, KeyError, TypeError) as error:
        raise NotANotebookError(f"is no notebook: {type(error).__name__}: {error}") from None
    lines: list[str] = []
    starts: list[int] = []
    for source in sources:
        starts.append(len(lines) + 1)
        lines += _python(source)
    return "".join(f"{line}\n" for line in lines), tuple(starts)


def _source(cell: dict[str, object]) -> str:
    if cell["cell_type"] != "code":
        return ""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(map(str, source))  # type: ignore[call-overload]


def _python(source: str) -> list[str]:
    lines = source.split("\n")
    if lines[0].startswith("%%"):
        if not _RUNNING_CELL.match(lines[0]):
            return [""] * len(lines)  # another language's
        lines[0] = ""
    if _parses(lines):
        return lines
    return [_line(line) for line in lines]


def _parses(lines: list[str]) -> bool:
    try:
        compile(
            "\n".join(lines), "cell", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
        )
    except (SyntaxError, ValueError):
        return False
    return True


def _line(line: str) -> str:
    running = _RUNNING_LINE.match(line)
    if running is not None:
        indent, magic = running.groups()
        return f"{indent}0;{' ' * (len(magic) - 2)}{line[running.end() :]}"
    if _SHELL_OR_MAGIC.match(line):
        return f"{line[: len(line) - len(line.lstrip())]}pass"
    assigned = _ASSIGNED.match(line)
    return f"{assigned[1]}..." if assigned is not None else line
