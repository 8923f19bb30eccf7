"""Functions that are called by processes that begin with all that this one has.

``each`` has a function called for many things. This process is one of those that do, and so has
found out by itself what it goes on with. ``Meanwhile`` is for what it can do without for a time.
Nothing has to be sent to the others, only what they answer is. Knows nothing of what is done.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import pickle
import signal
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import Any, Generic, TypeVar

_Thing = TypeVar("_Thing")
_Answer = TypeVar("_Answer")

# Below this many things other processes cost more than they bring.
WORTH_A_PROCESS = 40
_A_TIME = 8
# There is time for what is done meanwhile; ``each`` is waited for.
_NICE = 10
# Into so many pieces the work is cut, so that no process is done long before the others.
_PIECES = 128

# What the processes have to do, which they find here because they are copies of this one.
_work: list[tuple[Callable[[Any], Any], Sequence[Any]]] = []


def context() -> BaseContext:
    """Return how processes begin: as copies of this one where there can be copies.

    Others have to load all that is loaded here once more.
    """
    return multiprocessing.get_context("fork" if _can_fork() else None)


def each(function: Callable[[_Thing], _Answer], things: Sequence[_Thing]) -> list[_Answer]:
    """Return what a function gives for each of some things, in their order."""
    others = _others()
    if len(things) < WORTH_A_PROCESS or not others:
        return [function(thing) for thing in things]
    _work.append((function, things))
    a_time = max(_A_TIME, len(things) // _PIECES)
    pieces = [range(n, min(n + a_time, len(things))) for n in range(0, len(things), a_time)]
    try:
        with ProcessPoolExecutor(others, mp_context=context()) as pool:
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
    except BrokenProcessPool:  # one was ended from outside
        return [function(thing) for thing in things]
    finally:
        _work.pop()


class Meanwhile(Generic[_Answer]):
    """What a function gives, found out by another process until it is asked for.

    By this one, if there can be no other, if it is not ``worth`` one, or if that one has failed.
    What the function changes, it changes there.
    """

    def __init__(self, function: Callable[[], _Answer], *, worth: bool) -> None:
        self._function = function
        self._receiver: Connection | None = None
        if worth and _others():
            copying = multiprocessing.get_context("fork")
            self._receiver, sender = copying.Pipe(duplex=False)
            # No pool: its threads would be in the way of who forks after this.
            self._process = copying.Process(target=_send, args=(function, sender), daemon=True)
            self._process.start()
            sender.close()

    def result(self) -> _Answer:
        """Return it; ask once."""
        if self._receiver is not None:
            with self._receiver:
                try:
                    answer: _Answer = pickle.loads(self._receiver.recv_bytes())
                except (EOFError, OSError):
                    pass  # it has ended before its time, or in the middle of its answer
                else:
                    self._process.join()
                    return answer
        return self._function()


def _send(function: Callable[[], object], sender: Connection) -> None:
    os.nice(_NICE)
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who is asked to stop here is the other one
    with contextlib.suppress(Exception):  # who has asked fails by itself, and can say so
        sender.send_bytes(pickle.dumps(function(), pickle.HIGHEST_PROTOCOL))


def _others() -> int:
    """How many other processes there should be."""
    return (os.cpu_count() or 1) - 1 if _can_fork() else 0


def _can_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods()


def _answers(numbers: Iterable[int]) -> list[Any]:
    function, things = _work[-1]
    return [function(things[number]) for number in numbers]
