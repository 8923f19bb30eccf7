"""An awaitable run to its end on the loop that is running, by further passes of that loop.

The loop runs a callback, and in it we are; what it would do after the callback it does now, pass by
pass, until the task is done. Other tasks of the loop go on meanwhile. Nothing is patched: the
current task is put aside as asyncio itself does it, and the pass around us finds as many callbacks
ahead as it has counted.

Knows asyncio's own loops from within (``_ready``, ``_scheduled``, ``_run_once``, ``_stopping``). It
must not know when it is right to do this: that is ``hosts``.
"""

import asyncio
import functools
import operator

from ..backports.contexts import TASKS_HAVE_CONTEXTS
from ..backports.introspection import swap_current_task
from . import selfwaits, suspended

_OWN = ("_add_callback", "_process_events", "_run_once", "call_later", "call_soon", "run_forever")
_own_of = operator.attrgetter(*(name for name in _OWN if hasattr(asyncio.BaseEventLoop, name)))


def can_pass(loop):
    """Whether a loop runs by asyncio's own passes, and not in some way of its own."""
    return isinstance(loop, asyncio.BaseEventLoop) and _are_asyncios(_own_of(type(loop)))


@functools.lru_cache(maxsize=16)
def _are_asyncios(methods):
    return all(method.__module__.partition(".")[0] == "asyncio" for method in methods)


def scheduled(loop):
    """Return how many of the callbacks the pass around us may count on finding.

    What was scheduled after a filler came after the count.
    """
    ready = loop._ready
    for later, handle in enumerate(reversed(ready)):
        if type(handle) is _Filler:
            return len(ready) - later
    return len(ready)


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
    run = suspended.Run(suspended.tasks_to_suspend(loop), born)
    current = swap_current_task(loop, None)
    runs = suspended.runs()
    runs.append(run)
    # As long as we are here these contexts are entered, and no others.
    postponed = _Postponed(loop, [context for each in runs for context in each.contexts])
    waited_for = selfwaits.waited_for(runs)
    try:
        while not future.done():
            postponed.take_out()
            for task, births in waited_for:
                if getattr(task, "_callbacks", None):
                    selfwaits.refuse(loop, task, births)
            if not TASKS_HAVE_CONTEXTS:
                selfwaits.refuse_without_contexts(loop, runs)
            loop._run_once()
            if loop._stopping:
                was_stopping = True
                loop._stopping = False
                if not future.done():
                    raise RuntimeError("Event loop stopped before Future completed.")
    finally:
        runs.pop()
        swap_current_task(loop, current)
        loop._stopping = was_stopping
        postponed.put_back()
        suspended.tell_left(run)
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


class _Postponed:
    """The callbacks that must wait until a context is left again, which is entered further up.

    Contexts are told by their ids: to compare two is to compare what is in them.
    """

    def __init__(self, loop, entered):
        self._ready = loop._ready
        self._entered = {id(context) for context in entered}
        self._handles = []
        self._timers = []
        if entered:
            for handle in loop._scheduled:
                if id(handle._context) in self._entered:
                    self._timers.append((handle, handle._context))
                    handle._context = _Postponing(self._handles, handle)

    def take_out(self):
        """Take those out that the next pass would run."""
        entered = self._entered
        if not entered:
            return
        for handle in self._ready:
            if id(handle._context) in entered:
                break
        else:
            return
        handles = list(self._ready)
        self._ready.clear()
        for handle in handles:
            (self._handles if id(handle._context) in entered else self._ready).append(handle)

    def put_back(self):
        """Have them run next."""
        for handle, context in self._timers:
            handle._context = context
        self._ready.extendleft(reversed(self._handles))


class _Postponing:
    """What a timer has in place of its context: a pass makes it ready and runs it in one go."""

    def __init__(self, handles, handle):
        self._handles = handles
        self._handle = handle

    def run(self, _callback, *_args):
        """Run the timer's callback later."""
        self._handles.append(self._handle)
