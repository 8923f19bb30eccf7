"""Contexts for tasks, where the interpreter's tasks take none. Knows nothing of loops.

Tasks can be given a context since 3.11, contexts exist since 3.7.
"""

import collections.abc
import gc
import sys

# What is scheduled and what is called back has a context, too.
TASKS_HAVE_CONTEXTS = sys.version_info >= (3, 7)

try:
    from contextvars import Context, ContextVar, copy_context
except ImportError:  # 3.6 has none, unless somebody installed the backport of the module
    Context = copy_context = None


def held_context(task):
    """Return the context that a task of 3.7 - 3.11 runs in; these keep it to themselves."""
    context = getattr(task, "_context", None)  # a task written in Python
    if context is None and Context is not None:
        # The first that a C task shows the garbage collector: the others are its callbacks'.
        held = gc.get_referents(task)
        context = next((each for each in held if type(each) is Context), None)
    return context


def is_entered(context):
    """Return whether nothing can run in a context just now, for something does."""
    try:
        context.run(_nothing)
    except RuntimeError:
        return True
    return False


def _nothing():
    pass


def is_current(context):
    """Return whether a context is the one that we are in."""
    mark = _mark.set(context)
    try:
        return context.get(_mark) is context
    finally:
        _mark.reset(mark)


if Context is not None:
    _mark = ContextVar("asyncompat's mark")


class InContext(collections.abc.Coroutine):
    """A coroutine every step of which runs in a given context.

    Everything else that is asked of it (``cr_frame``, ``__qualname__``, ...) its coroutine answers,
    so that a task's repr and stack show the user's function.

    A step for which the context cannot be entered, since what a run has suspended is in it, is put
    off: ``until_left`` has what to wait for.
    """

    __slots__ = ("__weakref__", "_put_off", "context", "coro")

    until_left = staticmethod(lambda _context: None)

    def __init__(self, coro, context):
        self.coro = coro
        self.context = context
        self._put_off = None

    def send(self, value):
        if self._put_off is not None:
            (step, *args), self._put_off = self._put_off, None
            return self._take(step, *args)
        return self._take(self.coro.send, value)

    def throw(self, *exc_info):
        self._put_off = None  # to be cancelled comes before all else
        return self._take(self.coro.throw, *exc_info)

    def _take(self, step, *args):
        try:
            return self.context.run(step, *args)
        except RuntimeError as error:
            if error.__traceback__.tb_next is not None:  # the step's own
                raise
            left = self.until_left(self.context)
            if left is None:
                raise
            self._put_off = (step, *args)
            return next(left.__await__())

    def close(self):
        self.context.run(self.coro.close)

    def __await__(self):
        return self

    def __next__(self):
        return self.send(None)

    def __getattr__(self, name):
        return getattr(self.coro, name)
