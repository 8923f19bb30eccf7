"""An awaitable run to its end on the loop that is running, by further passes of that loop.

The loop runs a callback, and in it we are; what it would do after the callback it does now, pass by
pass, until the task is done. Other tasks of the loop go on meanwhile. Nothing is patched: the
current task is put aside as asyncio itself does it, and the pass around us finds as many callbacks
ahead as it has counted.

Knows asyncio's own loops from within (``_ready``, ``_run_once``, ``_stopping``). It must not know
when it is right to do this: that is ``hosts``.
"""

import asyncio
import sys
import threading

from ..backports.chaining import find_wake_up
from ..backports.contexts import held_context
from ..backports.introspection import swap_current_task, task_now, tasks_now
from ..backports.tasks import new_task, task_factory

try:
    from contextvars import ContextVar, copy_context
except ImportError:  # 3.6
    ContextVar = None

# So many runs within runs, and at least so many frames left before Python's own limit.
MAX_DEPTH = 100
FRAMES_LEFT = 150
# Before 3.12 calls of C functions count against the limit too.
_CALLS_A_FRAME = 1 if sys.version_info >= (3, 12) else 2


class _Thread(threading.local):
    """What is suspended in a thread while further passes run, outermost first.

    ``suspended`` are tasks, None for a callback; ``entered`` the contexts that they have entered;
    ``born`` what says which tasks were born in the run that has suspended each.
    """

    def __init__(self):
        self.suspended = []
        self.entered = []
        self.born = []


_thread = _Thread()


class Born:
    """The tasks that were born in the runs of one Runner, which end with it.

    Tasks tell by their context, which they inherit. 3.6 has no contexts: there the loop's task
    factory notes what a task of the run makes.
    """

    if ContextVar is not None:
        _of = ContextVar("asyncompat's run")

        def __init__(self, loop):
            self._loop = loop
            self._marks = []
            self._others = set()

        def new_task(self, coro, context=None):
            """Make a run's first task."""
            if context is None:
                context = copy_context()
                context.run(self._of.set, self)
                return context.run(new_task, self._loop, coro)
            if context.get(self._of) is not self:
                # The tasks that it was given to before are not ours, nor is it for good.
                self._others.update(t for t in tasks_now(self._loop) if _context_of(t) is context)
                self._marks.append((context, context.run(self._of.set, self)))
            return new_task(self._loop, coro, context=context)

        def has(self, context):
            """Return whether what runs in a context was born here."""
            return context is not None and context.get(self._of) is self

        def unfinished(self):
            """Return the tasks that are not done."""
            ours = (task for task in tasks_now(self._loop) if self.has(_context_of(task)))
            return [task for task in ours if task not in self._others]

        def close(self):
            """Leave the contexts that were given as they were."""
            for context, mark in reversed(self._marks):
                context.run(self._of.reset, mark)
            self._marks = []

    else:

        def __init__(self, loop):
            self._loop = loop
            self._tasks = []
            self._factory = loop.get_task_factory()
            loop.set_task_factory(self._make)

        def new_task(self, coro, context=None):
            """Make a run's first task."""
            self._loop.set_task_factory(self._factory)
            try:
                task = new_task(self._loop, coro, context=context)
            finally:
                self._loop.set_task_factory(self._make)
            self._tasks = [each for each in self._tasks if not each.done()]
            self._tasks.append(task)
            return task

        def _make(self, loop, coro, **kwargs):
            task = (self._factory or task_factory)(loop, coro, **kwargs)
            if task_now(loop) in self._tasks:
                self._tasks.append(task)
            return task

        def has(self, _context):
            """Return whether what runs in a context was born here: there are none."""
            return False

        def unfinished(self):
            """Return the tasks that are not done."""
            return [task for task in self._tasks if not task.done()]

        def close(self):
            """Leave the loop as it was."""
            if self._loop.get_task_factory() == self._make:
                self._loop.set_task_factory(self._factory)


_OWN = ("_add_callback", "_process_events", "_run_once", "call_later", "call_soon", "run_forever")


def can_pass(loop):
    """Whether a loop runs by asyncio's own passes, and not in some way of its own."""
    if not isinstance(loop, asyncio.BaseEventLoop):
        return False
    methods = [getattr(type(loop), name, None) for name in _OWN]
    return all(
        method is None or method.__module__.partition(".")[0] == "asyncio" for method in methods
    )


def refuse_depth():
    """Raise RecursionError where there is no room for another run, while there is room for that."""
    depth = len(_thread.suspended)
    if depth >= MAX_DEPTH:
        raise RecursionError("{} runs inside each other are too many".format(depth))
    frame, left = sys._getframe(), sys.getrecursionlimit() - FRAMES_LEFT
    while frame is not None:
        frame = frame.f_back
        left -= _CALLS_A_FRAME
    if left < 0:
        message = "{} runs inside each other leave Python no room for another"
        raise RecursionError(message.format(depth))


