"""Marks for the linter: what a function is, where its code does not say it.

They do nothing when the program runs. It knows nothing of asyncio, or of the linter.
"""


def blocking(function):
    """Mark a function that blocks the event loop, for ``asyncompat check`` to report its callers.

    For what the linter cannot see: an extension module, a call that goes through data.

    Parameters:
        function: a function or method, that blocks whoever calls it.

    Returns:
        The function itself.

    Source: asyncio documentation, "Developing with asyncio", Running Blocking Code. Not a name of
    asyncio's.
    """
    return function


def nonblocking(function):
    """Mark a function that does not block the event loop, whatever ``asyncompat check`` sees in it.

    For what blocks only where it is no harm: at a start, for a moment, in another thread.

    Parameters:
        function: a function or method, that may be called on the event loop.

    Returns:
        The function itself.

    Source: asyncio documentation, "Developing with asyncio", Running Blocking Code. Not a name of
    asyncio's.
    """
    return function
