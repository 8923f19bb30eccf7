"""An awaitable run to its end on the loop that is running, by further passes of that loop.

The loop runs a callback, and in it we are; what it would do after the callback it does now, pass by
pass, until the task is done. Other tasks of the loop go on meanwhile. Nothing is patched: the
current task is put aside as asyncio itself does it, and the pass around us finds as many callbacks
ahead as it has counted.

Knows asyncio's own loops from within (``_ready``, ``_run_once``, ``_stopping`` and others). It
must not know when it is right to do this: that is ``hosts``.
"""

import asyncio
import functools
import operator

from ..backports.contexts import TASKS_HAVE_CONTEXTS, Context, is_entered
from ..backports.introspection import swap_current_task
from . import selfwaits, suspended, watching
from .cancelling import is_noted

_OWN = ("_add_callback", "_process_events", "_run_once", "call_later", "call_soon", "run_forever")
_own_of = operator.attrgetter(*(name for name in _OWN if hasattr(asyncio.BaseEventLoop, name)))


def can_pass(loop):
    """Whether a loop runs by asyncio's own passes, and not in some way of its own."""
    return isinstance(loop, asyncio.BaseEventLoop) and _are_asyncios(_own_of(type(loop)))


@functools.lru_cache(maxsize=16)
def _are_asyncios(methods):
    return all(method.__module__.partition(".")[0] == "asyncio" for method in methods)


def counted(loop):
    """Return how many callbacks the pass around us may count on finding scheduled, at most.

    It has counted before it called us: no more than there are now, and no more than a run has left
    that ended in this very callback.
    """
    ready = loop._ready
    return ready[0].counted if _is_marked(ready) else len(ready)


def _is_marked(ready):
    """Whether a run has ended in the callback that is being called."""
    return len(ready) > 0 and type(ready[0]) is _Mark


def run_until_complete(loop, future, counted, born=None, *, cancels=False):
    """Run further passes of the running loop until a future is done.

    Parameters:
        loop (asyncio.BaseEventLoop): the loop that is running in this thread.
        future (asyncio.Future): a future or task of that loop.
        counted (int): how many callbacks there were when it all began: no fewer will be left.
        born (Born): tells which tasks were born for the future's sake.
        cancels (bool): whether the future is cancelled, and waited for, if the loop is to stop.

    Returns:
        object: the future's result.

    Raises:
        RuntimeError: the loop was stopped, once more if the future is cancelled first.
        BaseException: what the future raises, or a callback that interrupts the loop.
    """
    __tracebackhide__ = True
    was_stopping, loop._stopping = loop._stopping, False
    run = suspended.Run(loop, born, future)
    current = swap_current_task(loop, None)
    runs = suspended.runs()
    runs.append(run)
    # As long as we are here these contexts are entered, and no others.
    is_inner = len(runs) > 1
    entered = [c for each in runs for c in each.contexts] if is_inner else run.contexts
    postponed = _Postponed(loop, entered, run, tries=run.enters_more)
    # A task's steps are never what a file or signal is watched with.
    watched = None if run.is_step else watching.InCopies(loop, run.contexts)
    try:
        # What was asked for between two runs, or in the last pass of one, is asked for again here:
        # who makes one short run after the other comes to nothing else.
        if is_inner or any(map(is_noted, run.tasks)):
            _tell(runs)
        if was_stopping and suspended.has_begun_stopping(loop, _SELDOM):
            _stop(future, cancels)
        postponed.call_scheduled()
        ready = loop._ready
        number, has_asked = 0, False
        while not future.done():
            if loop._stopping:
                _stop(future, cancels)
                cancels, was_stopping, loop._stopping = False, True, False
            # Where nothing else goes on, and now and then.
            number += 1
            if not ready or not number % _OFTEN:
                _tell(runs)
                if not ready or not number % _SELDOM:
                    selfwaits.refuse(loop, [each for each in runs if each.loop is loop])
            # Every other pass asks for no events, if there is something to call: that makes up for
            # what has to be looked at here.
            has_asked = not (has_asked and ready)
            (postponed.ask if has_asked else postponed.call_scheduled)()
        if not has_asked and suspended.has_to_ask(_SELDOM):
            ready.append(_Filler())  # so that no event is waited for
            postponed.ask()
    finally:
        runs.pop()
        swap_current_task(loop, current)
        run.handed_on.take_back()
        loop._stopping = loop._stopping or was_stopping
        _unmark(loop._ready)
        postponed.put_back(runs, run.contexts)
        if watched is not None:
            watched.put_back()
        suspended.tell_left(run)
        _leave(loop._ready, counted)
    if loop._stopping and not run.tasks and future.cancelled():
        raise RuntimeError(_STOPPED)  # nobody is there who could have been cancelled
    return future.result()


_STOPPED = "Event loop stopped before Future completed."
# One pass, or run, in so many.
_OFTEN, _SELDOM = 8, 64


def _tell(runs):
    """Tell what is to end in some runs: somebody has asked for that, or it is left of one."""
    suspended.end_leftovers()
    for each in runs:
        each.handed_on.look()


def _stop(future, cancels):
    """Cancel a future, for its loop is to stop: who waits in a call cannot be left to wait."""
    if not cancels:
        raise RuntimeError(_STOPPED)
    future.cancel()


def _unmark(ready):
    """Take away what a run has left that has ended in the callback that is being called."""
    if _is_marked(ready):
        ready.popleft()


def _leave(ready, counted):
    """Leave as many callbacks as the pass around us has counted, with a mark before them."""
    if counted or ready:
        ready.appendleft(_Mark(counted))
    if len(ready) < counted:
        ready.extend([_Filler()] * (counted - len(ready)))


