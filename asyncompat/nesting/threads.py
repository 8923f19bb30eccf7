"""An awaitable run to its end on a loop of its own in a thread, while this thread waits for it.

For loops whose passes cannot be run from within. What the caller has set in its context is seen.
"""

import asyncio
import threading

from ..backports.contexts import copy_context
from ..backports.runners import interrupts_raise


def run_in_thread(run, main):
    """Run an awaitable in a thread and return its result; Ctrl-C cancels it.

    Parameters:
        run (callable): runs a coroutine on a loop of its own.
        main (awaitable): what to run; it must not belong to a loop that runs in this thread.

    Returns:
        object: what ``main`` returns.

    Raises:
        KeyboardInterrupt: Ctrl-C was pressed.
        BaseException: what ``main`` raises.
    """
    __tracebackhide__ = True
    started = []
    outcome = []

    async def whole():
        started.append(asyncio.get_event_loop())
        task = asyncio.ensure_future(_awaiting(main))
        started.append(task)
        return await task

    def target():
        try:
            outcome.append((run(whole()), None))
        except BaseException as error:
            outcome.append((None, error))
            if not started and asyncio.iscoroutine(main):
                main.close()
        finally:
            ended.set()

    ended = threading.Event()
    if copy_context is not None:
        args = (target,)
        thread = threading.Thread(target=copy_context().run, args=args, name="asyncompat.run")
    else:
        thread = threading.Thread(target=target, name="asyncompat.run")
    thread.start()
    interrupted = False
    with interrupts_raise():
        while not ended.is_set():
            try:
                ended.wait()  # `join` takes an interrupt for the end of the thread before 3.13
            except KeyboardInterrupt:
                if interrupted or len(started) < 2:
                    raise
                interrupted = True
                loop, task = started
                loop.call_soon_threadsafe(task.cancel)
    thread.join()
    ((result, error),) = outcome
    if interrupted and isinstance(error, asyncio.CancelledError):
        raise KeyboardInterrupt
    if error is not None:
        raise error
    return result


async def _awaiting(awaitable):
    return await awaitable
