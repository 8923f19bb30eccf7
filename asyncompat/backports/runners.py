"""A loop's whole life around one coroutine: made, run, cleaned up, closed.

The rules are CPython's newest, followed step by step here rather than by calling the interpreter's
``asyncio.run``, whose rules changed over the versions and which debuggers and other libraries
replace.
"""

import asyncio
import contextlib
import inspect
import signal
import sys
import threading
import warnings

from . import tasks
from .contexts import copy_context
from .exceptions import NotAwaitableError
from .introspection import tasks_now

# Before 3.8 a subprocess's end is told to one loop only: the one that is set in the main thread.
_SUBPROCESSES_NEED_A_WATCHER = sys.version_info < (3, 8) and sys.platform != "win32"
# Before 3.12 tasks lack what today's have: those of a loop that is made here are ours.
_TASKS_NEED_A_FACTORY = tasks.Task is not asyncio.Task

# How long the default executor's threads are waited for at the end.
_JOIN_SECONDS = 300

_NEW, _OPEN, _CLOSED = "new", "open", "closed"
_NESTED = (
    "{} cannot be called from a running event loop: `await` the coroutine instead, or "
    "run it on a loop in another thread with `await to_thread(run, ...)`"
)


def run(main, *, debug=None, loop_factory=None):
    """Run an awaitable on a new event loop, clean up, and return its result.

    When it is done, the tasks it left running are cancelled and waited for, asynchronous generators
    are finished, the default executor's threads joined, and the loop is closed. In the main thread
    a first Ctrl-C cancels ``main``, so that its ``finally`` blocks run, and when it has ended
    ``KeyboardInterrupt`` is raised; a second one does not wait.

    Parameters:
        main (awaitable): a coroutine, or anything that can be awaited.
        debug (bool): the loop's debug mode; None leaves it as the environment says.
        loop_factory (callable): makes the loop, which is then not set as the thread's loop; by
            default ``asyncio.new_event_loop`` makes it, and it is set meanwhile.

    Returns:
        object: what ``main`` returns.

    Raises:
        RuntimeError: an event loop is running in this thread.
        TypeError: ``main`` cannot be awaited (a ``ValueError`` too, as it was before 3.14).
        KeyboardInterrupt: Ctrl-C was pressed.
        BaseException: whatever ``main`` raises.

    In asyncio since 3.7; ``debug=None`` since 3.8, Ctrl-C since 3.11, ``loop_factory`` since 3.12,
    any awaitable since 3.14. Source: asyncio documentation, "Runners".
    """
    if asyncio._get_running_loop() is not None:
        _discard(main)
        raise RuntimeError(_NESTED.format("run()"))
    try:
        runner = Runner(debug=debug, loop_factory=loop_factory).__enter__()
    except BaseException:
        _discard(main)
        raise
    with runner:
        return runner._run(main, None)


class Runner:
    """A context manager that owns a loop and runs awaitables on it, one after the other.

    The loop is made when it is first needed, and at the end cleaned up as ``run`` does it. What the
    awaitables set in their context the next ones see.

    Parameters:
        debug (bool), loop_factory (callable): as of ``run``.

    In asyncio since 3.11; ``run`` takes any awaitable since 3.14. Source: asyncio documentation,
    "Runners", "Runner context manager".
    """

    def __init__(self, *, debug=None, loop_factory=None):
        self._state = _NEW
        self._debug = debug
        self._loop_factory = loop_factory
        self._loop = None
        self._context = None
        self._is_set = False

    def __enter__(self):
        self._open()
        return self

    def __exit__(self, kind, error, traceback):
        self.close()

    def get_loop(self):
        """Return the loop.

        Raises:
            RuntimeError: the runner is closed.
        """
        self._open()
        return self._loop

    def run(self, coro, *, context=None):
        """Run an awaitable on the loop and return its result.

        Parameters:
            coro (awaitable): a coroutine, or anything that can be awaited.
            context (contextvars.Context): what it runs in; by default the runner's own.

        Returns:
            object: what ``coro`` returns.

        Raises:
            RuntimeError: an event loop is running in this thread, or the runner is closed.
            TypeError, KeyboardInterrupt, BaseException: as of ``run``.
        """
        if asyncio._get_running_loop() is not None:
            raise RuntimeError(_NESTED.format("Runner.run()"))
        self._open()
        return self._run(coro, self._context if context is None else context)

    def close(self):
        """Clean up and close the loop, once; a runner that ran nothing has none."""
        if self._state != _OPEN:
            return
        try:
            _clean_up(self._loop)
        finally:
            if self._is_set:
                asyncio.set_event_loop(None)
            else:
                _watch_subprocesses(None)
            self._loop.close()
            self._loop = None
            self._state = _CLOSED

    def _open(self):
        if self._state == _CLOSED:
            raise RuntimeError("Runner is closed")
        if self._state == _OPEN:
            return
        if self._loop_factory is None:
            self._loop = asyncio.new_event_loop()
            asyncio.set_event_loop(self._loop)
            self._is_set = True
        else:
            self._loop = self._loop_factory()
            _watch_subprocesses(self._loop)
        if self._debug is not None:
            self._loop.set_debug(self._debug)
        if _TASKS_NEED_A_FACTORY and self._loop.get_task_factory() is None:
            self._loop.set_task_factory(tasks.task_factory)
        self._context = copy_context and copy_context()
        self._state = _OPEN

    def _run(self, main, context):
        if not asyncio.iscoroutine(main):
            if not inspect.isawaitable(main):
                message = "a coroutine was expected, or another awaitable, got {!r}: `run(main())`?"
                raise NotAwaitableError(message.format(main))
            main = _awaiting(main)
        return _run_interruptibly(self._loop, tasks.new_task(self._loop, main, context=context))


