"""A cancellation that knows what was being handled where it struck.

What is thrown into a coroutine gets no ``__context__`` before CPython 3.9, nor on PyPy: a timeout
that strikes in an ``except`` or ``finally`` block loses the exception which brought the program
there. What a future raises when it is asked for its result gets one. So the cancelled task is woken
up to ask its future, instead of having the future's exception thrown into it.
"""

import asyncio
import gc
import types
import weakref

from .contexts import InContext
from .introspection import PyTask
from .loops import loop_of


@types.coroutine
def _suspend():
    yield


async def _handling():
    try:
        raise KeyError
    except KeyError:
        await _suspend()


def _is_chained_when_thrown():
    coro = _handling()
    coro.send(None)
    error = ValueError()
    error.__context__ = None  # as a future says, which on PyPy is the last word
    try:
        coro.throw(error)
    except ValueError:
        return error.__context__ is not None
    return False


if _is_chained_when_thrown():

    def chain_cancellation(task):
        """The interpreter does it."""

else:

    def chain_cancellation(task):
        """Before a task is cancelled: let what it awaits tell it, when the time comes."""
        future = getattr(task, "_fut_waiter", None)
        if future is None or future.done() or not _ends_in_a_future(task):
            return
        if hasattr(future, "_make_cancelled_error"):  # PyPy
            if not isinstance(future, asyncio.Task):
                future._make_cancelled_error = _Error(future)
            return
        wake_up, how = find_wake_up(task, future)
        if wake_up is not None:
            done = loop_of(task).create_future()
            done.set_result(None)
            future.remove_done_callback(wake_up)
            future.add_done_callback(_WakeUp(wake_up, done), **how)


def find_wake_up(task, future):
    """Return the callback of a future that wakes up a task, and how it was added; or None."""
    for entry in list(getattr(future, "_callbacks", None) or ()):
        wake_up, how = entry, {}
        if isinstance(entry, tuple):  # 3.7
            wake_up, how = entry[0], {"context": entry[1]}
        if _belongs_to(wake_up, task):
            return wake_up, how
    return None, {}


class _Error:
    """What makes the error of a cancelled future, without the last word on its context."""

    def __init__(self, future):
        self._future = weakref.ref(future)

    def __call__(self):
        message = getattr(self._future(), "_cancel_message", None)
        return asyncio.CancelledError() if message is None else asyncio.CancelledError(message)


class _WakeUp:
    """A future's callback that wakes up a task as if what it awaits had just ended well."""

    def __init__(self, wake_up, done):
        self._wake_up = wake_up
        self._done = done

    def __call__(self, _future):
        self._wake_up(self._done)


_FUTURES_OWN_CODE = {
    getattr(getattr(kind, name, None), "__code__", None)
    for kind in (*asyncio.Future.__mro__, *PyTask.__mro__)
    for name in ("__await__", "__iter__")
} - {None}


def _ends_in_a_future(task):
    """Whether the innermost await of a task is a future's own, which asks for its result."""
    awaited = getattr(task, "_coro", None)
    if type(awaited) is InContext:
        awaited = awaited.coro
    while True:
        names = ("cr_await", "gi_yieldfrom")
        inner = next((getattr(awaited, name) for name in names if hasattr(awaited, name)), None)
        if inner is None:
            break
        awaited = inner
    code = getattr(awaited, "gi_code", None)
    return type(awaited).__name__ == "FutureIter" or code in _FUTURES_OWN_CODE


def _belongs_to(callback, task):
    """Whether a callback is the task's own, which wakes it up."""
    if getattr(callback, "__self__", None) is task:
        return True
    is_c = type(callback).__name__.startswith("TaskWakeup")
    return is_c and any(each is task for each in gc.get_referents(callback))
