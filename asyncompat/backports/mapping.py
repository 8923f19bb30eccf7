"""One function over many things, a few at a time. A name of our own, not of asyncio's."""

import asyncio
import collections

from .loops import get_running_loop
from .tasks import new_task


def concurrent_map(function, iterable, *, limit):
    """Call an async function on every item, so many at a time, and give the results as they come.

        async for page in concurrent_map(download, addresses, limit=10):
            ...

    Items are taken from the iterable one by one, when there is room for them: it may be endless.
    Calls that run and results that nobody has taken yet are never more than ``limit`` together.

    When a call fails, the others are cancelled and waited for, and its exception comes out of the
    loop; the same when the iterable fails. Leaving the loop early cancels the rest as soon as the
    event loop runs on; to have it done before the next line, close what this returns with
    ``await results.aclose()``.

    Parameters:
        function (callable): takes an item, returns an awaitable.
        iterable (Iterable | AsyncIterable): the items.
        limit (int): how many calls at most run at once.

    Returns:
        AsyncGenerator: the results, in the order in which the calls end.

    Raises:
        TypeError: ``limit`` is no whole number, or ``iterable`` cannot be iterated over.
        ValueError: ``limit`` is less than 1.

    Source: asyncio documentation, "Coroutines and Tasks", "Task Groups", and "Synchronization
    Primitives", "Semaphore", which this is in place of. Not a name of asyncio's.
    """
    if not isinstance(limit, int):
        raise TypeError("limit must be an int, got {!r}".format(limit))
    if limit < 1:
        raise ValueError("limit must be at least 1, got {!r}".format(limit))
    if not hasattr(type(iterable), "__aiter__"):
        iterable = _Asynchronous(iter(iterable))
    return _results(function, iterable.__aiter__(), limit)


class _Asynchronous:
    """An iterator, to be iterated over with ``async for``."""

    def __init__(self, iterator):
        self._iterator = iterator

    def __aiter__(self):
        return self

    async def __anext__(self):
        for item in self._iterator:
            return item
        raise StopAsyncIteration


async def _call(function, item):
    return await function(item)


async def _results(function, items, limit):
    loop = get_running_loop()
    running = set()
    finished = collections.deque()
    something = asyncio.Event()  # has finished
    next_item = None  # a task, where the items are waited for

    def on_done(task):
        running.discard(task)
        finished.append(task)
        something.set()

    def start(coro):
        task = new_task(loop, coro)
        running.add(task)
        task.add_done_callback(on_done)
        return task

    exhausted = False
    try:
        while True:
            has_room = len(running) + len(finished) < limit
            if has_room and next_item is None and not exhausted:
                next_item = start(_next(items))
            if not running and not finished:
                return
            something.clear()
            if not finished:
                await something.wait()
            task = finished.popleft()
            if task is next_item:
                next_item = None
                item = task.result()
                if item is _END:
                    exhausted = True
                else:
                    start(_call(function, item[0]))
            else:
                yield task.result()
    finally:
        for task in running:
            task.cancel()
        if running:
            await asyncio.wait(set(running))
        for task in finished:
            if not task.cancelled():
                task.exception()  # asked for: it is not reported as never retrieved


_END = object()


async def _next(items):
    try:
        return (await items.__anext__(),)
    except StopAsyncIteration:
        return _END
