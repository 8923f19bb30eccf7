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
