"""Who cancels a task that waits for a run to end cancels what is run, once for each request.

asyncio cancels what a task awaits. What waits in a call awaits nothing: such a task only notes that
it is to be told, and is told when it awaits the next time. So what it waits for is cancelled in its
place, and the note taken back where the interpreter lets us: elsewhere the task is told once more.

Knows how tasks note and count requests. It must not know how a run goes on.
"""

import sys
import weakref

# Since 3.13 the last request that is taken back takes the note with it.
_UNCANCEL_TAKES_BACK = sys.version_info >= (3, 13)

# Of tasks whose requests were handed on: how many there were, or None where nobody counts them.
_told = weakref.WeakKeyDictionary()


class HandedOn:
    """What is handed on to a future of the requests to cancel some tasks that wait for it."""

    __slots__ = ("_by_us", "_future", "_heard", "_tasks")

    def __init__(self, tasks, future):
        self._tasks = tasks
        self._future = future
        self._by_us = []
        # Those that had been told of requests before, and have not taken them back.
        self._heard = []
        for task in tasks:
            if _told and not is_noted(task):
                _told.pop(task, None)
            if _UNCANCEL_TAKES_BACK and _count(task) and not is_noted(task):
                self._heard.append(task)

    def look(self):
        """Hand on what is new; if it is too late for that, the task is told itself."""
        for task in self._tasks:
            if is_noted(task) and self._is_new(task) and self._cancel(_message(task)):
                self._by_us.append(task)
                _told[task] = _count(task)

    def cancel(self, task, message):
        """Cancel the future for a task that waits for it; return whether it is, or will be.

        What is asked for again before the task has been told is told once.
        """
        return any(task is each for each in self._tasks) and (
            self._cancel(message) or self._future.cancelled()
        )

    def _cancel(self, message):
        return self._future.cancel() if message is None else self._future.cancel(message)

    def _is_new(self, task):
        if task not in _told:
            return True
        count = _count(task)
        if count is None:
            # An old note or a new one: what begins to wait is told, as it would be.
            return all(task is not each for each in self._by_us)
        _told[task] = min(_told[task], count)
        return count > _told[task]

    def take_back(self):
        """When it is over: take back the notes of what was handed on, as far as that can be."""
        for task in self._by_us:
            try:
                task._must_cancel = False  # a task written in Python
            except AttributeError:
                heard = any(task is each for each in self._heard)
                if heard or not _UNCANCEL_TAKES_BACK or _count(task) != _told.get(task):
                    continue
                # Of several that end the task one may be a timeout's, which has to tell by their
                # number that it was not alone.
                if _count(task) == 1 or not self._future.cancelled():
                    while task.uncancel():
                        pass


def is_noted(task):
    """Return whether a task is to be told of a request to cancel it when it awaits."""
    return getattr(task, "_must_cancel", False)


def _count(task):
    count = getattr(task, "cancelling", None)
    return None if count is None else count()


def _message(task):
    """What the last request says, since 3.9; some tell their own by it."""
    return getattr(task, "_cancel_message", None)
