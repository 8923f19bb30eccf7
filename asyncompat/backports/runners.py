"""A loop's whole life around one coroutine: made, run, cleaned up, closed.

The rules are CPython's newest, followed step by step here rather than by calling the interpreter's
``asyncio.run``, whose rules changed over the versions and which debuggers and other libraries
replace.
"""

import asyncio
import concurrent.futures
import inspect
import signal
import sys
import threading

from . import tasks

_all_tasks = getattr(asyncio, "all_tasks", tasks.all_tasks)

# Before 3.8 a subprocess's end is told to the loop that is set for the main thread only.
_SUBPROCESSES_NEED_THE_SET_LOOP = sys.version_info < (3, 8)
# Before 3.11 no task can tell who cancelled it.
_TASKS_COUNT_CANCELLATIONS = hasattr(asyncio.Task, "uncancel")


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
        TypeError: ``main`` cannot be awaited.
        KeyboardInterrupt: Ctrl-C was pressed.
        BaseException: whatever ``main`` raises.

    In asyncio since 3.7; ``debug=None`` since 3.8, Ctrl-C since 3.11, ``loop_factory`` since 3.12,
    any awaitable since 3.14. Source: asyncio documentation, "Runners".
    """
    if asyncio._get_running_loop() is not None:
        _discard(main)
        raise RuntimeError(
            "run() cannot be called from a running event loop: `await` the coroutine instead, or "
            "run it on a loop in another thread with `await to_thread(run, ...)`"
        )
    if not asyncio.iscoroutine(main):
        if not inspect.isawaitable(main):
            message = "an awaitable is required (call the function: `run(main())`), got {!r}"
            raise TypeError(message.format(main))
        main = _awaiting(main)

    is_set = loop_factory is None or _SUBPROCESSES_NEED_THE_SET_LOOP
    try:
        loop = asyncio.new_event_loop() if loop_factory is None else loop_factory()
    except BaseException:
        _discard(main)
        raise
    try:
        if is_set:
            asyncio.set_event_loop(loop)
        if debug is not None:
            loop.set_debug(debug)
        return _run_interruptibly(loop, loop.create_task(main))
    finally:
        try:
            _clean_up(loop)
        finally:
            if is_set:
                asyncio.set_event_loop(None)
            loop.close()


async def _awaiting(awaitable):
    return await awaitable


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
        if interrupts and _is_only_cancellation(task):
            raise KeyboardInterrupt from None
        raise
    finally:
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


def _is_only_cancellation(task):
    """Whether nobody else than Ctrl-C asked for the task's cancellation."""
    if not _TASKS_COUNT_CANCELLATIONS:
        return True
    uncancel = getattr(task, "uncancel", None)  # a custom factory's task may have none
    return uncancel is not None and uncancel() == 0


def _clean_up(loop):
    """Leave nothing of the loop's behind: no task, no asynchronous generator, no thread."""
    leftover = _all_tasks(loop)
    if leftover:
        for task in leftover:
            task.cancel()
        loop.run_until_complete(asyncio.wait(leftover))
        for task in leftover:
            if not task.cancelled() and task.exception() is not None:
                loop.call_exception_handler(
                    {
                        "message": "unhandled exception during run() shutdown",
                        "exception": task.exception(),
                        "task": task,
                    }
                )
    loop.run_until_complete(loop.shutdown_asyncgens())
    if hasattr(loop, "shutdown_default_executor"):
        loop.run_until_complete(loop.shutdown_default_executor())
    else:
        loop.run_until_complete(_shutdown_default_executor(loop))


async def _shutdown_default_executor(loop):
    executor = getattr(loop, "_default_executor", None)
    if executor is not None:
        # A thread may need the loop to finish, so the loop goes on while another thread joins it.
        with concurrent.futures.ThreadPoolExecutor(1) as joiner:
            await loop.run_in_executor(joiner, executor.shutdown)
