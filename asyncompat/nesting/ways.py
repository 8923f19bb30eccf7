"""The ways to run something inside a running loop, each with what ``Runner`` asks of a way.

A way has a ``loop``; ``check`` raises where it cannot be gone from here, ``run`` runs an awaitable
to its end, ``close`` leaves nothing of it behind.
"""

import asyncio

from ..backports import runners
from ..backports.loops import loop_of
from ..backports.tasks import new_task
from . import hosts, passes, threads


def choose(caller, nested, loop_factory):
    """Return the way to go here, as a class.

    Parameters:
        caller (str): what the user has called, for the message.
        nested (bool | None), loop_factory (callable | None): what it was given.

    Raises:
        RuntimeError: there is none, or it was not asked for.
    """
    chosen, reason = hosts.way(nested, loop_factory)
    if chosen == hosts.REFUSED:
        raise RuntimeError("{} {}".format(caller, reason))
    return {
        hosts.PASSES: Passes,
        hosts.THREAD: Thread,
        hosts.STACK_SWITCHING: StackSwitching,
    }[chosen]


class _Inside:
    """What the ways have in common: they belong to the loop that runs here."""

    def __init__(self, debug, _loop_factory):
        self.loop = asyncio.get_event_loop()
        self._debug = debug

    def check(self, caller):
        """Raise RuntimeError where another loop runs, or none."""
        if asyncio._get_running_loop() is not self.loop:
            message = "{}: the loop that ran when this Runner was made does not run here now"
            raise RuntimeError(message.format(caller))

    def close(self):
        """Nothing is left behind."""


class Passes(_Inside):
    """On the running loop, by further passes of it."""

    def __init__(self, debug, loop_factory):
        super().__init__(debug, loop_factory)
        self._born = []
        self._counted = 0

    def run(self, main, context):
        """Run an awaitable and return its result; its tasks go on until ``close``."""
        __tracebackhide__ = True
        loop = self.loop
        if asyncio.isfuture(main):
            if loop_of(main) is not loop:
                raise RuntimeError("{!r} belongs to another loop".format(main))
            passes.refuse_own(loop, main)
        coro = runners.as_coroutine(main)
        try:
            passes.refuse_depth()
        except RecursionError:
            coro.close()
            raise
        self._counted = passes.scheduled(loop)
        was_debug = loop.get_debug()
        if self._debug is not None:
            loop.set_debug(self._debug)
        born = passes.Born(loop)
        self._born.append(born)
        try:
            task = born.new_task(coro, context)
            return runners.run_interruptibly(loop, task, self._complete)
        finally:
            if self._debug is not None:
                loop.set_debug(was_debug)

    def _complete(self, future):
        __tracebackhide__ = True
        return passes.run_until_complete(self.loop, future, self._counted)

    def close(self):
        """Cancel the tasks that were born here and are not done."""
        self._counted = passes.scheduled(self.loop)
        for born in self._born:
            born.close()
            leftover = born.unfinished()
            if leftover:
                runners.cancel_leftover(self.loop, leftover, self._wait_for)

    def _wait_for(self, coro):
        self._complete(new_task(self.loop, coro))


class Thread(_Inside):
    """On a loop of its own in a thread."""

    def __init__(self, debug, loop_factory):
        super().__init__(debug, loop_factory)
        self._loop_factory = loop_factory

    def run(self, main, _context):
        """Run an awaitable and return its result."""
        __tracebackhide__ = True
        if asyncio.isfuture(main):
            raise RuntimeError("{!r} belongs to the loop that would wait for it".format(main))
        coro = runners.as_coroutine(main)
        return threads.run_in_thread(self._run, coro)

    def _run(self, coro):
        return runners.run(coro, debug=self._debug, loop_factory=self._loop_factory)


class StackSwitching(_Inside):
    """On Pyodide's loop, which goes on while the stack of this call is put aside."""

    def run(self, main, _context):
        """Run an awaitable and return its result."""
        return hosts.run_sync(runners.as_coroutine(main))
