"""A file's text, to be edited at places, with every other byte kept.

Knows encodings, line ends and notebooks' JSON. Places are those of ``SourceText``: of a notebook,
in the lines of its code. It does not know why anything is edited.
"""

from __future__ import annotations

import io
import json
import re
import tokenize
from abc import ABC, abstractmethod
from collections.abc import Iterable, Sequence

from asyncompat_lint import notebooks
from asyncompat_lint.findings import Edit
from asyncompat_lint.sources import SourceFile

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE_END = re.compile(r"\r\n|\r|\n")


class CannotEditError(Exception):
    """A file cannot be written again as it is; the message says why."""


class Editable(ABC):
    """What a file holds, to be edited and written again."""

    @abstractmethod
    def edited(self, edits: Iterable[Edit]) -> bytes:
        """Return the file's bytes with edits that do not overlap."""


def editable(file: SourceFile, raw: bytes) -> Editable:
    """Return what a file holds.

    Raises:
        CannotEditError: its bytes would not come out again as they are.
    """
    return _Notebook(raw) if file.is_notebook else _Script(raw)


def text_of(raw: bytes) -> str:
    """Return the text of a file's bytes, with its own line ends."""
    encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
    return raw.decode(encoding)


class _Script(Editable):
    def __init__(self, raw: bytes) -> None:
        self._encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        self._text = text_of(raw)
        if self._text.encode(self._encoding) != raw:
            raise CannotEditError(f"its {self._encoding} cannot be written again as it is")

    def edited(self, edits: Iterable[Edit]) -> bytes:
        text = replaced(self._text, edits)
        try:
            return text.encode(self._encoding)
        except UnicodeEncodeError as error:
            raise CannotEditError(
                f"{self._encoding} has no {error.object[error.start]!r}"
            ) from None


class _Notebook(Editable):
    """JSON, as the usual programs write it: only if it comes out as it was is it written again."""

    def __init__(self, raw: bytes) -> None:
        text = raw.decode()
        self._document = json.loads(text)
        self._code = notebooks.code_of(text)
        self._style = next((each for each in _STYLES if self._dump(each) == text), None)
        if self._style is None:
            raise CannotEditError("its JSON is not laid out as notebooks are, and would be changed")

    def _dump(self, style: _Style) -> str:
        indent, ascii_only, end, sort = style
        dumped = json.dumps(self._document, indent=indent, ensure_ascii=ascii_only, sort_keys=sort)
        return f"{dumped}{end}"

    def edited(self, edits: Iterable[Edit]) -> bytes:
        by_cell: dict[int, list[Edit]] = {}
        starts = self._code.starts
        for edit in edits:
            number = max(n for n, first in enumerate(starts) if first <= edit.span.line)
            by_cell.setdefault(number, []).append(moved(edit, 1 - starts[number]))
        for number, inside in by_cell.items():
            cell = self._document["cells"][number]
            source = cell["source"]
            text = replaced(source if isinstance(source, str) else "".join(source), inside)
            cell["source"] = text if isinstance(source, str) else text.splitlines(keepends=True)
        assert self._style is not None
        return self._dump(self._style).encode()


# Indentation, whether all is ASCII, the end of the file, whether keys are sorted.
_Style = tuple[int | None, bool, str, bool]
_STYLES: list[_Style] = [
    (indent, ascii_only, end, sort)
    for indent in (1, 2, 4, None)
    for ascii_only in (False, True)
    for end in ("\n", "")
    for sort in (False, True)
]


def moved(edit: Edit, lines: int) -> Edit:
    """Return an edit some lines further down."""
    span = edit.span
    place = type(span)(span.line + lines, span.column, span.end_line + lines, span.end_column)
    return Edit(place, edit.text)


def replaced(text: str, edits: Iterable[Edit]) -> str:
    """Return a text with edits that do not overlap; new lines end as the text's do."""
    starts = _line_starts(text)
    end = _LINE_END.search(text)
    line_end = "\n" if end is None else end[0]
    for edit in sorted(edits, reverse=True):
        first = _offset(starts, text, edit.span.line, edit.span.column)
        last = _offset(starts, text, edit.span.end_line, edit.span.end_column)
        new = edit.text.replace("\n", line_end)
        if first == len(text) and text and text[-1] not in "\r\n" and edit.span.column == 1:
            new = f"{line_end}{new.removesuffix(line_end)}"  # behind a last line without an end
        text = f"{text[:first]}{new}{text[last:]}"
    return text


def overlaps(one: Edit, other: Edit) -> bool:
    """Return whether two edits touch the same text, or the same place."""
    first, second = sorted([one.span, other.span])
    if first == second:
        return True
    return (second.line, second.column) < (first.end_line, first.end_column)


def _line_starts(text: str) -> list[int]:
    # A byte-order mark belongs to no line.
    at = 1 if text.startswith("\ufeff") else 0
    starts = [at]
    for match in _LINE.finditer(text, at):
        starts.append(match.end())
    return starts


def _offset(starts: Sequence[int], text: str, line: int, column: int) -> int:
    if line > len(starts):
        return len(text)
    return min(starts[line - 1] + column - 1, len(text))
