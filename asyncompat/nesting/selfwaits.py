"""What would wait for a task that its own run has suspended is told so, not left waiting.

A task that is done wakes up who awaits it; so does a future of asyncio's own that it ends: that of
a ``gather``, a ``shield``, a ``wait``. Who was born in a run, and would be woken up in such a way
by a task that the run has suspended, is woken up by an error in place of that.

Knows the callbacks that asyncio's functions leave with a task, and ours. It must not know how the
loop goes on. What other code does when a task is done is its own business.
"""

import asyncio
import concurrent.futures
import gc

from ..backports.introspection import PyTask, tasks_now
from ..backports.loops import loop_of

_TASKS = (asyncio.Task, PyTask)


def refuse(loop, runs):
    """Tell what was born in some runs, outermost first, and waits for what they have suspended."""
    for depth, run in enumerate(runs):
        inner = runs[depth:]
        for task in [*run.tasks, *_postponed(run)]:
            for waiting, future, wake_up, how in list(_woken_up_by(task, inner)):
                if waiting._fut_waiter is future:
                    future.remove_done_callback(wake_up)
                    loop.call_soon(wake_up, _failed(loop, task), **how)


def refuse_across(outer, inner):
    """Tell what waits on a loop for a task of another, which cannot go on until the first ends.

    It is called in the thread of the outer loop. asyncio's own functions refuse such tasks, but for
    ``wait`` since 3.11.
    """
    for task in tasks_now(outer):
        ways = _ways_from(task, lambda each: loop_of(each) is inner)
        for future, wake_up, how, waiting in list(ways):
            if waiting is not None and loop_of(waiting) is inner and waiting._fut_waiter is future:
                future.remove_done_callback(wake_up)
                inner.call_soon_threadsafe(wake_up, _failed(inner, task), **how)


def waits_for(future, tasks):
    """Return whether a future can only be done when one of some tasks is."""
    return any(each is future for task in tasks for each in _ended_by(task))


def _postponed(run):
    """The tasks that cannot go on because the run is in their context."""
    steps = [handle._callback for handle in run.postponed]
    for future in run.waiting:
        steps += [each[0] if isinstance(each, tuple) else each for each in future._callbacks or ()]
    return [task for task in map(_task_of, steps) if task is not None]


def _failed(loop, task):
    failed = loop.create_future()
    message = "{!r} would wait for itself: it waits for this run to end"
    failed.set_exception(RuntimeError(message.format(task)))
    failed.exception()  # it is told to who waits, and to nobody else
    return failed


def _woken_up_by(task, runs):
    """Give the tasks that were born in some runs and would be woken up when a task is done.

    Each with the future that it awaits, and the callback of that, and how it was added.
    """
    for future, callback, how, waiting in _ways_from(task, lambda each: _is_born(each, runs)):
        if waiting is not None and _is_born(waiting, runs):
            yield waiting, future, callback, how


def _ended_by(task):
    """Give the futures that end when a task does, and those that end when they do."""
    for _, callback, _, waiting in _ways_from(task, lambda _: False):
        yield from _ended(callback) if waiting is None else [waiting]


def _ways_from(task, ends):
    """Give what happens when a task is done: futures, their callbacks, and whom these wake up.

    It goes on from what is woken up, unless the way ``ends`` there.
    """
    todo, seen = [task], {id(task)}
    while todo:
        future = todo.pop()
        for entry in list(getattr(future, "_callbacks", None) or ()):
            callback, how = entry, {}
            if isinstance(entry, tuple):  # since 3.7
                callback, how = entry[0], {"context": entry[1]}
            waiting = _woken(callback)
            yield future, callback, how, waiting
            led_to = _ended(callback) if waiting is None else [waiting]
            for each in [] if waiting is not None and ends(waiting) else led_to:
                if id(each) not in seen:
                    seen.add(id(each))
                    todo.append(each)


def _is_born(task, runs):
    """Whether a task was born in one of some runs, or is what one waits for."""
    if any(task is run.future for run in runs):
        return True
    return any(run.born is not None and run.born.has_task(task) for run in runs)


def _woken(callback):
    """Return the task that a callback of a future wakes up, or None."""
    name = getattr(callback, "__name__", type(callback).__name__)
    if "wakeup" not in name.lower():
        return None
    return _task_of(callback)


def _task_of(callback):
    """Return the task whose step or wake-up a callback is, or None."""
    parts = [getattr(callback, "__self__", None), *gc.get_referents(callback)]
    return next((each for each in parts if isinstance(each, _TASKS)), None)


def _ended(callback):
    """Return the futures that a callback ends which one of asyncio's functions has left, or ours.

    These are what the function refers to: what waits for it, or a queue that others wait on, in
    its closure, its arguments, or the object whose method it is. What something else may end as
    well, another future or the time, is not among them.
    """
    function = getattr(callback, "func", callback)  # of a partial
    module = getattr(function, "__module__", None) or ""
    if module.partition(".")[0] not in ("asyncio", "asyncompat"):
        return []
    owner = getattr(function, "__self__", None)
    cells = _cells(function)
    if _ends_otherwise(cells, owner):
        return []
    # What a method is given is for others.
    parts = [*(getattr(callback, "args", ()) if owner is None else ()), *cells.values()]
    parts += [getattr(owner, name, None) for name in _PARTS]
    waiting = [each for part in parts for name in _WAITING for each in getattr(part, name, ())]
    # What a task ends for other threads may be waited for in this one.
    threads = [each for each in parts if isinstance(each, concurrent.futures.Future)]
    chained = [each for future in threads for each in list(future._done_callbacks)]
    waiting += [each for callback in chained for each in _cells(callback).values()]
    # A task ends by itself: since 3.14 a shield knows who has asked for it.
    futures = filter(asyncio.isfuture, [owner, *parts, *waiting])
    return [each for each in futures if not isinstance(each, _TASKS)]


# Of a group of tasks, of what gives tasks as they are completed; and of queues.
_PARTS = ("_on_completed_fut", "_all_done", "_finished", "_done")
_WAITING = ("_getters", "_waiters")
_OF_A_QUEUE = "_getters"
# What several are waited for with: a timer, and which are left.
_TIMERS = ("timeout_handle", "_timeout_handle", "_deadline")
_LEFT = ("todo", "_todo", "_pending")


def _ends_otherwise(cells, owner):
    """Whether something else than the one future may end what several are waited for with."""

    def has(name):
        return cells.get(name) if name in cells else getattr(owner, name, None)

    if any(has(name) is not None for name in _TIMERS) or hasattr(owner, _OF_A_QUEUE):
        return True
    if cells.get("return_exceptions") is False:  # a gather's: another one that fails ends it
        number = cells.get("nfuts", cells.get("nchildren", 0))  # 3.6
        return number - cells.get("nfinished", 0) > 1
    if cells.get("return_when", asyncio.ALL_COMPLETED) != asyncio.ALL_COMPLETED:
        return cells.get("counter", 0) > 1
    left = [has(name) for name in _LEFT]
    return any(isinstance(each, (dict, set)) and len(each) > 1 for each in left)


def _cells(function):
    """Return what a function refers to in those around it, by name."""
    function = getattr(function, "__func__", function)
    names = getattr(getattr(function, "__code__", None), "co_freevars", ())
    found = {}
    for name, cell in zip(names, getattr(function, "__closure__", None) or ()):
        try:
            found[name] = cell.cell_contents
        except ValueError:  # it is not bound yet
            continue
    return found
