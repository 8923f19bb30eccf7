"""Waiting: for time to pass, and for several awaitables at once.

Coroutines are started in the order in which they were given, on every interpreter: asyncio's own
``wait`` and ``as_completed``, and ``gather`` on 3.6, put them into a set first.
"""

import asyncio
import collections
import inspect
import math

from .exceptions import DeadlineExceeded
from .loops import get_event_loop, get_running_loop, loop_of
from .timeouts import timeout as limited_to

FIRST_COMPLETED = asyncio.FIRST_COMPLETED
FIRST_EXCEPTION = asyncio.FIRST_EXCEPTION
ALL_COMPLETED = asyncio.ALL_COMPLETED


async def sleep(delay, result=None):
    """Let others run for a while.

    Parameters:
        delay (float): seconds; zero or less lets the others run once.
        result (object): what to return.

    Returns:
        object: ``result``.

    Raises:
        ValueError: ``delay`` is not a number (NaN).

    In asyncio since 3.4; without ``loop`` since 3.10, refuses NaN since 3.13. Source: asyncio
    documentation, "Coroutines and Tasks", "Sleeping".
    """
    if math.isnan(delay):
        raise ValueError("Invalid delay: NaN (not a number)")
    return await asyncio.sleep(delay, result)


async def wait(fs, *, timeout=None, return_when=ALL_COMPLETED):
    """Wait for several futures, and return those that are done and those that are not.

    Nothing is cancelled and nothing raised when the time is up, or when an awaited one fails.

    asyncio takes only futures and tasks since 3.11. Here coroutines are still taken, and become
    tasks in their order, so that programs in the idiom of 3.6, ``wait([first(), second()])``, run
    on every interpreter. New programs make the tasks themselves, to know them again in the result.

    Parameters:
        fs (iterable): futures, tasks, coroutines; a generator of them too.
        timeout (float): seconds; None waits without end.
        return_when (str): ``FIRST_COMPLETED``, ``FIRST_EXCEPTION`` or ``ALL_COMPLETED``.

    Returns:
        tuple[set, set]: the futures that are done, and those that are pending.

    Raises:
        TypeError: ``fs`` is itself an awaitable.
        ValueError: ``fs`` is empty, or ``return_when`` is none of the three.

    In asyncio since 3.4; generators since 3.12. Source: asyncio documentation, "Coroutines and
    Tasks", "Waiting Primitives".
    """
    _refuse_single(fs)
    if return_when not in (FIRST_COMPLETED, FIRST_EXCEPTION, ALL_COMPLETED):
        raise ValueError("Invalid return_when value: {!r}".format(return_when))
    futures = _futures(fs, get_running_loop())
    return await _asyncios_wait(futures, timeout=timeout, return_when=return_when)


def gather(*coros_or_futures, return_exceptions=False):
    """Run awaitables together and gather their results in the order they were given.

    Cancelling the returned future cancels all that are not done. One that fails does not cancel the
    others: they go on.

    Parameters:
        *coros_or_futures (awaitable): what to run; coroutines become tasks, in order. One that is
            given twice runs once.
        return_exceptions (bool): put exceptions among the results, instead of raising the first.

    Returns:
        asyncio.Future: its result is the list of results.

    In asyncio since 3.4; a cancelled ``gather`` raises ``CancelledError`` also with
    ``return_exceptions`` since 3.7; without ``loop`` since 3.10. Source: asyncio documentation,
    "Coroutines and Tasks", "Running Tasks Concurrently".
    """
    given = list(coros_or_futures)
    loop = next((loop_of(each) for each in given if asyncio.isfuture(each)), None)
    if loop is None:
        loop = get_event_loop()
    unique = collections.OrderedDict()
    for awaitable in given:
        if awaitable not in unique:
            unique[awaitable] = asyncio.ensure_future(awaitable, loop=loop)
    if not unique:
        outer = loop.create_future()
        outer.set_result([])
        return outer
    futures = [unique[awaitable] for awaitable in given]
    return _Gathering(futures, return_exceptions, loop)


def as_completed(fs, *, timeout=None):
    """Return an object that gives the awaitables' results as they come.

    ``for`` gives coroutines, the first of which returns (or raises) what the first awaitable to
    be done returns, and so on. ``async for`` gives the futures themselves when they are done: a
    task or future that was given comes back as the object it is.

    Parameters:
        fs (iterable): futures, tasks, coroutines; coroutines become tasks, in order.
        timeout (float): seconds for all of them; None waits without end.

    Returns:
        Iterator[Coroutine] and AsyncIterator[Future].

    Raises:
        TypeError: ``fs`` is itself an awaitable.
        TimeoutError: from the awaited coroutine or the ``async for``: the time is up.

    In asyncio since 3.4; without ``loop`` since 3.10, generators since 3.12, ``async for`` since
    3.13. Source: asyncio documentation, "Coroutines and Tasks", "Waiting Primitives".
    """
    _refuse_single(fs)
    return _AsCompleted(fs, timeout)


async def wait_for(fut, timeout):
    """Wait for an awaitable, and cancel it when that takes too long.

    An awaitable that ends in time or refuses to be cancelled gives its result, also when the wait
    is cancelled in the same moment. A ``timeout`` of zero or less never starts a coroutine.

    Parameters:
        fut (awaitable): what to wait for; protected by ``shield`` it is not cancelled.
        timeout (float | None): seconds; None waits without end.

    Returns:
        object: what the awaitable returns.

    Raises:
        TimeoutError: the time was up; the awaitable has ended by then.
        BaseException: whatever the awaitable raises.

    In asyncio since 3.4; waits for what it cancels since 3.7, loses no cancellation since 3.12.
    Source: asyncio documentation, "Coroutines and Tasks", "Timeouts".
    """
    if timeout is None or timeout > 0:
        async with limited_to(timeout):
            return await fut
    future = asyncio.ensure_future(fut)
    was_done = future.done()
    if not was_done:
        future.cancel()
        await wait([future])
    try:
        return future.result()
    except asyncio.CancelledError as cancellation:
        if was_done:
            raise
        raise DeadlineExceeded from cancellation


