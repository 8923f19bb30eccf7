"""Findings for people: the place, what is wrong, the source line, and the async way to do it."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TextIO

from rich.console import Console
from rich.text import Text

from asyncompat_lint.engine import Result
from asyncompat_lint.findings import Finding, Severity, Step
from asyncompat_lint.report.by_root import Root, by_root

_STYLES = {Severity.ERROR: "bold red", Severity.WARNING: "bold yellow", Severity.INFO: "bold cyan"}
_TAB = "    "


def write(result: Result, stream: TextIO) -> None:
    """Write all findings and a line that counts them; in colour where a terminal reads it."""
    _write(render(result), stream)


def write_by_root(result: Result, stream: TextIO) -> None:
    """Write the same by root: each once, with the places that it is reached from."""
    _write(_render_by_root(result), stream)


def _write(lines: Iterable[Text], stream: TextIO) -> None:
    console = Console(file=stream, highlight=False, soft_wrap=True, emoji=False, markup=False)
    for line in lines:
        if console.is_terminal:
            console.print(line)
        else:  # far faster, and there are no colours to be had
            stream.write(f"{line.plain}\n")


def render(result: Result) -> Iterator[Text]:
    """Give the report's lines."""
    reached = {root.findings: root for root in by_root(result.findings)}
    siblings = {finding: len(group) for group in reached for finding in group}
    for finding in result.findings:
        yield from _finding(finding, siblings[finding] - 1)
        yield Text()
    yield _summary(result)


def _render_by_root(result: Result) -> Iterator[Text]:
    roots = by_root(result.findings)
    for root in roots:
        yield Text.assemble(
            (f"{root.path}:{root.line}:", "bold"),
            " ",
            (str(root.severity), _STYLES[root.severity]),
            f" {root.code} {root.name}: {_told(root)}, from {_count(len(root.findings), 'place')}",
        )
        for finding in root.findings:
            steps = [f"{step.function} ({step.path}:{step.line})" for step in finding.chain]
            where = f" in {finding.function}" if finding.function else ""
            yield Text(f"    {' -> '.join([f'{finding.place}{where}', *steps])}")
        yield Text()
    yield _summary(result)


def _told(root: Root) -> str:
    """The call that is to be changed; of what is none, what is said of it."""
    return root.findings[0].message if root.call == root.name else root.call


def _finding(finding: Finding, others: int) -> Iterator[Text]:
    span = finding.span
    yield Text.assemble(
        (f"{finding.place}:", "bold"),
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
        (f" in {finding.function}" if finding.function else ""),
    )
    if finding.chain:
        yield Text.assemble((f"{margin} =", "blue"), f" {_chain(finding.chain)}")
        if others:
            path = finding.root[0]
            told = (
                f"also reached from {_count(others, 'other place')}; one change in {path} mends all"
            )
            yield Text.assemble((f"{margin} =", "blue"), f" {told}")
    if finding.instead:
        yield Text.assemble((f"{margin} =", "blue"), " instead: ", (finding.instead, "green"))
    if finding.hint:
        yield Text.assemble((f"{margin} =", "blue"), " or: ", finding.hint)


def _chain(chain: Sequence[Step]) -> str:
    steps = [f"{step.function} ({step.path}:{step.line})" for step in chain]
    return " -> ".join([*steps, chain[-1].call])


def _summary(result: Result) -> Text:
    files = _count(result.files, "file")
    mended = f" {_count(result.mended, 'finding')} mended." if result.mended else ""
    if not result.findings:
        return Text(f"Nothing found in {files}.{mended}", "green")
    counts = Counter(finding.severity for finding in result.findings)
    parts = [_count(counts[s], str(s)) for s in sorted(Severity, reverse=True) if counts[s]]
    return Text(f"Found {', '.join(parts)} in {files}.{mended}{_mendable(result)}", "bold")


def _mendable(result: Result) -> str:
    fixes = [finding.fix for finding in result.findings if finding.fix is not None]
    safe = sum(fix.is_safe for fix in fixes)
    told = [f"{safe:,} with --fix"] if safe else []
    if len(fixes) > safe:
        told.append(f"{len(fixes) - safe:,} {'more ' if safe else ''}with --fix --unsafe-fixes")
    return f" Can be mended: {', '.join(told)}." if told else ""


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
