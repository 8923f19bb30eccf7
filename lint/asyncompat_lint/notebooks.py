"""Notebooks: their code cells as one Python text, with what is only IPython's taken out.

Every line and every column stays where it was in its cell, so that a place in the text is a place
in the cell. A script that was pasted from a notebook is taken for one cell.
"""

from __future__ import annotations

import ast
import io
import json
import re
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass, field

SUFFIX = ".ipynb"

_PYTHONS = frozenset({"python", "ipython", "xpython"})
_FLAGS = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT

# Magics that run the Python behind them, or below them in their cell; the first do so without a
# loop to await on.
_TIMING = r"time|timeit|prun|memit|mprun|lprun|debug"
_RUNNING_LINE = re.compile(
    rf"^(\s*)(%(?:{_TIMING})\b(?:\s+-(?:[nrplsTDfmuzti]\s*\S+|\w+))*\s+)(?=\S)"
)
_COMPOUND = re.compile(r"(?:async|for|if|try|while|with)\b")
_RUNNING_CELL = re.compile(rf"^%%(?P<timing>{_TIMING})?(?:capture)?(?!\w)")
_SHELL_OR_MAGIC = re.compile(r"^(\s*)(?:[%!?].*|[^#'\"\n]*[\w)\]*]\?{1,2}\s*|[/,;]\w.*)$")
_ASSIGNED = re.compile(r"^(\s*[\w, ]+=\s*)[%!].*$")
_MAGIC_LINE = re.compile(r"^\s*[%!]\s*\w", re.MULTILINE)


class NotANotebookError(Exception):
    """The file is not JSON of a notebook's form."""


@dataclass
class Code:
    """The Python of cells, and what was left out of it.

    ``starts`` are the lines (from 1) at which the cells begin; ``shown`` the lines as they are
    written; ``timed`` those whose code a magic runs that cannot await; ``magics`` the lines of
    other magics; ``broken`` the lines of what is no Python, with why.
    """

    lines: list[str] = field(default_factory=list)
    starts: list[int] = field(default_factory=list)
    shown: list[str] = field(default_factory=list)
    timed: list[int] = field(default_factory=list)
    magics: dict[int, str] = field(default_factory=dict)
    broken: list[tuple[int, str]] = field(default_factory=list)

    @property
    def text(self) -> str:
        return "".join(f"{line}\n" for line in self.lines)

    def add(self, source: str) -> None:
        """Add a cell's source; where that cannot be read, empty lines."""
        first = len(self.lines) + 1
        shown = source.split("\n")
        lines = self._python(list(shown), first)
        error = _error(lines)
        if error is not None:
            self.broken.append((first + error[0] - 1, error[1]))
            lines = [""] * len(lines)
        self.starts.append(first)
        self.shown += shown
        self.lines += lines

    def _python(self, lines: list[str], first: int) -> list[str]:
        if lines[0].startswith("%%"):
            running = _RUNNING_CELL.match(lines[0])
            self.magics[first] = lines[0]
            if running is None:
                return [""] * len(lines)  # another language's
            if running["timing"]:
                self.timed += range(first, first + len(lines))
            lines[0] = ""
        if _error(lines) is not None:
            for start, end in list(_logical_lines(lines)):
                self._logical_line(lines, start, end, first)
        return lines

    def _logical_line(self, lines: list[str], start: int, end: int, first: int) -> None:
        """Take what is IPython's out of a statement's lines."""
        line = lines[start]
        running = _RUNNING_LINE.match(line)
        if running is not None:
            indent, magic = running.groups()
            if _COMPOUND.match(line, running.end()):  # nothing can stand before it on its line
                self.magics[first + start] = line.strip()
                lines[start : end + 1] = [f"{indent}pass", *[""] * (end - start)]
                return
            lines[start] = f"{indent}0;{' ' * (len(magic) - 2)}{line[running.end() :]}"
            self.timed += range(first + start, first + end + 1)
        elif _SHELL_OR_MAGIC.match(line):
            self.magics[first + start] = line.strip()
            lines[start] = f"{line[: len(line) - len(line.lstrip())]}pass"
            lines[start + 1 : end + 1] = [""] * (end - start)
        else:
            assigned = _ASSIGNED.match(line)
            if assigned is not None:
                lines[start : end + 1] = [f"{assigned[1]}...", *[""] * (end - start)]


def code_of(text: str) -> Code:
    """Return the code of a notebook.

    Every cell has a place, also those that hold no Python; these are empty.

    Raises:
        NotANotebookError: the text is no notebook.
    """
    try:
        document = json.loads(text)
        sources = [_source(cell) for cell in document["cells"]]
    except (ValueError, KeyError, TypeError, RecursionError):
        problem = "is no notebook of version 4: JSON with a list of cells"
        if '"worksheets"' in text:  # of version 3
            problem += "; jupyter nbconvert --to notebook makes one of it"
        raise NotANotebookError(problem) from None
    code = Code()
    for source in sources:
        code.add(source if _is_python(document) else "")
    return code


def _is_python(document: dict[str, object]) -> bool:
    """Whether a notebook's kernel is one of Python's, or it is not said of which it is."""
    metadata = document.get("metadata")
    told = metadata if isinstance(metadata, dict) else {}
    for key, name in (("kernelspec", "language"), ("language_info", "name")):
        language = told[key].get(name) if isinstance(told.get(key), dict) else None
        if isinstance(language, str):
            return language.lower() in _PYTHONS
    return True


def pasted(text: str) -> Code | None:
    """Return the code of a script that has a notebook's magics in it; None where there are none."""
    if not _MAGIC_LINE.search(text):
        return None
    code = Code()
    code.add(text)
    return code if code.magics or code.timed else None


def _source(cell: dict[str, object]) -> str:
    if cell["cell_type"] != "code":
        return ""
    source = cell["source"]
    return source if isinstance(source, str) else "".join(map(str, source))  # type: ignore[call-overload]


def _error(lines: list[str]) -> tuple[int, str] | None:
    """Return the line (from 1) that keeps a cell from being Python, and why."""
    try:
        compile("\n".join(lines), "cell", "exec", _FLAGS)
    except SyntaxError as error:
        return error.lineno or 1, error.msg
    except ValueError as error:
        return 1, str(error)
    return None


def _logical_lines(lines: list[str]) -> Iterator[tuple[int, int]]:
    """Give the first and the last line, from 0, of each statement as far as it can be told."""
    start = 0
    while start < len(lines):
        end = start
        if _RUNNING_LINE.match(lines[start]) or not _SHELL_OR_MAGIC.match(lines[start]):
            end = start + _length(lines[start:]) - 1
        while end + 1 < len(lines) and lines[end].endswith("\\"):
            end += 1
        yield start, end
        start = end + 1


def _length(lines: list[str]) -> int:
    """How many lines the first statement has: more than one inside brackets and long strings."""
    if not lines[0].strip() or lines[0].lstrip().startswith("#"):
        return 1
    text = "".join(f"{line}\n" for line in ["", lines[0].lstrip("%! \t"), *lines[1:]])
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.NEWLINE:
                return token.start[0] - 1
    except (tokenize.TokenError, SyntaxError, UnicodeEncodeError):
        pass
    return 1
