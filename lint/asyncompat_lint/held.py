"""What has to hold for a function to block: of what it is passed, and of the object it is of.

Data only. Whether it holds at a call is asked elsewhere.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import msgspec

from asyncompat_lint.parameters import Condition
from asyncompat_lint.values import Instance, Place


class OfClass(msgspec.Struct, frozen=True):
    """A parameter has to be an instance of one of these classes, or of none."""

    parameter: str
    classes: tuple[Instance, ...]
    holds: bool


class Dispatch(msgspec.Struct, frozen=True):
    """It has to be this function that the method of ``self`` is."""

    method: str
    place: Place


class Overridable(msgspec.Struct, frozen=True):
    """It blocks by what stands in a subclass for this method of ``self``.

    So many of the chain's steps are behind the call of the method: another object's are others.
    """

    method: str
    place: Place
    behind: int


class Remembered(msgspec.Struct, frozen=True):
    """For each value of a parameter it blocks but once."""

    parameter: str


Held: TypeAlias = Condition | OfClass | Dispatch | Overridable | Remembered


class Left(NamedTuple):
    """What has to hold in the caller, and how certain it is where nothing has to.

    ``given`` is the form of a text that is asked for and not known, ``once`` whether it blocks only
    the first time, for what is passed is always the same.
    """

    held: tuple[Held, ...]
    given: str
    once: bool
