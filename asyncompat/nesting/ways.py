"""The ways to run something inside a running loop, each with what ``Runner`` asks of a way.

A way has a ``loop``; ``check`` raises where it cannot be gone from here, ``run`` runs an awaitable
to its end, ``close`` leaves nothing of it behind.
"""

import asyncio

from ..backports import interrupts, runners
from ..backports.loops import loop_of
from ..backports.tasks import new_task
from . import hosts, passes, suspended, threads
from .born import Born


def choose(caller, loop, nested, loop_factory):
    """Return the way to go here, as a class.

    Parameters:
        caller (str): what the user has called, for the message.
        loop (asyncio.AbstractEventLoop): the loop that runs here.
        nested (bool | None), loop_factory (callable | None): what it was given.

    Raises:
        RuntimeError: there is none, or it was not asked for.
    """
    chosen, reason = hosts.way(loop, nested, loop_factory)
    if chosen == hosts.REFUSED:
        raise RuntimeError("{} {}".format(caller, reason))
    return _WAYS[chosen]


class _Inside:
    """What the ways have in common: they belong to the loop that runs here."""

    def __init__(self, debug, running):
        self._outer = running
        self._debug = debug

    def check(self, caller):
        """Raise RuntimeError where another loop runs, or none."""
        if asyncio._get_running_loop() is not self._outer:
            message = "{}: the loop that ran when this Runner was made does not run here now"
            raise RuntimeError(message.format(caller))


class Passes(_Inside):
    """On the running loop, by further passes of it; or on the one that a host has for that."""

    def __init__(self, debug, _loop_factory, running):
        loop = running
        if loop is None:
            loop = hosts.idle_loop()
            asyncio.set_event_loop(loop)
        super().__init__(debug, loop)
        self.loop = loop
        self._born = None
        self._running = 0
        self._counted = 0

    def check(self, caller):
        """Raise RuntimeError where another loop runs, or none."""
        running = asyncio._get_running_loop()
        # IPython runs its loop for the cells that await.
        is_idle = running is None and hosts.idle_loop() is self.loop
        if running is not self.loop and not is_idle:
            super().check(caller)

    def run(self, main, context):
        """Run an awaitable and return its result; its tasks go on until ``close``."""
        __tracebackhide__ = True
        loop = self.loop
        if asyncio.isfuture(main):
            if loop_of(main) is not loop:
                raise RuntimeError("{!r} belongs to another loop".format(main))
            suspended.refuse_own(loop, main)
        coro = runners.as_coroutine(main)
        try:
            self._prepare(context)
            if context is not None:
                hosts.tell_cell(context)
        except BaseException:
            coro.close()
            raise
        was_debug = loop.get_debug()
        if self._debug is not None:
            loop.set_debug(self._debug)
        if self._born is None:
            self._born = Born(loop)
            self._born.ends_with_run = context is None
        self._running += 1
        try:
            try:
                task = self._born.new_task(coro, context)
            except BaseException:
                coro.close()
                raise
            return interrupts.run_interruptibly(loop, task, self._complete)
        finally:
            self._running -= 1
            if self._debug is not None:
                loop.set_debug(was_debug)

    def _prepare(self, context):
        if self.loop.is_running():
            suspended.refuse_depth()
            suspended.refuse_context(context)
            self._counted = passes.counted(self.loop)

    def _count(self):
        self._counted = passes.counted(self.loop) if self.loop.is_running() else 0

    def _complete(self, future):
        __tracebackhide__ = True
        if not self.loop.is_running():
            return self.loop.run_until_complete(future)
        return passes.run_until_complete(self.loop, future, self._counted, self._born, cancels=True)

    def close(self):
        """Cancel the tasks that were born here and are not done."""
        if self._running:
            raise RuntimeError("Runner.close() is called from what the Runner runs")
        if self._born is None:
            return
        leftover = self._born.unfinished()
        goes_on = len(leftover) > 0 and not self.loop.is_closed()
        if goes_on:
            self.check("Runner.close()")
        born, self._born = self._born, None
        try:
            if goes_on:
                self._count()
                self._cancel(born, leftover)
        finally:
            born.close()

    def _cancel(self, born, leftover):
        for _ in range(_MOST_GENERATIONS):
            for task in filter(suspended.is_suspended, leftover):
                task.cancel()  # it can be told only when it goes on, behind us
            leftover = [each for each in leftover if not suspended.is_suspended(each)]
            if not leftover:
                break
            runners.cancel_leftover(self.loop, leftover, self._wait_for)
            leftover = born.unfinished()

    def _wait_for(self, coro):
        with interrupts.interrupts_raise():
            self._complete(new_task(self.loop, coro))


# Tasks that are cancelled may make others, so often.
_MOST_GENERATIONS = 5


class Reentrant(Passes):
    """On the running loop, which somebody has made to run inside of itself: nest_asyncio."""

    def _prepare(self, _context):
        """Nothing of it is known to us."""

    def _count(self):
        """No pass of asyncio's has counted anything."""

    def _complete(self, future):
        return self.loop.run_until_complete(future)


class StackSwitching(Reentrant):
    """On Pyodide's loop, which goes on while the stack of this call is put aside."""

    def _complete(self, future):
        return hosts.run_sync(future)


class Thread(_Inside):
    """On a loop of its own in a thread, which lives as long as the Runner."""

    def __init__(self, debug, loop_factory, running):
        super().__init__(debug, running)
        suspended.refuse_depth()
        self._worker = threads.Worker(debug, loop_factory)
        self.loop = self._worker.get_loop()

    def run(self, main, context):
        """Run an awaitable and return its result."""
        __tracebackhide__ = True
        if asyncio.isfuture(main):
            raise RuntimeError("{!r} belongs to the loop that would wait for it".format(main))
        return self._worker.run(runners.as_coroutine(main), context)

    def close(self):
        """Clean up and close the thread's loop, and end the thread."""
        self._worker.close()


_WAYS = {
    hosts.PASSES: Passes,
    hosts.REENTRANT: Reentrant,
    hosts.THREAD: Thread,
    hosts.STACK_SWITCHING: StackSwitching,
}
