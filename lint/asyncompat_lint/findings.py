"""What the linter tells: findings, with their place and weight. Knows no rule and no format."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from asyncompat_lint.facts import Span


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


@dataclass(frozen=True, order=True)
class Step:
    """One call on the way from the event loop to what blocks it."""

    path: str
    line: int
    function: str
    call: str


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong, at one place.

    ``function`` is the function it stands in, ``instead`` the async way to do it and ``hint``
    another one, where there are such; ``chain`` is empty where the blocking call itself stands at
    the place.
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
    source_lines: tuple[str, ...] = field(default=(), compare=False, repr=False)

    @property
    def order(self) -> tuple[str, Span, str]:
        """The key that sorts findings by place, then by code."""
        return self.path, self.span, self.code
