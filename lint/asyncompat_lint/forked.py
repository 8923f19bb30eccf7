"""A function called for each of many things, by processes that begin with all that this one has.

Nothing has to be sent to them, only what they answer is. Knows nothing of what is done.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from typing import Any, TypeVar

_Thing = TypeVar("_Thing")
_Answer = TypeVar("_Answer")

# Below this many things other processes cost more than they bring.
WORTH_A_PROCESS = 40
_A_TIME = 8
# Into so many pieces the work is cut, so that no process is done long before the others.
_PIECES = 128

# What the processes have to do, which they find here because they are copies of this one.
_work: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


def each(function: Callable[[_Thing], _Answer], things: Sequence[_Thing]) -> list[_Answer]:
    """Return what a function gives for each of some things, in their order."""
    can_fork = "fork" in multiprocessing.get_all_start_methods()
    if len(things) < WORTH_A_PROCESS or not can_fork or (os.cpu_count() or 1) < 2:
        return [function(thing) for thing in things]
    _work.append((function, things))
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(mp_context=context) as pool:
            a_time = max(_A_TIME, len(things) // _PIECES)
            return list(pool.map(_answer, range(len(things)), chunksize=a_time))
    finally:
        _work.pop()


def _answer(number: int) -> Any:
    function, things = _work[-1]
    return function(things[number])
