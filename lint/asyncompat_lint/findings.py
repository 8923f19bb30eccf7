"""What the linter tells: findings, with their place and weight. Knows no rule and no format."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field, replace

import msgspec

from asyncompat_lint.spans import Span


class Severity(enum.IntEnum):
    """How much a finding weighs, the heavier the greater.

    ``ERROR`` waits for something outside the process; ``WARNING`` reads or writes files;
    ``INFO`` asks the file system about a file.
    """

    INFO = 1
    WARNING = 2
    ERROR = 3

    @classmethod
    def named(cls, name: str) -> Severity:
        """Return the severity of a lower-case name.

        Raises:
            KeyError: there is no such severity.
        """
        return cls[name.upper()]

    def __str__(self) -> str:
        return self.name.lower()


class Step(msgspec.Struct, frozen=True, order=True):
    """One call on the way from the event loop to what blocks it."""

    path: str
    line: int
    function: str
    call: str


@dataclass(frozen=True, order=True)
class Edit:
    """A text to be put in the place of another; where that is empty, it is put in."""

    span: Span
    text: str


@dataclass(frozen=True)
class Fix:
    """What mends a finding: edits that belong together, and the imports that they need.

    ``is_safe`` is whether it changes nothing but what is wrong; others have to be asked for.
    ``brings`` are imports that the edits themselves put in.
    """

    edits: tuple[Edit, ...]
    imports: tuple[str, ...] = ()
    is_safe: bool = False
    brings: tuple[str, ...] = ()


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, at one place.

    ``function`` is the function it stands in, ``instead`` the async way to do it and ``hint``
    another one, where there are such; ``chain`` is empty where the blocking call itself stands at
    the place, which calls ``what``. Its ``certainty`` is which part of the functions that may stand
    on the way block, or nothing where they do only now and then.
    ``fix`` is in the lines of the file, of a notebook in those of its code.
    """

    path: str
    span: Span
    code: str
    name: str
    severity: Severity
    message: str
    chain: tuple[Step, ...] = ()
    function: str = ""
    instead: str = ""
    hint: str = ""
    cell: int | None = None
    fix: Fix | None = None
    what: str = ""
    certainty: float = 1.0
    source_lines: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def order(self) -> tuple[str, int, Span, str]:
        """The key that sorts findings by place, then by code."""
        return self.path, self.cell or 0, self.span, self.code

    @property
    def weight(self) -> tuple[Severity, float, int]:
        """How much it matters beside others at its place: the more the greater."""
        return self.severity, self.certainty, -len(self.chain)

    @property
    def place(self) -> str:
        """Where it is, as editors understand it; in a notebook the cell is told, too."""
        cell = "" if self.cell is None else f"cell {self.cell}:"
        return f"{self.path}:{cell}{self.span.line}:{self.span.column}"

    def in_cell(self, cell: int, offset: int, chain: tuple[Step, ...]) -> Finding:
        """Return the same, with its lines told from the beginning of a notebook's cell."""
        span = Span(
            self.span.line - offset,
            self.span.column,
            self.span.end_line - offset,
            self.span.end_column,
        )
        return replace(self, span=span, cell=cell, chain=chain)

    @property
    def root(self) -> tuple[str, int, str]:
        """What is to be changed in the end: the place of the call that blocks, and the code."""
        if not self.chain:
            return self.path, self.span.line, self.code
        return self.chain[-1].path, self.chain[-1].line, self.code
