"""A loop's whole life around one coroutine: made, run, cleaned up, closed.

The rules are CPython's newest, followed step by step here rather than by calling the interpreter's
``asyncio.run``, whose rules changed over the versions and which debuggers and other libraries
replace.
"""

import asyncio
import contextlib
import functools
import inspect
import sys
import threading
import warnings

from . import tasks
from .contexts import copy_context
from .exceptions import NotAwaitableError
from .interrupts import run_interruptibly
from .introspection import tasks_now

# Before 3.8 a subprocess's end is told to one loop only: the one that is set in the main thread.
_SUBPROCESSES_NEED_A_WATCHER = sys.version_info < (3, 8) and sys.platform != "win32"
# Before 3.12 tasks lack what today's have: those of a loop that is made here are ours.
_TASKS_NEED_A_FACTORY = tasks.Task is not asyncio.Task

# How long the default executor's threads are waited for at the end.
_JOIN_SECONDS = 300

_NEW, _OPEN, _CLOSED = "new", "open", "closed"


def run(main, *, debug=None, loop_factory=None, nested=None):
    """Run an awaitable to its end on an event loop, clean up, and return its result.

    When it is done, the tasks it left running are cancelled and waited for, asynchronous generators
    are finished, the default executor's threads joined, and the loop is closed. In the main thread
    a first Ctrl-C cancels ``main``, so that its ``finally`` blocks run, and when it has ended
    ``KeyboardInterrupt`` is raised; a second one does not wait.

    Where a loop already runs in this thread, that is an error as it is in asyncio, except in an
    interactive host: a Jupyter kernel, IPython, marimo, a REPL, Pyodide. There the awaitable is run
    to its end on the loop that runs, whose other tasks go on meanwhile; the tasks it left running
    are cancelled, and nothing else.

    Parameters:
        main (awaitable): a coroutine, or anything that can be awaited.
        debug (bool): the loop's debug mode; None leaves it as the environment says.
        loop_factory (callable): makes the loop, which is then not set as the thread's loop; by
            default ``asyncio.new_event_loop`` makes it, and it is set meanwhile. Inside a running
            loop, that loop is run in a thread.
        nested (bool): whether to run inside a running loop: True anywhere, False nowhere, None in
            an interactive host.

    Returns:
        object: what ``main`` returns.

    Raises:
        RuntimeError: an event loop is running in this thread, or ``main`` would wait for itself.
        RecursionError: too many runs inside each other.
        TypeError: ``main`` cannot be awaited (a ``ValueError`` too, as it was before 3.14).
        KeyboardInterrupt: Ctrl-C was pressed.
        BaseException: whatever ``main`` raises.

    In asyncio since 3.7; ``debug=None`` since 3.8, Ctrl-C since 3.11, ``loop_factory`` since 3.12,
    any awaitable since 3.14; ``nested`` is not asyncio's. Source: asyncio documentation, "Runners".
    """
    __tracebackhide__ = True
    runner = Runner(debug=debug, loop_factory=loop_factory, nested=nested)
    try:
        runner._open("asyncio.run()", main)
        try:
            return runner._run(main, None)
        finally:
            runner.close()
    except BaseException as error:
        raise error.with_traceback(users_frames(error.__traceback__))  # noqa: B904


class Runner:
    """A context manager that owns a loop and runs awaitables on it, one after the other.

    The loop is made when it is first needed, and at the end cleaned up as ``run`` does it. What the
    awaitables set in their context the next ones see. Inside a running loop it does as ``run``.

    Parameters:
        debug (bool), loop_factory (callable), nested (bool): as of ``run``.

    In asyncio since 3.11; ``run`` takes any awaitable since 3.14. Source: asyncio documentation,
    "Runners", "Runner context manager".
    """

    def __init__(self, *, debug=None, loop_factory=None, nested=None):
        self._state = _NEW
        self._debug = debug
        self._loop_factory = loop_factory
        self._nested = nested
        self._way = None  # of running something, once there is a loop

    def __enter__(self):
        self._open("Runner")
        return self

    def __exit__(self, kind, error, traceback):
        self.close()

    def get_loop(self):
        """Return the loop.

        Raises:
            RuntimeError: the runner is closed.
        """
        self._open("Runner.get_loop()")
        return self._way.loop

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
        __tracebackhide__ = True
        try:
            self._open("Runner.run()", coro)
            return self._run(coro, self._context if context is None else context)
        except BaseException as error:
            raise error.with_traceback(users_frames(error.__traceback__))  # noqa: B904

    def close(self):
        """Clean up and close the loop, once; a runner that ran nothing has none."""
        if self._state == _OPEN:
            self._way.close()
            self._state = _CLOSED

    def _open(self, caller, main=None):
        """Have a way to run something: what was to be run is closed where that cannot be made.

        Where it is refused it stays as it is, as by asyncio: whoever asked may still await it.
        """
        if self._state == _CLOSED:
            raise RuntimeError("Runner is closed")
        if self._state == _OPEN:
            self._way.check(caller)
            return
        running = asyncio._get_running_loop()
        if running is None:
            make = self._host_loop() or OwnLoop
        else:
            make = _ways().choose(caller, running, self._nested, self._loop_factory)
        try:
            self._way = make(self._debug, self._loop_factory, running)
        except BaseException:
            discard(main)
            raise
        self._context = copy_context and copy_context()
        self._state = _OPEN

    def _host_loop(self):
        """The way on the loop that an interactive host has for what its cells await, or None."""
        if self._nested is False or self._loop_factory is not None or "IPython" not in sys.modules:
            return None
        from ..nesting import hosts

        return None if hosts.idle_loop() is None else _ways().Passes

    def _run(self, main, context):
        __tracebackhide__ = True
        return self._way.run(main, context)


