"""A function called for each of many things, by processes that begin with all that this one has.

This one is one of them, and so has found out by itself what it goes on with. Nothing has to be sent
to the others, only what they answer is. Knows nothing of what is done.
"""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterable, Sequence
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
    others = (os.cpu_count() or 1) - 1
    if len(things) < WORTH_A_PROCESS or not can_fork or not others:
        return [function(thing) for thing in things]
    _work.append((function, things))
    a_time = max(_A_TIME, len(things) // _PIECES)
    pieces = [range(n, min(n + a_time, len(things))) for n in range(0, len(things), a_time)]
    try:
        context = multiprocessing.get_context("fork")
        with ProcessPoolExecutor(others, mp_context=context) as pool:
            futures = [pool.submit(_answers, piece) for piece in pieces]
            try:
                # They begin with the first, and we with the last, until we meet.
                ours = [
                    [function(things[number]) for number in piece]
                    for piece, future in zip(reversed(pieces), reversed(futures), strict=True)
                    if future.cancel()
                ]
                theirs = [future.result() for future in futures[: len(futures) - len(ours)]]
            except BaseException:
                pool.shutdown(wait=False, cancel_futures=True)
                raise
            return [answer for answers in [*theirs, *reversed(ours)] for answer in answers]
    finally:
        _work.pop()


def _answers(numbers: Iterable[int]) -> list[Any]:
    function, things = _work[-1]
    return [function(things[number]) for number in numbers]