def shield(arg):
    """Protect an awaitable from the cancellation of whoever waits for it.

    Parameters:
        arg (awaitable): a coroutine becomes a task; keep a reference to it, the loop keeps none.

    Returns:
        asyncio.Future: done when ``arg`` is. Cancelling it leaves ``arg`` running; what that raises
        then is told to the loop's exception handler.

    In asyncio since 3.4; without ``loop`` since 3.10, tells the exception handler since 3.14.
    Source: asyncio documentation, "Coroutines and Tasks", "Shielding From Cancellation".
    """
    inner = asyncio.ensure_future(arg)
    if inner.done():
        return inner
    outer = loop_of(inner).create_future()

    def on_inner_done(done):
        if outer.done():
            return
        error = None if done.cancelled() else done.exception()
        if done.cancelled():
            outer.cancel()
        elif error is not None:
            outer.set_exception(error)
        else:
            outer.set_result(done.result())

    def on_outer_done(_outer):
        if not inner.done():  # whoever waited has gone
            inner.remove_done_callback(on_inner_done)
            inner.remove_done_callback(_report_error)
            inner.add_done_callback(_report_error)

    inner.add_done_callback(on_inner_done)
    outer.add_done_callback(on_outer_done)
    return outer


def _report_error(future):
    error = None if future.cancelled() else future.exception()
    if error is not None:
        message = "{} exception in shielded future".format(type(error).__name__)
        context = {"message": message, "exception": error, "future": future}
        loop_of(future).call_exception_handler(context)


# As it is before anybody puts ours in its place (``patch_asyncio``).
_asyncios_wait = asyncio.wait


def _refuse_single(fs):
    if inspect.isawaitable(fs):
        if inspect.iscoroutine(fs):
            fs.close()
        message = "expects an iterable of awaitables, not {}"
        raise TypeError(message.format(type(fs).__name__))


def _futures(awaitables, loop):
    """Make futures of awaitables, in order, each once."""
    unique = collections.OrderedDict.fromkeys(awaitables)
    return [asyncio.ensure_future(awaitable, loop=loop) for awaitable in unique]


def _outcome(future):
    """Return (result, None) or (None, exception) of a done future; cancellation is an exception."""
    try:
        error = future.exception()
    except asyncio.CancelledError as cancellation:
        # The newest gather's own form: one that says nothing says the empty string.
        error = asyncio.CancelledError(*cancellation.args or [""])
    return (future.result(), None) if error is None else (None, error)


class _Gathering(asyncio.Future):
    """What ``gather`` returns: done when all are done, or when one has failed."""

    def __init__(self, futures, return_exceptions, loop):
        super().__init__(loop=loop)
        self._futures = futures
        self._return_exceptions = return_exceptions
        self._cancel_requested = False
        unique = set(futures)
        self._unfinished = len(unique)
        for future in unique:
            future.add_done_callback(self._on_done)

    def cancel(self, *args, **kwargs):
        if self.done():
            return False
        cancelled = [future.cancel(*args, **kwargs) for future in set(self._futures)]
        # The children end first; then so does this future, whatever they make of it.
        self._cancel_requested = self._cancel_requested or any(cancelled)
        return any(cancelled)

    def _on_done(self, future):
        self._unfinished -= 1
        error = _outcome(future)[1]  # asked for, so it is never reported as not retrieved
        if self.done():
            return
        if error is not None and not self._return_exceptions:
            self.set_exception(error)
        elif not self._unfinished:
            outcomes = [_outcome(each) for each in self._futures]
            if self._cancel_requested:
                errors = (error for _, error in outcomes)
                cancellations = (e for e in errors if isinstance(e, asyncio.CancelledError))
                self.set_exception(next(cancellations, None) or asyncio.CancelledError())
            else:
                self.set_result([result if error is None else error for result, error in outcomes])


class _AsCompleted:
    """What ``as_completed`` returns: an iterator of coroutines, an async iterator of futures."""

    def __init__(self, fs, timeout):
        loop = get_event_loop()
        self._pending = collections.OrderedDict.fromkeys(_futures(fs, loop))
        self._left = len(self._pending)
        # Finished futures in their order; None for each that was not done in time.
        self._finished = asyncio.Queue()
        self._deadline = None
        for future in self._pending:
            future.add_done_callback(self._on_done)
        if self._pending and timeout is not None:
            self._deadline = loop.call_later(timeout, self._on_deadline)

    def __iter__(self):
        return self

    def __next__(self):
        if not self._left:
            raise StopIteration
        self._left -= 1
        return self._next_result()

    def __aiter__(self):
        return self

    async def __anext__(self):
        if not self._left:
            raise StopAsyncIteration
        self._left -= 1
        return await self._next_future()

    async def _next_result(self):
        return (await self._next_future()).result()

    async def _next_future(self):
        future = await self._finished.get()
        if future is None:
            raise DeadlineExceeded
        return future

    def _on_done(self, future):
        if future not in self._pending:
            return  # done after the deadline
        del self._pending[future]
        self._finished.put_nowait(future)
        if not self._pending and self._deadline is not None:
            self._deadline.cancel()

    def _on_deadline(self):
        for future in self._pending:
            future.remove_done_callback(self._on_done)
            self._finished.put_nowait(None)
        self._pending.clear()
