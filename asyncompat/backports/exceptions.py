"""The exceptions that backports raise. Knows nothing of who raises them, or when."""

import asyncio
import builtins

if asyncio.TimeoutError is builtins.TimeoutError:
    DeadlineExceeded = builtins.TimeoutError
else:

    class DeadlineExceeded(asyncio.TimeoutError, builtins.TimeoutError):
        """A deadline has passed: caught by ``asyncio.TimeoutError`` and ``TimeoutError`` alike.

        Since Python 3.11 the two are one class; before, they are strangers to each other.
        """

    DeadlineExceeded.__name__ = DeadlineExceeded.__qualname__ = "TimeoutError"


class NotAwaitableError(TypeError, ValueError):
    """What was given cannot be awaited: a ``TypeError`` since 3.14, a ``ValueError`` before."""


NotAwaitableError.__name__ = NotAwaitableError.__qualname__ = "TypeError"


class QueueShutDown(Exception):  # noqa: N818 - asyncio's name
    """``put`` or ``get`` on a queue that is shut down.

    In asyncio since 3.13. Source: asyncio documentation, "Queues", "Exceptions".
    """


class BrokenBarrierError(RuntimeError):
    """A barrier was reset or broken while tasks waited at it.

    In asyncio since 3.11. Source: asyncio documentation, "Synchronization Primitives", "Barrier".
    """


class SendfileNotAvailableError(RuntimeError):
    """The system call ``sendfile`` is not available for a socket or file.

    In asyncio since 3.7. Source: asyncio documentation, "Exceptions".
    """
