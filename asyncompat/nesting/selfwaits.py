"""What would wait for a task that its own run has suspended is told so, at once.

It has left a callback with that task, in the context that tells that it was born in the run. The
callback is taken away and called with a future that has failed.

Knows the callbacks of tasks, and asyncio's own functions that leave some. It must not know how the
loop goes on.
"""

import asyncio

from ..backports.chaining import find_wake_up
from ..backports.contexts import TASKS_HAVE_CONTEXTS


class _WouldWait(asyncio.Future):
    """A failed future that passes for the task it stands for, where that is looked for in a set."""

    def __init__(self, task, loop):
        super().__init__(loop=loop)
        self._stands_for = task
        message = "{!r} would wait for itself: it waits for this run to end"
        self.set_exception(RuntimeError(message.format(task)))
        self.exception()  # it is told to who waits, and to nobody else

    def __eq__(self, other):
        return other is self or other is self._stands_for

    def __hash__(self):
        return hash(self._stands_for)


def waited_for(runs):
    """Return the tasks that runs have suspended, each with what was born since."""
    if not TASKS_HAVE_CONTEXTS:
        return []
    births = [run.born for run in runs]
    return [(task, births[depth:]) for depth, run in enumerate(runs) for task in run.tasks]


def refuse(loop, task, births):
    """Tell what was born in one of some runs, and waits for a task that they have suspended."""
    for callback, context in list(task._callbacks):  # what is taken out is not stepped over
        if any(born is not None and born.has(context) for born in births):
            task.remove_done_callback(callback)
            loop.call_soon(*_answer(loop, task, callback), context=context)


def refuse_without_contexts(loop, runs):
    """The same on 3.6, whose callbacks have no context: by what they would end."""
    for depth, run in enumerate(runs):
        for task in run.tasks:
            # What was there before the run began is not the run's.
            callbacks = [each for each in task._callbacks or () if each not in run.callbacks]
            births = [each.born for each in runs[depth:] if each.born is not None]
            for callback in callbacks:
                born = [each for birth in births for each in birth.unfinished()]
                if _would_wake_up(callback, task, born):
                    task.remove_done_callback(callback)
                    loop.call_soon(*_answer(loop, task, callback))


def _answer(loop, task, callback):
    """Return what to call in place of a callback, and with what."""
    failed = _WouldWait(task, loop)
    waiter = _waiter(callback)
    return (callback, failed) if waiter is None else (_fail, waiter, failed.exception())


def _fail(waiter, error):
    if not waiter.done():
        waiter.set_exception(error)


def _waiter(callback):
    """Return the future that a callback of asyncio's ends without looking at what it is given.

    Those of ``wait``, and of ``wait_for`` before 3.12: they look at the task, which has not failed.
    """
    if getattr(getattr(callback, "func", None), "__name__", "") == "_release_waiter":
        return callback.args[0]
    return _cells(callback).get("waiter")


def _cells(callback):
    """Return what a function, or a partial of one, refers to in those around it, by name."""
    function = getattr(callback, "func", callback)
    cells = getattr(function, "__closure__", None) or ()
    names = function.__code__.co_freevars if cells else ()
    return dict(zip(names, (cell.cell_contents for cell in cells)))


def _would_wake_up(callback, of, tasks):
    """Whether a callback of a task wakes up one of some tasks, or ends what one of them awaits."""
    if any(find_wake_up(task, of)[0] is callback for task in tasks if task._fut_waiter is of):
        return True
    awaited = [task._fut_waiter for task in tasks if task._fut_waiter is not None]
    return any(each is future for future in _would_end(callback, []) for each in awaited)


def _would_end(callback, seen):
    """Return the futures that a callback could end: what it is a part of, and what waits there."""
    owner = getattr(callback, "__self__", None)
    finished = getattr(owner, "_finished", None)
    for part in [owner, finished, _waiter(callback), *_cells(callback).values()]:
        for future in [part, *getattr(part, "_getters", ())]:  # of a queue
            if asyncio.isfuture(future) and not any(future is each for each in seen):
                seen.append(future)
                for its in list(future._callbacks or ()):
                    _would_end(its, seen)
    return seen
