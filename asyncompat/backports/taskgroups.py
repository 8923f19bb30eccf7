"""Tasks that belong together: none outlives the block, and one that fails stops all.

Knows tasks by ``tasks.new_task`` and their cancellation by ``cancellation``; nothing of timeouts.
"""

import asyncio

from . import cancellation
from .exception_groups import BaseExceptionGroup
from .introspection import task_now
from .loops import get_running_loop
from .tasks import new_task


def _nothing(future, waiter):
    """Before 3.14 nobody is told who waits for whom."""


_add_to_awaited_by = getattr(asyncio, "future_add_to_awaited_by", _nothing)
_discard_from_awaited_by = getattr(asyncio, "future_discard_from_awaited_by", _nothing)


class TaskGroup:
    """An asynchronous context manager that holds tasks together.

    At the end of the block all tasks are waited for. When one fails, or the block itself, the
    others are cancelled and waited for, the block is cancelled too, and what was raised comes out
    as one ``ExceptionGroup``.

    Raises (when the block is left):
        BaseExceptionGroup: one or more tasks, or the block, have failed.
        KeyboardInterrupt, SystemExit: from a task or the block, as they are.
        CancelledError: the task around the block was cancelled from outside, and nothing failed.

    Raises (when it is entered):
        RuntimeError: it was entered before, or not in a task.

    In asyncio since 3.11; exact about cancellation that comes from two sides since 3.13, ``cancel``
    since 3.15. Source: asyncio documentation, "Coroutines and Tasks", "Task Groups".
    """

    def __init__(self):
        self._loop = None
        self._parent = None
        self._tasks = set()
        self._errors = []
        self._interrupt = None  # a KeyboardInterrupt or SystemExit, which is raised as it is
        self._entered = False
        self._leaving = False
        self._stopping = False  # the tasks are cancelled, and no new ones are taken
        self._stop_when_entered = False
        self._parent_cancelled = False  # by this group
        self._all_done = None  # a future, while the block's end waits for the tasks

    def __repr__(self):
        parts = [type(self).__name__]
        if self._tasks:
            parts.append("tasks={}".format(len(self._tasks)))
        if self._errors:
            parts.append("errors={}".format(len(self._errors)))
        if self._stopping:
            parts.append("cancelling")
        elif self._entered:
            parts.append("entered")
        return "<{}>".format(" ".join(parts))

    async def __aenter__(self):
        if self._entered:
            raise RuntimeError("{!r} has already been entered".format(self))
        self._loop = get_running_loop()
        self._parent = task_now(self._loop)
        if self._parent is None:
            raise RuntimeError("{!r} cannot determine the parent task".format(self))
        self._entered = True
        if self._stop_when_entered:
            self.cancel()
        return self

    async def __aexit__(self, kind, error, traceback):
        traceback = None  # noqa: F841 - no exception is kept alive by a frame of ours
        if not self._entered:
            raise RuntimeError("{!r} has not been entered".format(self))
        try:
            return await self._close(error)
        finally:
            self._parent = None
            self._interrupt = None
            self._errors = []
            error = None

    def create_task(self, coro, *, name=None, context=None, eager_start=None, **kwargs):
        """Make a task that belongs to the group.

        Parameters:
            coro (coroutine): what to run; it is closed where no task is made.
            name, context, eager_start, **kwargs: as of ``asyncompat.create_task``.

        Returns:
            asyncio.Task: the task; the group keeps it.

        Raises:
            RuntimeError: the group was not entered yet, is finished, or is shutting down.

        In asyncio since 3.11; ``eager_start`` and others since 3.14. Source: asyncio documentation,
        "Coroutines and Tasks", "Task Groups".
        """
        refusal = self._why_it_takes_no_task()
        if refusal is not None:
            if asyncio.iscoroutine(coro):
                coro.close()
            raise RuntimeError("{!r} {}".format(self, refusal))
        task = new_task(
            self._loop, coro, name=name, context=context, eager_start=eager_start, **kwargs
        )
        _add_to_awaited_by(task, self._parent)
        self._tasks.add(task)
        # Also for one that started eagerly and is done: what it raised cancels the parent later,
        # not in the middle of this call.
        task.add_done_callback(self._on_done)
        if self._stopping and not task.done():  # it stopped the group while it started
            task.cancel()
        try:
            return task
        finally:
            del task  # the traceback of what it raised would hold it through this frame

    def cancel(self):
        """Stop: cancel the tasks and the block, which then ends without ``CancelledError``.

        Before the block is entered it is cancelled as it is entered; after its end nothing happens.

        In asyncio since 3.15. Source: asyncio documentation, "Coroutines and Tasks", "Task Groups".
        """
        if not self._entered:
            self._stop_when_entered = True
        elif not self._stopping and not self._is_finished():
            self._stop()
            self._cancel_parent()

    def _is_finished(self):
        return self._leaving and not self._tasks

    def _why_it_takes_no_task(self):
        if not self._entered:
            return "has not been entered"
        if self._is_finished():
            return "is finished"
        if self._stopping:
            return "is shutting down"
        return None

    def _stop(self):
        self._stopping = True
        for task in list(self._tasks):
            if not task.done():
                task.cancel()

    def _cancel_parent(self):
        if not self._parent_cancelled:
            self._parent_cancelled = True
            cancellation.request(self._parent)

    def _note(self, error):
        if self._interrupt is None and isinstance(error, (KeyboardInterrupt, SystemExit)):
            self._interrupt = error

    def _on_done(self, task):
        self._tasks.discard(task)
        _discard_from_awaited_by(task, self._parent)
        if self._all_done is not None and not self._tasks and not self._all_done.done():
            self._all_done.set_result(None)
        if task.cancelled():
            return
        error = task.exception()
        if error is None:
            return
        self._errors.append(error)
        self._note(error)
        if self._parent.done():
            self._loop.call_exception_handler(
                {
                    "message": "{!r} failed after the task of its group was done".format(task),
                    "exception": error,
                    "task": task,
                }
            )
        elif not self._stopping:
            self._stop()
            self._cancel_parent()

    async def _close(self, error):
        self._leaving = True
        cancelled = error if isinstance(error, asyncio.CancelledError) else None
        if error is not None:
            self._note(error)
            self._stop()
        last = None
        try:
            while self._tasks:
                self._all_done = self._loop.create_future()
                try:
                    await self._all_done
                except asyncio.CancelledError as late:
                    last = late
                    if not self._stopping:
                        cancelled = late
                        self._stop()
                self._all_done = None

            if self._interrupt is not None:
                raise self._interrupt
            if self._parent_cancelled:
                if await cancellation.withdraw(self._parent) == 0:
                    cancelled = None
                elif cancelled is None:
                    cancelled = last  # somebody else's, and it was delivered while we waited
            if cancelled is not None and not self._errors:
                raise cancelled
            if error is not None and not isinstance(error, asyncio.CancelledError):
                self._errors.append(error)
            if self._errors:
                if cancellation.cancelling(self._parent):
                    cancellation.renew(self._parent)
                if len(self._errors) == 1 and isinstance(error, GeneratorExit):
                    raise error
                raise BaseExceptionGroup("unhandled errors in a TaskGroup", self._errors) from None
            return True
        finally:
            error = cancelled = last = None
