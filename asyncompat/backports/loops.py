"""Which event loop is meant. Knows of loops, and nothing of what runs on them."""

import asyncio
import threading
import warnings


def get_running_loop():
    """Return the event loop that runs in this thread.

    Returns:
        asyncio.AbstractEventLoop: the running loop.

    Raises:
        RuntimeError: no event loop is running in this thread.

    In asyncio since 3.7. Source: asyncio documentation, "Event Loop", "Obtaining the Event Loop".
    """
    loop = asyncio._get_running_loop()
    if loop is None:
        raise RuntimeError("no running event loop")
    return loop


def get_event_loop():
    """Return the running event loop or, when none runs, the one that is set for this thread.

    In the main thread there always is one: when none is set, it is made and set, as asyncio did
    before 3.14. Programs in the idiom of that time,
    ``get_event_loop().run_until_complete(main())``, thereby run on every interpreter, without a
    warning. New programs have no use for it: ``run(main())``.

    Returns:
        asyncio.AbstractEventLoop: the loop; yours to close where you use it to run something.

    Raises:
        RuntimeError: not the main thread, and no loop is set for this one.

    Source: asyncio documentation, "Event Loop", ``get_event_loop`` with its changes in 3.10,
    3.12 and 3.14.
    """
    loop = asyncio._get_running_loop()
    if loop is not None:
        return loop
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            return asyncio.get_event_loop()
    except RuntimeError:
        if threading.current_thread() is not threading.main_thread():
            raise
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop


def loop_of(future):
    """Return the loop that a future or task belongs to."""
    try:
        return future.get_loop()  # 3.7
    except AttributeError:
        return future._loop


# In asyncio since 3.13. Source: asyncio documentation, "Event Loop", "Event Loop Implementations".
EventLoop = getattr(asyncio, "ProactorEventLoop", asyncio.SelectorEventLoop)

# Public in asyncio since 3.9. Source: asyncio documentation, "Event Loop", "Server Objects".
Server = asyncio.base_events.Server