def refuse_own(loop, future):
    """Raise RuntimeError for a task that could only end when we have ended."""
    if future is task_now(loop) or any(future is each for each in _thread.suspended):
        raise RuntimeError("{!r} would wait for itself".format(future))


def scheduled(loop):
    """Return how many of the callbacks the pass around us may count on finding.

    What was scheduled after a filler came after the count.
    """
    ready = loop._ready
    for later, handle in enumerate(reversed(ready)):
        if type(handle) is _Filler:
            return len(ready) - later
    return len(ready)


def refuse_context(context):
    """Raise RuntimeError for a context that is entered: nothing else can run in it meanwhile."""
    entered = [*_thread.entered, _context_of(task_now(asyncio.get_event_loop()))]
    if context is not None and any(context is each for each in entered):
        raise RuntimeError("cannot enter {!r}: what calls this runs in it".format(context))


def run_until_complete(loop, future, counted, born=None):
    """Run further passes of the running loop until a future is done.

    Parameters:
        loop (asyncio.BaseEventLoop): the loop that is running in this thread.
        future (asyncio.Future): a future or task of that loop.
        counted (int): how many callbacks were scheduled when it all began: no fewer will be left.
        born (Born): tells which tasks were born for the future's sake.

    Returns:
        object: the future's result.

    Raises:
        RuntimeError: the loop was stopped.
        BaseException: what the future raises, or a callback that interrupts the loop.
    """
    __tracebackhide__ = True
    ready = loop._ready
    was_stopping = loop._stopping
    loop._stopping = False
    here = _thread
    here.entered.append(_context_of(task_now(loop)))
    here.born.append(born)
    suspended = swap_current_task(loop, None)
    here.suspended.append(suspended)
    postponed = []
    # 3.6 has no contexts to tell it by.
    tasks = (
        []
        if ContextVar is None
        else [(task, depth) for depth, task in enumerate(here.suspended) if task is not None]
    )
    # As long as we are here these contexts are entered, and no others.
    entered = {id(context) for context in here.entered if context is not None}
    try:
        while not future.done():
            if entered:
                _postpone(ready, entered, postponed)
            for task, depth in tasks:
                if getattr(task, "_callbacks", None):
                    _refuse_waiting_for_us(loop, task, here.born[depth:])
            if not ready and ContextVar is None:
                _wake_up_who_waits_for_us(loop, future)
            loop._run_once()
            if loop._stopping:
                was_stopping = True
                loop._stopping = False
                if not future.done():
                    raise RuntimeError("Event loop stopped before Future completed.")
    finally:
        here.suspended.pop()
        here.entered.pop()
        here.born.pop()
        swap_current_task(loop, suspended)
        loop._stopping = was_stopping
        ready.extendleft(reversed(postponed))
        if len(ready) < counted:
            ready.extend([_Filler(loop)] * (counted - len(ready)))
    return future.result()


class _Filler(asyncio.Handle):
    """What a pass finds in place of a callback that has run already."""

    def __init__(self, loop):
        super().__init__(_do_nothing, (), loop)
        self.cancel()


def _do_nothing():
    """For a callback that is never called."""


def _context_of(task):
    """The context that a running task has entered, which cannot be entered again further down."""
    if task is None or ContextVar is None:
        return None
    get = getattr(task, "get_context", None)
    return held_context(task) if get is None else get()


def _postpone(ready, entered, postponed):
    """Take out the callbacks that must wait until a context is left again; told by their ids."""
    for handle in ready:
        if id(handle._context) in entered:
            break
    else:
        return
    handles = list(ready)
    ready.clear()
    for handle in handles:
        (postponed if id(handle._context) in entered else ready).append(handle)


def _refuse_waiting_for_us(loop, task, runs):
    """Tell what waits for a task that its own run has suspended that it waits for itself.

    At once, whatever stands between: it has left a callback with the task, in its context.
    """
    for callback, context in list(task._callbacks):  # what is taken out is not stepped over
        if any(born is not None and born.has(context) for born in runs):
            task.remove_done_callback(callback)
            message = "{!r} would wait for itself: it waits for this run to end"
            failed = loop.create_future()
            failed.set_exception(RuntimeError(message.format(task)))
            failed.exception()  # it is told to who waits, and to nobody else
            loop.call_soon(callback, failed, context=context)


def _wake_up_who_waits_for_us(loop, future):
    """The same for 3.6, whose callbacks have no context: along the chain of who awaits whom."""
    waiter, waited_for = None, future
    seen = []
    while waited_for is not None and not any(waited_for is each for each in seen):
        seen.append(waited_for)
        if waiter is not None and any(waited_for is task for task in _thread.suspended):
            break
        waiter, waited_for = waited_for, getattr(waited_for, "_fut_waiter", None)
    else:
        return
    wake_up, how = find_wake_up(waiter, waited_for)
    if wake_up is not None:
        message = "{!r} would wait for itself: it waits for this run to end"
        failed = loop.create_future()
        failed.set_exception(RuntimeError(message.format(waited_for)))
        waited_for.remove_done_callback(wake_up)
        loop.call_soon(wake_up, failed, **how)