async def _awaiting(awaitable):
    return await awaitable


def _watch_subprocesses(loop):
    """Have the ends of subprocesses told to a loop that is not set as the thread's."""
    if _SUBPROCESSES_NEED_A_WATCHER and threading.current_thread() is threading.main_thread():
        with contextlib.suppress(NotImplementedError):  # a policy without subprocesses
            asyncio.get_child_watcher().attach_loop(loop)


def _discard(awaitable):
    """Close a coroutine that will not run, so that nothing is reported as never awaited."""
    if asyncio.iscoroutine(awaitable):
        awaitable.close()


def _run_interruptibly(loop, task):
    """Run a task to its end; in the main thread, let Ctrl-C cancel it first."""
    interrupts = 0

    def on_interrupt(_signum, _frame):
        nonlocal interrupts
        interrupts += 1
        if interrupts > 1 or task.done():
            raise KeyboardInterrupt
        task.cancel()
        loop.call_soon_threadsafe(lambda: None)  # wake the loop where it waits for events

    installed = _install_interrupt_handler(on_interrupt)
    try:
        return loop.run_until_complete(task)
    except asyncio.CancelledError:
        if interrupts:
            # A custom factory's task may not tell who else asked for it.
            uncancel = getattr(task, "uncancel", None)
            if uncancel is not None and uncancel() == 0:
                raise KeyboardInterrupt from None
        raise
    finally:
        if task.done() and not task.cancelled():
            task.exception()  # 3.6 complains of a KeyboardInterrupt that nobody asked for
        if installed and signal.getsignal(signal.SIGINT) is on_interrupt:
            signal.signal(signal.SIGINT, signal.default_int_handler)


def _install_interrupt_handler(handler):
    if threading.current_thread() is not threading.main_thread():
        return False
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:
        return False  # the program has its own way with Ctrl-C
    try:
        signal.signal(signal.SIGINT, handler)
    except ValueError:  # an embedded interpreter without signals
        return False
    return True


def _clean_up(loop):
    """Leave nothing of the loop's behind: no task, no asynchronous generator, no thread."""
    leftover = tasks_now(loop)
    if leftover:
        for task in leftover:
            task.cancel()
        _complete(loop, asyncio.wait(leftover))
        for task in leftover:
            if not task.cancelled() and task.exception() is not None:
                loop.call_exception_handler(
                    {
                        "message": "unhandled exception during asyncio.run() shutdown",
                        "exception": task.exception(),
                        "task": task,
                    }
                )
    _complete(loop, loop.shutdown_asyncgens())
    if sys.version_info >= (3, 12):
        shutdown = loop.shutdown_default_executor(_JOIN_SECONDS)
    elif hasattr(loop, "_default_executor"):
        shutdown = _shut_down(loop, loop._default_executor)
    else:
        shutdown = loop.shutdown_default_executor()
    _complete(loop, shutdown)


def _complete(loop, coro):
    # Not left to the loop, which below 3.11 asks what its task factory made for more than it needs.
    loop.run_until_complete(tasks.new_task(loop, coro))


async def _shut_down(loop, executor):
    """Join an executor's threads, which may need the loop to finish: it goes on meanwhile."""
    if executor is None:
        return
    joined = loop.create_future()

    def join():
        executor.shutdown()
        with contextlib.suppress(RuntimeError):  # too late: the loop is closed
            loop.call_soon_threadsafe(joined.set_result, None)

    thread = threading.Thread(target=join, daemon=True)
    thread.start()
    await asyncio.wait([joined], timeout=_JOIN_SECONDS)
    if joined.done():
        thread.join()
    else:
        message = "The executor did not finish joining its threads within {} seconds."
        warnings.warn(message.format(_JOIN_SECONDS), RuntimeWarning, stacklevel=2)
        executor.shutdown(wait=False)
