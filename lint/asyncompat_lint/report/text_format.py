"""Findings for people: the place, what is wrong, the source line, and the async way to do it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from asyncompat_lint.engine import Result
from asyncompat_lint.findings import Finding, Severity, Step

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_TAB = "    "


def write(result: Result, stream: TextIO) -> None:
    """Write all findings and a line that counts them; in colour where a terminal reads it."""
    console = Console(file=stream, highlight=False, soft_wrap=True, emoji=False, markup=False)
    for line in render(result):
        if console.is_terminal:
            console.print(line)
        else:  # far faster, and there are no colours to be had
            stream.write(f"{line.plain}\n")


def render(result: Result) -> Iterator[Text]:
    """Give the report's lines."""
    for finding in result.findings:
        yield from _finding(finding)
        yield Text()
    yield _summary(result)


def _finding(finding: Finding) -> Iterator[Text]:
    span = finding.span
    yield Text.assemble(
        (f"{finding.path}:{span.line}:{span.column}:", "bold"),
        " ",
        (str(finding.severity), _STYLES[finding.severity]),
        f" {finding.code} {finding.name}: ",
        finding.message,
    )
    if not finding.source_lines:
        return
    number = str(span.line)
    margin = " " * len(number)
    line = finding.source_lines[0]
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    before, call = _shown(line[: span.column - 1]), _shown(line[span.column - 1 : end])
    yield Text(f"{margin} |", "blue")
    yield Text.assemble((f"{number} |", "blue"), " ", before, (call, "bold"), _shown(line[end:]))
    yield Text.assemble(
        (f"{margin} |", "blue"),
        " " * (_width(before) + 1),
        ("^" * max(_width(call), 1), _STYLES[finding.severity]),
        (f" in async def {finding.function}" if finding.function else ""),
    )
    if finding.chain:
        yield Text.assemble((f"{margin} =", "blue"), f" {_chain(finding.chain)}")
    if finding.instead:
        yield Text.assemble((f"{margin} =", "blue"), " instead: ", (finding.instead, "green"))
    if finding.hint:
        yield Text.assemble((f"{margin} =", "blue"), " or: ", finding.hint)


def _chain(chain: Sequence[Step]) -> str:
    steps = [f"{step.function} ({step.path}:{step.line})" for step in chain]
    return " -> ".join([*steps, chain[-1].call])


def _summary(result: Result) -> Text:
    files = _count(result.files, "file")
    if not result.findings:
        return Text(f"Nothing found in {files}.", "green")
    counts = Counter(finding.severity for finding in result.findings)
    parts = [_count(counts[s], str(s)) for s in sorted(Severity, reverse=True) if counts[s]]
    return Text(f"Found {', '.join(parts)} in {files}.", "bold")


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 or noun == 'info' else 's'}"


def _shown(source: str) -> str:
    """Source as a terminal can show it: tabs of one width, control characters made visible."""
    return "".join(
        _TAB if character == "\t" else "\ufffd" if not character.isprintable() else character
        for character in source
    )


def _width(text: str) -> int:
    """The columns that a text takes on a terminal."""
    return sum(
        0 if unicodedata.combining(character) else 2 if _is_wide(character) else 1
        for character in text
    )


def _is_wide(character: str) -> bool:
    return unicodedata.east_asian_width(character) in ("W", "F")
