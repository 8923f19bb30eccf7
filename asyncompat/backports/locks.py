"""Synchronization primitives that belong to the loop they are first waited on.

Those of 3.6 - 3.9 belong to the loop that is set where they are made, which is another one than
``run`` makes; some of 3.10 - 3.12 lose a wake-up to a waiter that is being cancelled.

The fields that waiters stand in and states are kept in are named as asyncio's own, because programs
look at them.
"""

import asyncio
import collections
import threading

from .loops import get_running_loop

_binding = threading.Lock()


class LoopBound:
    """What belongs to one loop, from its first wait on."""

    _loop = None

    def _get_loop(self):
        loop = get_running_loop()
        if self._loop is None:
            with _binding:
                if self._loop is None:
                    self._loop = loop
        if self._loop is not loop:
            raise RuntimeError("{!r} is bound to a different event loop".format(self))
        return loop

    async def _wait_in(self, waiters):
        """Wait as the last one in a queue until somebody sets the result of one's future."""
        waiter = self._get_loop().create_future()
        waiters.append(waiter)
        try:
            await waiter
        finally:
            waiters.remove(waiter)


def _wake_up(waiters, number=1):
    """Wake up the first ones that were not woken yet; return how many."""
    woken = 0
    for waiter in waiters:
        if woken == number:
            break
        if not waiter.done():
            waiter.set_result(True)
            woken += 1
    return woken


def repr_with_state(repr_of_object, state, waiters):
    if waiters:
        state = "{}, waiters:{}".format(state, len(waiters))
    return "<{} [{}]>".format(repr_of_object[1:-1], state)


class _Acquirable(LoopBound):
    async def __aenter__(self):
        await self.acquire()

    async def __aexit__(self, kind, error, traceback):
        self.release()


class Lock(_Acquirable):
    """A mutex for tasks, first come, first served.

    Usable by ``async with``; also made where no loop runs, for the loop that first waits on it.

    In asyncio since 3.4; belongs to the loop that waits on it since 3.10. Source: asyncio
    documentation, "Synchronization Primitives", "Lock".
    """

    def __init__(self):
        self._waiters = collections.deque()
        self._locked = False

    def __repr__(self):
        state = "locked" if self._locked else "unlocked"
        return repr_with_state(super().__repr__(), state, self._waiters)

    def locked(self):
        """Return whether somebody holds the lock."""
        return self._locked

    async def acquire(self):
        """Wait until the lock is free, take it, and return True.

        Raises:
            RuntimeError: the lock belongs to another loop.
        """
        if self._locked or not all(waiter.cancelled() for waiter in self._waiters):
            try:
                await self._wait_in(self._waiters)
            except asyncio.CancelledError:
                if not self._locked:  # woken up and cancelled: the next one's turn
                    self._wake_up_first()
                raise
        self._locked = True
        return True

    def release(self):
        """Free the lock and wake up the task that has waited longest.

        Raises:
            RuntimeError: nobody holds the lock.
        """
        if not self._locked:
            raise RuntimeError("Lock is not acquired.")
        self._locked = False
        self._wake_up_first()

    def _wake_up_first(self):
        # One that is done was woken up already and has not run yet, or was cancelled and will call
        # this again: either way it is its turn.
        if self._waiters and not self._waiters[0].done():
            self._waiters[0].set_result(True)


class Event(LoopBound):
    """A flag that tasks can wait for.

    In asyncio since 3.4; belongs to the loop that waits on it since 3.10. Source: asyncio
    documentation, "Synchronization Primitives", "Event".
    """

    def __init__(self):
        self._waiters = collections.deque()
        self._value = False

    def __repr__(self):
        state = "set" if self._value else "unset"
        return repr_with_state(super().__repr__(), state, self._waiters)

    def is_set(self):
        """Return whether the flag is set."""
        return self._value

    def set(self):
        """Set the flag and wake up all that wait for it."""
        if not self._value:
            self._value = True
            _wake_up(self._waiters, len(self._waiters))

    def clear(self):
        """Take the flag back: from now on ``wait`` waits for the next ``set``."""
        self._value = False

    async def wait(self):
        """Wait until the flag is set, and return True.

        Raises:
            RuntimeError: the event belongs to another loop.
        """
        if not self._value:
            await self._wait_in(self._waiters)
        return True


