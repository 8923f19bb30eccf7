"""What is a coroutine, and what makes one."""

import asyncio
import collections.abc
import functools
import inspect
import types

# What asyncio sets on a function, and `unittest.mock` on its mocks, to have it taken for one.
_MARK = getattr(asyncio.coroutines, "_is_coroutine", None)


def iscoroutinefunction(func):
    """Return whether calling something makes a coroutine.

    True for what ``async def`` has made, also in a ``functools.partial`` or as a method, and for
    what was marked with ``inspect.markcoroutinefunction``.

    Parameters:
        func (object): anything.

    Returns:
        bool: whether.

    In asyncio since 3.4; deprecated there since 3.14, where this warns of nothing. Source: asyncio
    documentation, "Coroutines and Tasks", and ``inspect.iscoroutinefunction``.
    """
    while isinstance(func, functools.partial):
        func = func.func
    if inspect.iscoroutinefunction(func):
        return True
    return _MARK is not None and getattr(func, "_is_coroutine", None) is _MARK


def iscoroutine(obj):
    """Return whether something is a coroutine object.

    Parameters:
        obj (object): anything.

    Returns:
        bool: whether; for a generator it is False, as it is in asyncio since 3.12.

    In asyncio since 3.4. Source: asyncio documentation, "Coroutines and Tasks".
    """
    return isinstance(obj, (types.CoroutineType, collections.abc.Coroutine))
