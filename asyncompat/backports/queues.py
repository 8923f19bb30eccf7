"""Queues that belong to the loop they are first waited on, and can be shut down.

Subclasses may say how items are kept, by ``_init``, ``_put`` and ``_get``, as those of asyncio's
queues do. Fields are named as asyncio's own, because programs look at them.
"""

import asyncio
import collections
import contextlib
import heapq
import types

from .exceptions import QueueShutDown
from .locks import Event, LoopBound


def _itself(cls, _item):
    """Before 3.9 there is nothing that would remember what was in the brackets."""
    return cls


class Queue(LoopBound):
    """First in, first out.

    Parameters:
        maxsize (int): how many items it holds before ``put`` waits; 0 or less for no limit.

    In asyncio since 3.4; belongs to the loop that waits on it since 3.10, ``shutdown`` since 3.13.
    Source: asyncio documentation, "Queues".
    """

    def __init__(self, maxsize=0):
        self._maxsize = maxsize
        self._getters = collections.deque()
        self._putters = collections.deque()
        self._unfinished_tasks = 0
        self._finished = Event()
        self._finished.set()
        self._is_shutdown = False
        self._init(maxsize)

    __class_getitem__ = classmethod(getattr(types, "GenericAlias", _itself))  # `Queue[int]`

    def __repr__(self):
        return "<{} at {:#x} {}>".format(type(self).__name__, id(self), self._format())

    def __str__(self):
        return "<{} {}>".format(type(self).__name__, self._format())

    def _format(self):
        parts = ["maxsize={!r}".format(self._maxsize)]
        if getattr(self, "_queue", None):
            parts.append("_queue={!r}".format(list(self._queue)))
        if self._getters:
            parts.append("_getters[{}]".format(len(self._getters)))
        if self._putters:
            parts.append("_putters[{}]".format(len(self._putters)))
        if self._unfinished_tasks:
            parts.append("tasks={}".format(self._unfinished_tasks))
        if self._is_shutdown:
            parts.append("shutdown")
        return " ".join(parts)

    # How items are kept.

    def _init(self, maxsize):  # noqa: ARG002
        self._queue = collections.deque()

    def _put(self, item):
        self._queue.append(item)

    def _get(self):
        return self._queue.popleft()

    @property
    def maxsize(self):
        """How many items it holds before ``put`` waits."""
        return self._maxsize

    def qsize(self):
        """Return how many items there are."""
        return len(self._queue)

    def empty(self):
        """Return whether there are no items."""
        return not self._queue

    def full(self):
        """Return whether ``put`` would wait."""
        return 0 < self._maxsize <= self.qsize()

    async def put(self, item):
        """Add an item, waiting for room where there is none.

        Raises:
            QueueShutDown: the queue is shut down, or was while this waited.
        """
        while self.full() and not self._is_shutdown:
            await self._wait_for_turn(self._putters, self.full)
        self.put_nowait(item)

    def put_nowait(self, item):
        """Add an item.

        Raises:
            QueueFull: there is no room.
            QueueShutDown: the queue is shut down.
        """
        if self._is_shutdown:
            raise QueueShutDown
        if self.full():
            raise asyncio.QueueFull
        self._put(item)
        self._unfinished_tasks += 1
        self._finished.clear()
        _wake_up_next(self._getters)

    async def get(self):
        """Remove and return an item, waiting for one where there is none.

        Raises:
            QueueShutDown: the queue is shut down and empty, or was while this waited.
        """
        while self.empty() and not self._is_shutdown:
            await self._wait_for_turn(self._getters, self.empty)
        return self.get_nowait()

    def get_nowait(self):
        """Remove and return an item.

        Raises:
            QueueEmpty: there is none.
            QueueShutDown: there is none, and the queue is shut down.
        """
        if self.empty():
            raise QueueShutDown if self._is_shutdown else asyncio.QueueEmpty
        item = self._get()
        _wake_up_next(self._putters)
        return item

    def task_done(self):
        """Say that the work on one item is done.

        Raises:
            ValueError: more often than items were put.
        """
        if self._unfinished_tasks <= 0:
            raise ValueError("task_done() called too many times")
        self._finish(1)

    async def join(self):
        """Wait until the work on all items is done."""
        if self._unfinished_tasks > 0:
            await self._finished.wait()

    def shutdown(self, immediate=False):
        """Take no more items; wake up everybody that waits to put or get.

        Parameters:
            immediate (bool): drop the items that are there, as if the work on them were done; by
                default they can still be got.

        In asyncio since 3.13. Source: asyncio documentation, "Queues", ``Queue.shutdown``.
        """
        self._is_shutdown = True
        if immediate:
            while not self.empty():
                self._get()
                self._finish(min(1, self._unfinished_tasks))
        for waiters in (self._getters, self._putters):
            while waiters:
                _wake_up_next(waiters)

    def _finish(self, number):
        self._unfinished_tasks -= number
        if self._unfinished_tasks == 0:
            self._finished.set()

    async def _wait_for_turn(self, waiters, must_wait):
        waiter = self._get_loop().create_future()
        waiters.append(waiter)
        try:
            await waiter
        except BaseException:
            waiter.cancel()
            with contextlib.suppress(ValueError):  # whoever woke it up has taken it out
                waiters.remove(waiter)
            if not must_wait() and not waiter.cancelled():
                _wake_up_next(waiters)  # woken up, but leaving: the next one's turn
            raise


def _wake_up_next(waiters):
    while waiters:
        waiter = waiters.popleft()
        if not waiter.done():
            waiter.set_result(None)
            break


class PriorityQueue(Queue):
    """Lowest first: items are compared, often ``(priority, data)``.

    Parameters as of ``Queue``. Source: asyncio documentation, "Queues", "Priority Queue".
    """

    def _init(self, maxsize):  # noqa: ARG002
        self._queue = []

    def _put(self, item):
        heapq.heappush(self._queue, item)

    def _get(self):
        return heapq.heappop(self._queue)


class LifoQueue(Queue):
    """Last in, first out.

    Parameters as of ``Queue``. Source: asyncio documentation, "Queues", "LIFO Queue".
    """

    def _init(self, maxsize):  # noqa: ARG002
        self._queue = []

    def _put(self, item):
        self._queue.append(item)

    def _get(self):
        return self._queue.pop()
