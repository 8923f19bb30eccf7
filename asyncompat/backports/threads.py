"""Running blocking functions off the loop."""

import functools

from .contexts import copy_context
from .loops import get_running_loop


async def to_thread(func, *args, **kwargs):
    """Run a function in a thread of the loop's default executor and return what it returns.

    Parameters:
        func (callable): the function; it sees a copy of the current context (where the
            interpreter has contexts: not on 3.6).
        *args, **kwargs: what to call it with.

    Returns:
        object: what ``func`` returns.

    Raises:
        BaseException: whatever ``func`` raises.

    In asyncio since 3.9. Source: asyncio documentation, "Coroutines and Tasks", "Running in
    Threads".
    """
    call = functools.partial(func, *args, **kwargs)
    if copy_context is not None:
        call = functools.partial(copy_context().run, call)
    return await get_running_loop().run_in_executor(None, call)