@functools.lru_cache(maxsize=None)
def _ways():
    """The module of the ways inside a running loop: imported where one is needed, and not before.

    To ask the import system each time takes as long as a pass of the loop.
    """
    from ..nesting import ways

    return ways


class OwnLoop:
    """The way to run something where no loop runs: on a loop that is made for it."""

    def __init__(self, debug, loop_factory, _running):
        self._is_set = loop_factory is None
        self.loop = asyncio.new_event_loop() if loop_factory is None else loop_factory()
        if self._is_set:
            asyncio.set_event_loop(self.loop)
        else:
            _watch_subprocesses(self.loop)
        if debug is not None:
            self.loop.set_debug(debug)
        if _TASKS_NEED_A_FACTORY and self.loop.get_task_factory() is None:
            self.loop.set_task_factory(tasks.task_factory)

    def check(self, caller):
        """Raise RuntimeError where a loop runs by now."""
        if asyncio._get_running_loop() is not None:
            message = "{} cannot be called from a running event loop: this Runner has its own"
            raise RuntimeError(message.format(caller))

    def run(self, main, context):
        """Run an awaitable and return its result."""
        __tracebackhide__ = True
        task = tasks.new_task(self.loop, as_coroutine(main), context=context)
        return run_interruptibly(self.loop, task, self.loop.run_until_complete)

    def close(self):
        """Leave nothing of the loop's behind."""
        try:
            _clean_up(self.loop)
        finally:
            if self._is_set:
                asyncio.set_event_loop(None)
            else:
                _watch_subprocesses(None)
            self.loop.close()


def as_coroutine(main):
    """Return a coroutine that awaits something, or raise what ``run`` raises of what it cannot."""
    if asyncio.iscoroutine(main):
        return main
    if not inspect.isawaitable(main):
        message = "a coroutine was expected, or another awaitable, got {!r}: `run(main())`?"
        raise NotAwaitableError(message.format(main))
    return _awaiting(main)


async def _awaiting(awaitable):
    return await awaitable


def users_frames(traceback):
    """Return a traceback without the frames at its head that drive the user's code.

    Whoever raises what has this traceback adds a frame of its own: that one nobody can leave out.
    """
    while traceback is not None:
        module = traceback.tb_frame.f_globals.get("__name__", "")
        # Of tasks that are written in Python, their steps.
        is_step = module == "asyncio.tasks" and "__step" in traceback.tb_frame.f_code.co_name
        if not is_step and module not in _DRIVERS and module.partition(".")[0] != "asyncompat":
            break
        traceback = traceback.tb_next
    return traceback


_DRIVERS = frozenset(
    "asyncio.base_events asyncio.events asyncio.futures nest_asyncio nest_asyncio2".split()
)


def _watch_subprocesses(loop):
    """Have the ends of subprocesses told to a loop that is not set as the thread's."""
    if _SUBPROCESSES_NEED_A_WATCHER and threading.current_thread() is threading.main_thread():
        with contextlib.suppress(NotImplementedError):  # a policy without subprocesses
            asyncio.get_child_watcher().attach_loop(loop)


def discard(awaitable):
    """Close a coroutine that will not run, so that nothing is reported as never awaited."""
    if asyncio.iscoroutine(awaitable):
        awaitable.close()


def _clean_up(loop):
    """Leave nothing of the loop's behind: no task, no asynchronous generator, no thread."""

    def complete(coro):
        # Not left to the loop, which below 3.11 asks more of what its task factory made.
        loop.run_until_complete(tasks.new_task(loop, coro))

    leftover = tasks_now(loop)
    if leftover:
        cancel_leftover(loop, leftover, complete)
    complete(loop.shutdown_asyncgens())
    if sys.version_info >= (3, 12):
        shutdown = loop.shutdown_default_executor(_JOIN_SECONDS)
    elif hasattr(loop, "_default_executor"):
        shutdown = _shut_down(loop, loop._default_executor)
    else:
        shutdown = loop.shutdown_default_executor()
    complete(shutdown)


def cancel_leftover(loop, leftover, complete):
    """Cancel tasks, wait for them with a function, and tell the loop what they raise."""
    for task in leftover:
        task.cancel()
    complete(asyncio.wait(leftover))
    for task in leftover:
        if not task.cancelled() and task.exception() is not None:
            loop.call_exception_handler(
                {
                    "message": "unhandled exception during asyncio.run() shutdown",
                    "exception": task.exception(),
                    "task": task,
                }
            )


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
