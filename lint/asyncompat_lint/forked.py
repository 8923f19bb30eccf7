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
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from typing import IO, Generic, TypeVar

_Thing = TypeVar("_Thing")
_Answer = TypeVar("_Answer")

# Below this many things other processes cost more than they bring.
WORTH_A_PROCESS = 40
_A_TIME = 8
# There is time for what is done meanwhile; ``each`` is waited for.
_NICE = 10
# Into so many pieces the work is cut at most, so that no process is done long before the others.
# The number of one is a byte.
_PIECES = 128


def context() -> BaseContext:
    """Return how processes begin: as copies of this one where there can be copies.

    Others have to load all that is loaded here once more.
    """
    return multiprocessing.get_context("fork" if _can_fork() else None)


def each(
    function: Callable[[_Thing], _Answer],
    things: Sequence[_Thing],
    first: Callable[[], object] = lambda: None,
) -> list[_Answer]:
    """Return what a function gives for each of some things, in their order.

    This process does something else ``first``, while the others have begun.
    """
    others = _others()
    if len(things) < WORTH_A_PROCESS or not others:
        first()
        return [function(thing) for thing in things]
    a_time = max(_A_TIME, -(-len(things) // _PIECES))
    pieces = [things[start : start + a_time] for start in range(0, len(things), a_time)]

    def answers(numbers: Iterable[int]) -> dict[int, list[_Answer]]:
        return {number: [function(thing) for thing in pieces[number]] for number in numbers}

    with _Shares(len(pieces)) as shares:
        theirs: list[Meanwhile[dict[int, list[_Answer]]]] = []
        try:
            while len(theirs) < min(others, len(pieces) - 1):
                other = Meanwhile(lambda: answers(shares.from_first()), worth=True, nice=0)
                theirs.append(other)
            first()
            found = answers(shares.from_last())
            for other in theirs:
                found.update(other.result())
        except BaseException:
            for other in theirs:
                other.stop()
            raise
    # One may have been ended from outside, and has taken its share with it.
    found.update(answers(number for number in range(len(pieces)) if number not in found))
    return [answer for number in range(len(pieces)) for answer in found[number]]


class _Shares:
    """The numbers of some pieces of work, each for one process; to be made before these begin.

    Others begin with the first, and this one with the last, until they meet: what is side by side
    has much in common, that is found out but once. How many are left is what is left in a pipe,
    for of what is read there nobody reads it again, not even if who has read it is killed.
    """

    def __init__(self, number: int) -> None:
        self._number = number
        self._left = _pipe_of(bytes(number))
        self._numbers = _pipe_of(bytes(range(number)))

    def __enter__(self) -> _Shares:
        return self

    def __exit__(self, *_: object) -> None:
        os.close(self._left)
        os.close(self._numbers)

    def from_first(self) -> Iterator[int]:
        """Give numbers, the lowest first, that no other process is given."""
        while os.read(self._left, 1):
            yield os.read(self._numbers, 1)[0]

    def from_last(self) -> Iterator[int]:
        """Give numbers, the highest first, that no other process is given: for one process only."""
        number = self._number
        while os.read(self._left, 1):
            number -= 1
            yield number


def _pipe_of(content: bytes) -> int:
    """Return where some bytes can be read, and then no more."""
    there, here = os.pipe()
    os.write(here, content)  # so few that a pipe holds them
    os.close(here)
    return there


class Meanwhile(Generic[_Answer]):
    """What a function gives, found out by another process until it is asked for.

    By this one, if there can be no other, if it is not ``worth`` one, or if that one has failed.
    What the function changes, it changes there. How much it leaves to others is told by ``nice``.

    The answer is left in a file without a name: a process that had to wait until somebody reads
    it from a pipe would keep all the memory that it has.
    """

    def __init__(self, function: Callable[[], _Answer], *, worth: bool, nice: int = _NICE) -> None:
        self._function = function
        self._other: tuple[IO[bytes], Connection] | None = None
        if worth and _others():
            # There may already be as many processes, or open files, as there can be.
            with contextlib.suppress(OSError):
                self._other = self._begin(nice)

    def _begin(self, nice: int) -> tuple[IO[bytes], Connection]:
        copying = multiprocessing.get_context("fork")
        with contextlib.ExitStack() as failed:
            file = failed.enter_context(tempfile.TemporaryFile())
            receiver, sender = copying.Pipe(duplex=False)
            failed.enter_context(receiver)
            # No pool: its threads would be in the way of who forks after this.
            self._process = copying.Process(
                target=_answer, args=(self._function, file, sender, nice), daemon=True
            )
            with sender, _uninterrupted():
                self._process.start()
            failed.pop_all()
        return file, receiver

    def result(self) -> _Answer:
        """Return it; ask once. The other process may still be about to end."""
        if self._other is not None:
            file, receiver = self._other
            # It may have ended before its time, and has told nothing.
            with file, receiver, contextlib.suppress(EOFError, OSError):
                receiver.recv_bytes()
                file.seek(0)
                answer: _Answer = pickle.load(file)
                return answer
        return self._function()

    def stop(self) -> None:
        """End the other process, if there is one: nobody wants to know."""
        if self._other is not None:
            for each in self._other:
                each.close()
            self._process.kill()


@contextlib.contextmanager
def _uninterrupted() -> Iterator[None]:
    """Put off an interrupt while a process begins: a part of it would not know what to do."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _answer(function: Callable[[], object], file: IO[bytes], sender: Connection, nice: int) -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # who is asked to stop here is the other one
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    os.nice(nice)
    with contextlib.suppress(Exception):  # who has asked fails by itself, and can say so
        pickle.dump(function(), file, pickle.HIGHEST_PROTOCOL)
        file.flush()
        sender.send_bytes(b"\0")


def _others() -> int:
    """How many other processes there should be."""
    if not _can_fork() or multiprocessing.current_process().daemon:
        return 0
    return (os.cpu_count() or 1) - 1


def _can_fork() -> bool:
    return "fork" in multiprocessing.get_all_start_methods()
