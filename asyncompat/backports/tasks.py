"""Making tasks and asking for them, on interpreters whose tasks know less than today's.

A task of an older interpreter is a C object that takes no attributes and has no name (3.6, 3.7)
and no way to be given a context (3.6 - 3.10). What it cannot hold itself is held beside it, weakly;
a context is entered around every step of the coroutine.
"""

import asyncio
import collections.abc
import itertools
import weakref

from .loops import get_running_loop

_names = weakref.WeakKeyDictionary()
_numbers = itertools.count(1)


def create_task(coro, *, name=None, context=None):
    """Schedule a coroutine on the running loop and return its task.

    Parameters:
        coro (coroutine): what to run.
        name (object): the task's name, as ``str(name)``; by default ``Task-N``.
        context (contextvars.Context): the context that the coroutine runs in - this very one, not
            a copy; by default a copy of the current context. On 3.6, which has no contexts, any
            object with such a ``run`` method.

    Returns:
        asyncio.Task: keep it; the loop itself holds tasks weakly.

    Raises:
        RuntimeError: no event loop is running in this thread.
        TypeError: ``coro`` is no coroutine.

    In asyncio since 3.7; ``name`` since 3.8, ``context`` since 3.11. Source: asyncio
    documentation, "Coroutines and Tasks", "Creating Tasks".
    """
    loop = get_running_loop()
    if not asyncio.iscoroutine(coro):
        raise TypeError("a coroutine was expected, got {!r}".format(coro))
    task = loop.create_task(coro if context is None else _InContext(coro, context))
    if name is not None:
        _set_name(task, name)
    return task


def task_name(task):
    """Return a task's name, on every interpreter.

    Tasks got names in 3.8; ``task.get_name()`` is the same there. On 3.6 and 3.7 this is the name
    that ``create_task(name=)`` gave, or else a ``Task-N`` that stays the task's own.

    Parameters:
        task (asyncio.Task): any task, whoever made it.

    Returns:
        str: the name.

    Source: asyncio documentation, "Task Object", ``Task.get_name``.
    """
    try:
        return task.get_name()
    except AttributeError:
        if task not in _names:
            _names[task] = "Task-{}".format(next(_numbers))
        return _names[task]


def _set_name(task, name):
    try:
        task.set_name(name)
    except AttributeError:
        _names[task] = str(name)


def current_task(loop=None):
    """Return the task that is running, or None outside of any.

    Parameters:
        loop (asyncio.AbstractEventLoop): whose task; by default the running loop's.

    Returns:
        asyncio.Task | None: the task.

    Raises:
        RuntimeError: no loop was given and none is running.

    In asyncio since 3.7. Source: asyncio documentation, "Coroutines and Tasks", "Introspection".
    """
    return asyncio.Task.current_task(get_running_loop() if loop is None else loop)


def all_tasks(loop=None):
    """Return the tasks that are not done yet.

    Parameters:
        loop (asyncio.AbstractEventLoop): whose tasks; by default the running loop's.

    Returns:
        set[asyncio.Task]: the tasks, the calling one among them.

    Raises:
        RuntimeError: no loop was given and none is running.

    In asyncio since 3.7. Source: asyncio documentation, "Coroutines and Tasks", "Introspection".
    """
    loop = get_running_loop() if loop is None else loop
    while True:
        try:
            return {task for task in asyncio.Task.all_tasks(loop) if not task.done()}
        except RuntimeError:
            # Another thread made or dropped a task while the weak set was being read.
            continue


class _InContext(collections.abc.Coroutine):
    """A coroutine every step of which runs in a given context.

    Everything else that is asked of it (``cr_frame``, ``__qualname__``, ...) its coroutine answers,
    so that a task's repr and stack show the user's function.
    """

    __slots__ = ("__weakref__", "_context", "_coro")

    def __init__(self, coro, context):
        self._coro = coro
        self._context = context

    def send(self, value):
        return self._context.run(self._coro.send, value)

    def throw(self, *exc_info):
        return self._context.run(self._coro.throw, *exc_info)

    def close(self):
        self._context.run(self._coro.close)

    def __await__(self):
        return self

    def __next__(self):
        return self.send(None)

    def __getattr__(self, name):
        return getattr(self._coro, name)
