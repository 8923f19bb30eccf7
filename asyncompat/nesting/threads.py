"""Awaitables run on a loop in a thread of its own, while this thread waits for them.

For loops whose passes cannot be run from within. What the caller has set in its context is seen.
"""

import asyncio
import queue
import threading

from ..backports import interrupts, runners
from ..backports.contexts import copy_context
from ..backports.introspection import task_now
from . import selfwaits, suspended

# So many seconds after each other it is looked for what waits for the loop that we block.
_FIRST_LOOK, _LATER_LOOKS = 0.05, 1.0


class Worker:
    """A thread with a Runner, which does in it what it is asked for, one thing after the other.

    Parameters:
        debug (bool), loop_factory (callable): as of ``Runner``.
    """

    def __init__(self, debug, loop_factory):
        self._runner = runners.Runner(debug=debug, loop_factory=loop_factory)
        self._asked = queue.Queue()
        # A second Ctrl-C leaves it behind; then it must not keep the process.
        self._is_left_behind = False
        target, args = self._answer, (suspended.depth() + 1,)
        if copy_context is not None:
            target, args = copy_context().run, (target, *args)
        thread = threading.Thread(target=target, args=args, name="asyncompat.run", daemon=True)
        thread.start()

    def get_loop(self):
        """Return the thread's loop.

        Raises:
            BaseException: whatever the factory raises; then the thread has ended.
        """
        try:
            return self._ask(self._runner.get_loop).result()
        except BaseException:
            self._asked.put(None)
            raise

    def run(self, coro, context):
        """Run a coroutine and return its result; Ctrl-C cancels it.

        Parameters:
            coro (coroutine): what to run; it must not belong to a loop that runs in this thread.
            context (contextvars.Context): what it runs in; None for a copy of the caller's.

        Returns:
            object: what it returns.

        Raises:
            KeyboardInterrupt: Ctrl-C was pressed.
            BaseException: what it raises.
        """
        __tracebackhide__ = True
        started = []
        if context is None and copy_context is not None:
            context = copy_context()

        async def whole():
            loop = asyncio.get_event_loop()
            started.append((loop, task_now(loop)))
            return await coro

        interrupted, look_after = False, _FIRST_LOOK
        with interrupts.interrupts_raise():
            answer = self._ask(lambda: self._runner.run(whole(), context=context))
            while not answer.ended.is_set():
                try:
                    if not answer.ended.wait(look_after) and started:
                        look_after = _LATER_LOOKS
                        selfwaits.refuse_across(asyncio._get_running_loop(), started[0][0])
                except KeyboardInterrupt:
                    if interrupted or not started:
                        self._is_left_behind = True
                        raise
                    interrupted = True
                    loop, task = started[0]
                    loop.call_soon_threadsafe(task.cancel)
            if not started:
                coro.close()
            if interrupted and isinstance(answer.error, asyncio.CancelledError):
                raise KeyboardInterrupt
        return answer.result()

    def close(self):
        """Close the Runner, and end the thread."""
        closed = self._ask(self._runner.close)
        self._asked.put(None)
        if not self._is_left_behind:
            with interrupts.interrupts_raise():
                closed.result()

    def _ask(self, function):
        answer = _Answer(function)
        self._asked.put(answer)
        return answer

    def _answer(self, around):
        suspended.begin_thread(around)
        while True:
            answer = self._asked.get()
            if answer is None:
                return
            answer.find()


class _Answer:
    """What a function comes to, in another thread."""

    def __init__(self, function):
        self.ended = threading.Event()
        self.error = None
        self._function = function
        self._value = None

    def find(self):
        """Call the function, in the thread where it belongs."""
        try:
            self._value = self._function()
        except BaseException as error:
            self.error = error
        finally:
            self._function = None
            self.ended.set()

    def result(self):
        """Wait for the function's end, and return or raise what it did."""
        __tracebackhide__ = True
        self.ended.wait()
        if self.error is not None:
            try:
                raise self.error
            finally:
                self.error = None  # it leads to this frame
        return self._value