class _Filler(asyncio.Handle):
    """What a pass finds in place of a callback that has run already."""

    __slots__ = ()

    def __init__(self):
        # As cheaply as can be: it is never called.
        self._cancelled = True
        self._callback = self._args = self._loop = self._repr = self._source_traceback = None
        if TASKS_HAVE_CONTEXTS:
            self._context = None


class _Mark(_Filler):
    """The foremost of what a run leaves: when it has gone, the pass has gone on to other callbacks.

    Until then another run need leave no more than this one, whatever was scheduled in between.
    """

    __slots__ = ("counted",)

    def __init__(self, counted):
        super().__init__()
        self.counted = counted


class _Look(_Filler):
    """The first callback of a pass that has asked for events: it looks at all that it will call."""

    __slots__ = ("_take_out",)

    def __init__(self, take_out):
        super().__init__()
        self._cancelled = False
        self._take_out = take_out

    def _run(self):
        self._take_out()


class _Postponed:
    """The callbacks that must wait until a context is left again, which is entered further up.

    Contexts are told by what they are: to compare two is to compare what is in them. Where others
    may be entered than are known, it ``tries`` them. Nothing is taken out of what is scheduled, for
    other threads put something in at any time.
    """

    def __init__(self, loop, entered, run, *, tries):
        self.tries = tries
        self._loop = loop
        self._ready = loop._ready
        self._nearest = entered[-1] if entered else None
        self._others = {id(context) for context in entered[:-1]} if len(entered) > 1 else ()
        self._look = None  # most runs end before they ask
        self._changed = run.changed
        self._handles = run.postponed

    def take_out(self):
        """Have those wait that are scheduled by now."""
        nearest = self._nearest
        # It is done in every other pass, and nearly always one context is all that is asked for.
        is_more = self._others or self.tries
        for handle in list(self._ready) if nearest is not None else ():
            if handle._context is nearest or (is_more and self._is_entered(handle._context)):
                self._changed.append((handle, handle._context))
                handle._context = _Postponing(self._handles, handle)

    def ask(self):
        """Have the loop do a pass of its own, which asks for events, and waits for one."""
        if self._nearest is not None:
            # What it calls is known only then: a timer that is due, what a thread has scheduled.
            if not self._ready:
                _wait(self._loop)
            if self._look is None:
                self._look = _Look(self.take_out)
            self._ready.appendleft(self._look)
        self._loop._run_once()

    def call_scheduled(self):
        """Call what is scheduled and need not wait, as a pass does, but ask for no events.

        The pass around us may have been told of some already, and not have come to what they are
        for.
        """
        ready, nearest, is_timed = self._ready, self._nearest, self._loop._debug
        if self._others or self.tries:
            self.take_out()
            nearest = None
        for _ in range(len(ready)):
            handle = ready.popleft()
            if handle._cancelled:
                continue
            if nearest is not None and handle._context is nearest:
                self._handles.append(handle)
            elif is_timed:
                _run_timed(self._loop, handle)
            else:
                handle._run()

    def _is_entered(self, context):
        if context is self._nearest or id(context) in self._others:
            return True
        return self.tries and type(context) is Context and is_entered(context)

    def put_back(self, runs, left_now):
        """Have them run next, but for those that have to wait for one of the runs around this.

        The contexts that are ``left_now`` are so before anything else is called.
        """
        left = self._handles
        if self._look is not None:
            self._look._cancelled = True
        if runs:
            self.take_out()  # also what has come last: the pass around us may have counted so far
        for handle, context in self._changed:
            handle._context = context
        if runs:
            have_run = {id(handle) for handle in left}
            for handle in [each for each, _ in self._changed if id(each) not in have_run]:
                outer = _has_entered(runs, handle._context, left_now)
                if outer is not None:
                    outer.changed.append((handle, handle._context))
                    handle._context = _Postponing(outer.postponed, handle)
            owners = [_has_entered(runs, each._context, left_now) for each in left]
            for outer, handle in zip(owners, left):
                if outer is not None:
                    outer.postponed.append(handle)
            left = [handle for outer, handle in zip(owners, left) if outer is None]
        self._loop._ready.extendleft(reversed(left))


def _run_timed(loop, handle):
    """Run a callback as a pass does in debug mode: it is known, and told of if it takes long."""
    around, loop._current_handle = loop._current_handle, handle
    began = loop.time()
    try:
        handle._run()
    finally:
        loop._current_handle = around
    took = loop.time() - began
    if took >= loop.slow_callback_duration:
        shown = asyncio.base_events._format_handle(handle)
        asyncio.log.logger.warning("Executing %s took %.3f seconds", shown, took)


def _has_entered(runs, context, left_now):
    """Return the run of these that is in a context, or None."""
    for run in runs:
        if any(context is each for each in run.contexts):
            return run
    # In which one it was entered nobody knows: with the nearest it is tried again.
    if runs[-1].enters_more and not any(context is each for each in left_now):
        return runs[-1] if type(context) is Context and is_entered(context) else None
    return None


def _wait(loop):
    """Wait for an event, or a timer, as a pass does: it will still be there for the pass."""
    timers = loop._scheduled
    timeout = None
    if timers:
        timeout = min(max(0, timers[0]._when - loop.time()), _LONGEST)
    loop._selector.select(timeout)


# Seconds that a selector can wait.
_LONGEST = 24 * 3600


class _Postponing:
    """What a callback has in place of its context."""

    def __init__(self, handles, handle):
        self._handles = handles
        self._handle = handle

    def run(self, _callback, *_args):
        """Run the callback later."""
        self._handles.append(self._handle)