class Condition(_Acquirable):
    """A lock, and tasks that wait, having released it, for something to be notified of.

    Parameters:
        lock (Lock): the lock; by default a new one.

    In asyncio since 3.4; belongs to the loop that waits on it since 3.10, keeps the notification of
    a waiter that is cancelled for the next since 3.13. Source: asyncio documentation,
    "Synchronization Primitives", "Condition".
    """

    def __init__(self, lock=None):
        self._lock = Lock() if lock is None else lock
        self._waiters = collections.deque()
        self.locked = self._lock.locked
        self.acquire = self._lock.acquire
        self.release = self._lock.release

    def __repr__(self):
        state = "locked" if self.locked() else "unlocked"
        return repr_with_state(super().__repr__(), state, self._waiters)

    async def wait(self):
        """Release the lock, wait to be notified, take the lock again, and return True.

        Also when the wait is cancelled, the lock is held again when this ends.

        Raises:
            RuntimeError: the lock is not held, or belongs to another loop.
        """
        self._refuse_unlocked("wait")
        waiter = self._get_loop().create_future()
        self.release()
        cancelled = None
        try:
            try:
                self._waiters.append(waiter)
                try:
                    await waiter
                finally:
                    self._waiters.remove(waiter)
            finally:
                while True:
                    try:
                        await self.acquire()
                        break
                    except asyncio.CancelledError as error:
                        cancelled = error
            if cancelled is not None:
                raise cancelled
            return True
        except BaseException:
            if waiter.done() and not waiter.cancelled():
                # Notified, but leaving with an exception: the next one is told instead. It may be
                # that the notification and the cancellation were both meant; waking too many is
                # allowed, losing one is not.
                _wake_up(self._waiters)
            raise
        finally:
            cancelled = None

    async def wait_for(self, predicate):
        """Wait until a predicate holds, looking again at each notification; return its value.

        Parameters:
            predicate (callable): called with the lock held; its value is taken for true or false.

        Raises:
            RuntimeError: the lock is not held.
        """
        result = predicate()
        while not result:
            await self.wait()
            result = predicate()
        return result

    def notify(self, n=1):
        """Wake up some of those that wait; they go on when they get the lock.

        Parameters:
            n (int): at most how many.

        Raises:
            RuntimeError: the lock is not held.
        """
        self._refuse_unlocked("notify")
        _wake_up(self._waiters, n)

    def notify_all(self):
        """Wake up all that wait. Raises RuntimeError if the lock is not held."""
        self.notify(len(self._waiters))

    def _refuse_unlocked(self, what):
        if not self.locked():
            raise RuntimeError("cannot {} on un-acquired lock".format(what))


class Semaphore(_Acquirable):
    """A counter that many may take one from at a time, first come, first served.

    Parameters:
        value (int): how many.

    Raises:
        ValueError: ``value`` is negative.

    In asyncio since 3.4; belongs to the loop that waits on it since 3.10. Source: asyncio
    documentation, "Synchronization Primitives", "Semaphore".
    """

    def __init__(self, value=1):
        if value < 0:
            raise ValueError("Semaphore initial value must be >= 0")
        self._value = value
        self._waiters = collections.deque()

    def __repr__(self):
        state = "locked" if self.locked() else "unlocked, value:{}".format(self._value)
        return repr_with_state(super().__repr__(), state, self._waiters)

    def locked(self):
        """Return whether ``acquire`` would wait."""
        return self._value == 0 or any(not waiter.cancelled() for waiter in self._waiters)

    async def acquire(self):
        """Take one, waiting for it where none is left, and return True.

        Raises:
            RuntimeError: the semaphore belongs to another loop.
        """
        if not self.locked():
            self._value -= 1
            return True
        waiter = self._get_loop().create_future()
        self._waiters.append(waiter)
        try:
            try:
                await waiter
            finally:
                self._waiters.remove(waiter)
        except asyncio.CancelledError:
            if waiter.done() and not waiter.cancelled():
                self._value += 1  # what was handed over goes back
            raise
        finally:
            self._hand_over()
        return True

    def release(self):
        """Give one back, and wake up the task that has waited longest."""
        self._value += 1
        self._hand_over()

    def _hand_over(self):
        """Give what there is to those that wait, in their order: nobody can come in between."""
        self._value -= _wake_up(self._waiters, self._value)


class BoundedSemaphore(Semaphore):
    """A semaphore of which no more may be given back than were taken.

    Parameters and exceptions as of ``Semaphore``.

    In asyncio since 3.4; belongs to the loop that waits on it since 3.10. Source: asyncio
    documentation, "Synchronization Primitives", "BoundedSemaphore".
    """

    def __init__(self, value=1):
        super().__init__(value)
        self._bound_value = value

    def release(self):
        """Give one back. Raises ValueError when more are given back than were taken."""
        if self._value >= self._bound_value:
            raise ValueError("BoundedSemaphore released too many times")
        super().release()
