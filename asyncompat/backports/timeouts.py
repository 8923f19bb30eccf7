"""Blocks that may not take longer than that. Knows one task at a time: the one in the block."""

import asyncio

from . import cancellation
from .exception_groups import ExceptionGroup
from .exceptions import DeadlineExceeded
from .introspection import task_now
from .loops import get_running_loop

_CREATED, _ACTIVE, _EXPIRING, _EXPIRED, _FINISHED = (
    "created",
    "active",
    "expiring",
    "expired",
    "finished",
)


class Timeout:
    """An asynchronous context manager that cancels its block at a deadline.

    Made by ``timeout`` and ``timeout_at``. The cancellation becomes ``TimeoutError`` where the
    block is left, unless somebody else wanted the task cancelled too.

    Parameters:
        when (float | None): the deadline by the loop's clock, in seconds; None for none.

    Raises (when it is entered):
        RuntimeError: it was entered before, or not in a task.

    Raises (when the block is left):
        TimeoutError: the deadline has passed, and the block was cancelled for it.

    In asyncio since 3.11; what a block raises instead of its cancellation has a ``TimeoutError``
    among its contexts since 3.13. Source: asyncio documentation, "Coroutines and Tasks",
    "Timeouts".
    """

    def __init__(self, when):
        self._when = when
        self._state = _CREATED
        self._task = None
        self._alarm = None
        self._requests_before = 0

    def __repr__(self):
        text = "<{} [{}]".format(type(self).__name__, self._state)
        if self._state == _ACTIVE:
            text += " when={}".format(None if self._when is None else round(self._when, 3))
        return text + ">"

    def when(self):
        """Return the deadline by the loop's clock, in seconds, or None."""
        return self._when

    def reschedule(self, when):
        """Set another deadline, or None for none.

        Parameters:
            when (float | None): by the loop's clock, in seconds; what has passed is now.

        Raises:
            RuntimeError: the block was not entered yet, or the timeout is over.
        """
        if self._state == _CREATED:
            raise RuntimeError("Timeout has not been entered")
        if self._state != _ACTIVE:
            raise RuntimeError("Cannot change state of {} Timeout".format(self._state))
        self._when = when
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if when is not None:
            loop = get_running_loop()
            if when <= loop.time():
                self._alarm = loop.call_soon(self._expire)
            else:
                self._alarm = loop.call_at(when, self._expire)

    def expired(self):
        """Return whether the deadline has passed within the block."""
        return self._state in (_EXPIRING, _EXPIRED)

    async def __aenter__(self):
        if self._state != _CREATED:
            raise RuntimeError("Timeout has already been entered")
        task = task_now()
        if task is None:
            raise RuntimeError("Timeout should be used inside a task")
        self._state = _ACTIVE
        self._task = task
        self._requests_before = cancellation.cancelling(task)
        self.reschedule(self._when)
        return self

    async def __aexit__(self, kind, error, traceback):
        if self._state not in (_ACTIVE, _EXPIRING):
            raise AssertionError("Timeout is {}, not active".format(self._state))
        if self._alarm is not None:
            self._alarm.cancel()
            self._alarm = None
        if self._state == _ACTIVE:
            self._state = _FINISHED
        elif self._state == _EXPIRING:
            self._state = _EXPIRED
            left = await cancellation.withdraw(self._task)
            if left <= self._requests_before and error is not None:
                if isinstance(error, asyncio.CancelledError):
                    raise DeadlineExceeded from error
                _explain(error)
                if isinstance(error, ExceptionGroup):
                    for each in error.exceptions:
                        _explain(each)
        self._task = None

    def _expire(self):
        cancellation.request(self._task)
        self._state = _EXPIRING
        self._alarm = None


def _explain(error):
    """Let the cancellation that an error came from be, for its reader, the timeout that it was."""
    while error.__context__ is not None:
        cause = error.__context__
        if isinstance(cause, asyncio.CancelledError):
            reason = DeadlineExceeded()
            reason.__context__ = reason.__cause__ = cause
            error.__context__ = reason
            return
        error = cause


def timeout(delay):
    """Limit the time that a block may take.

    Parameters:
        delay (float | None): seconds from now; None for no limit.

    Returns:
        Timeout: for ``async with``.

    Raises:
        RuntimeError: no event loop is running in this thread.

    In asyncio since 3.11. Source: asyncio documentation, "Coroutines and Tasks", "Timeouts".
    """
    loop = get_running_loop()
    return Timeout(None if delay is None else loop.time() + delay)


def timeout_at(when):
    """Limit the time until which a block may last.

    Parameters:
        when (float | None): the deadline by the loop's clock, in seconds; None for none.

    Returns:
        Timeout: for ``async with``.

    In asyncio since 3.11. Source: asyncio documentation, "Coroutines and Tasks", "Timeouts".
    """
    return Timeout(when)
