"""Who asked for a task's cancellation, and how often.

Tasks count that themselves since 3.11, and since 3.13 a cancellation that is taken back before it
was delivered is not delivered any more. For a task that cannot count - a C task of an older
interpreter that is not ours, one of a custom factory - the count is kept beside it, weakly. What
asyncompat asks for is counted exactly; what others ask for with ``task.cancel()`` is noticed where
it meets a request of ours, which is where the count decides something.

Knows tasks by what they can do, and nothing of who wants them cancelled.
"""

import asyncio
import contextlib
import types
import weakref

from .chaining import chain_cancellation
from .loops import loop_of

_requests = weakref.WeakKeyDictionary()


class _Requests:
    """The requests for cancellation of one task that cannot count them."""

    __slots__ = ("count", "deferral_is_known")

    def __init__(self):
        self.count = 0
        self.deferral_is_known = False  # that the task will be told later, and who asked for it


def cancelling(task):
    """Return how many requests for a task's cancellation were made and not taken back.

    The function for ``task.cancelling()``, which tasks have since 3.11 (asyncompat's own on every
    version). A task of another's making on an older interpreter does not say what others asked of
    it; there it is what ``TaskGroup``, ``timeout`` and the like asked for, and what met that.

    Parameters:
        task (asyncio.Task): any task, whoever made it.

    Returns:
        int: the number; 0 where nobody wants the task cancelled.

    Source: asyncio documentation, "Task Object", ``Task.cancelling``.
    """
    try:
        ask = task.cancelling
    except AttributeError:
        entry = _requests.get(task)
        return 0 if entry is None else entry.count
    return ask()


def uncancel(task):
    """Take back one request for a task's cancellation, and return how many are left.

    The function for ``task.uncancel()``, which tasks have since 3.11 (asyncompat's own on every
    version). Before 3.13 a C task that has not been told of its cancellation yet is told of it
    although all requests were taken back.

    Parameters:
        task (asyncio.Task): any task, whoever made it.

    Returns:
        int: the number of requests that are left.

    Source: asyncio documentation, "Task Object", ``Task.uncancel``.
    """
    try:
        ask = task.uncancel
    except AttributeError:
        entry = _requests.get(task)
        if entry is None or entry.count == 0:
            return 0
        entry.count -= 1
        return entry.count
    return ask()


def request(task):
    """Cancel a task, and count it also where the task does not."""
    if task.done():
        return False
    chain_cancellation(task)
    if hasattr(task, "uncancel"):
        return task.cancel()
    entry = _requests.get(task)
    if entry is None:
        entry = _requests[task] = _Requests()
    if not _is_deferred(task):
        entry.deferral_is_known = False
    if entry.count == 0 and _is_cancelled_already(task):
        entry.count += 1  # somebody else's
    # Runs just before the task learns of its cancellation, after everything that is scheduled now.
    loop_of(task).call_soon(_notice_others, weakref.ref(task), entry)
    entry.count += 1
    cancelled = task.cancel()
    entry.deferral_is_known = _is_deferred(task)
    return cancelled


async def withdraw(task):
    """Take back one request for the current task's cancellation, and return how many are left.

    When none is left and the task has not been told yet, it is not told any more: before 3.13 the
    one way to that is to be told here.
    """
    left = uncancel(task)
    if left == 0 and _is_deferred(task):
        try:
            task._must_cancel = False  # a task written in Python
        except AttributeError:
            await _be_told()
            left = cancelling(task)
            if left:  # asked for meanwhile, and just swallowed
                renew(task)
    return left


def renew(task):
    """Have the current task told of its cancellation again; the count stays as it is."""
    uncancel(task)
    request(task)


@types.coroutine
def _be_told():
    with contextlib.suppress(asyncio.CancelledError):
        yield


def _is_deferred(task):
    """Whether the task is told of its cancellation when it next awaits or goes on."""
    return getattr(task, "_must_cancel", False)


def _is_cancelled_already(task):
    waiter = getattr(task, "_fut_waiter", None)
    return _is_deferred(task) or (waiter is not None and waiter.cancelled())


def _notice_others(task_ref, entry):
    task = task_ref()
    if task is not None and _is_deferred(task) and not entry.deferral_is_known:
        entry.deferral_is_known = True
        entry.count += 1
