"""Versions of Python: the range that a project is for, and tests that narrow it.

Knows version numbers, and how ``requires-python`` tells them; not what is new in which.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

# A version of Python 3, by its two numbers.
Version: TypeAlias = tuple[int, int]

OLDEST: Version = (3, 6)
NEWEST: Version = (3, 15)
ALL: tuple[Version, ...] = tuple((3, minor) for minor in range(OLDEST[1], NEWEST[1] + 1))

_RANGE = re.compile(r"3\.(\d+)(?:\s*-\s*3\.(\d+))?")
# Poetry's own: up to the next greater version, of the first number or of the second; and one alone.
_CARET = re.compile(r"\^\s*(\d+)((?:\.\d+)*)")
_TILDE = re.compile(r"~\s*(\d+)(?:\.(\d+))?((?:\.\d+)*)(?![\d=])")
_ALONE = re.compile(r"(\d+(?:\.\d+)?)(?:\.(?:\d+|\*))*")
_AND = re.compile(r"\s*,\s*|(?<=[\d*])\s+(?=[<>=!~^])")
_OR = re.compile(r"\|+")


def parse(text: str) -> Version:
    """Return the version that two numbers with a dot between are."""
    major, minor = text.split(".")
    return int(major), int(minor)


def told(version: Version) -> str:
    """Return a version as people write it."""
    return "{}.{}".format(*version)


@dataclass(frozen=True)
class Versions:
    """The versions that something is for, oldest first; ``declared`` whether anybody said so.

    Where nobody did, nothing is known of the old end, and the new end is the newest there is.
    """

    each: tuple[Version, ...] = ALL
    declared: bool = False

    @property
    def lowest(self) -> Version | None:
        """The oldest, where that is known."""
        return self.each[0] if self.declared and self.each else None

    def where(self, holds: Callable[[Version], bool]) -> Versions:
        """Return those of which something is true."""
        return Versions(tuple(filter(holds, self.each)), self.declared)

    def reach(self, version: str) -> bool:
        """Return whether any is as new as a version; an empty one is never reached."""
        return bool(version) and any(each >= parse(version) for each in self.each)

    def reach_below(self, version: str) -> bool:
        """Return whether any is older than a version; there is none below an empty one."""
        return bool(version) and any(each < parse(version) for each in self.each)

    def __contains__(self, version: Version) -> bool:
        return version in self.each

    def __iter__(self) -> Iterator[Version]:
        return iter(self.each)

    def __bool__(self) -> bool:
        return bool(self.each)


def parse_range(text: str) -> Versions | None:
    """Return the versions of ``3.8`` (from there on) or ``3.8-3.14``; None for anything else."""
    match = _RANGE.fullmatch(text.strip())
    if match is None:
        return None
    low = (3, int(match[1]))
    high = NEWEST if match[2] is None else (3, int(match[2]))
    return _between(low, high) or None


def parse_required(text: str) -> Versions | None:
    """Return the versions that a ``requires-python`` allows; None where it is not one.

    Versions that are older or newer than all that the linter knows are left out.
    """
    # Loaded where it is needed: it takes as long as all of this package.
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        ranges = [SpecifierSet(_of_poetry(each)) for each in _OR.split(text)]
    except InvalidSpecifier:
        return None

    def allows(version: Version) -> bool:
        # A version is meant if any of its releases is: `>=3.8.1` is 3.8, too.
        return any(each.contains(release) for each in ranges for release in _releases(version))

    return Versions(tuple(filter(allows, ALL)), True)


def _of_poetry(text: str) -> str:
    """What Poetry writes in its own way, as all others write it."""
    text = text.strip()
    if text == "*":
        return ""
    text = _CARET.sub(lambda m: f">={m[1]}{m[2]},<{int(m[1]) + 1}", text)
    text = _TILDE.sub(_up_to_next, text)
    parts = (_ALONE.fullmatch(each) or each for each in _AND.split(text))
    return ",".join(each if isinstance(each, str) else f"=={each[1]}.*" for each in parts)


def _up_to_next(tilde: re.Match[str]) -> str:
    major, minor, rest = tilde.groups()
    if minor is None:
        return f">={major},<{int(major) + 1}"
    return f">={major}.{minor}{rest},<{major}.{int(minor) + 1}"


def _releases(version: Version) -> Iterable[str]:
    return (f"{told(version)}.{number}" for number in range(30))


def _between(low: Version, high: Version) -> Versions:
    if low > NEWEST:
        return Versions((), True)
    return Versions(tuple(each for each in ALL if low <= each <= high), True)
