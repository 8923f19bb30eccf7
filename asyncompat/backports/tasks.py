"""Making tasks that know what today's know.

Tasks of an older interpreter have no name (3.6, 3.7), do not count requests for their cancellation
(3.6 - 3.10), take no context (3.6 - 3.10) and do not start eagerly (3.6 - 3.11). Below 3.12
asyncompat therefore makes tasks of a class of its own, a subclass of the interpreter's. A task that
somebody else made is a foreign task: what it cannot hold itself is held beside it, weakly.
"""

import asyncio
import itertools
import sys
import weakref

from .births import births_of
from .chaining import chain_cancellation
from .contexts import InContext, held_context
from .introspection import PyTask, swap_current_task
from .loops import get_event_loop, get_running_loop

_HAS_NAMES = hasattr(asyncio.Task, "set_name")
_COUNTS_CANCELLATIONS = hasattr(asyncio.Task, "uncancel")
_CANCEL_TAKES_MESSAGE = sys.version_info >= (3, 9)
_TAKES_CONTEXT = sys.version_info >= (3, 11)
_STARTS_EAGERLY = sys.version_info >= (3, 12)
_LOOP_PASSES_EVERYTHING = sys.version_info >= (3, 14)

_names = weakref.WeakKeyDictionary()
_numbers = itertools.count(1)


class _TaskType(type(asyncio.Task)):
    """Every task of the interpreter is an instance of ``asyncompat.Task``, as it is of its own."""

    def __instancecheck__(cls, instance):
        return isinstance(instance, asyncio.Task)


class Task(asyncio.Task, metaclass=_TaskType):
    """A future that runs a coroutine; made by ``create_task``, hardly ever by hand.

    Parameters:
        coro (coroutine): what to run.
        loop (asyncio.AbstractEventLoop): where; by default the running loop.
        name (object): the task's name, as ``str(name)``; by default ``Task-N``.
        context (contextvars.Context): the context that the coroutine runs in; by default a copy of
            the current one.
        eager_start (bool): run the coroutine at once, up to where it first waits, if ``loop`` runs.

    Raises:
        TypeError: ``coro`` is no coroutine.

    In asyncio always; ``name`` since 3.8, ``context`` since 3.11, ``eager_start`` since 3.12.
    ``isinstance`` holds for every task of the interpreter. The message given to ``cancel`` is lost
    before 3.9, and before 3.11 where the task is awaited. Source: asyncio documentation, "Task
    Object".
    """

    __slots__ = ("_counted", "_ended_at_once", "_given_name")

    def __init__(self, coro, *, loop=None, name=None, context=None, eager_start=False):
        if not asyncio.iscoroutine(coro):
            self._log_destroy_pending = False  # it never was
            raise TypeError("a coroutine was expected, got {!r}".format(coro))
        loop = get_event_loop() if loop is None else loop
        kwargs = {}
        if _HAS_NAMES:
            kwargs["name"] = name
        elif name is not None:
            self.set_name(name)
        if context is not None:
            if _TAKES_CONTEXT:
                kwargs["context"] = context
            else:
                coro = InContext(coro, context)
        self._ended_at_once = False
        if eager_start and loop.is_running():
            _first_step_now(super().__init__, coro, loop=loop, **kwargs)
            self._ended_at_once = self.done()
        else:
            super().__init__(coro, loop=loop, **kwargs)

    def get_coro(self):
        """Return the coroutine, or None of a task that started eagerly and never waited.

        In asyncio since 3.8. Source: asyncio documentation, "Task Object".
        """
        if self._ended_at_once:
            return None
        coro = self._coro
        return coro.coro if type(coro) is InContext else coro

    def get_context(self):
        """Return the context.

        In asyncio since 3.12. Source: asyncio documentation, "Task Object".
        """
        coro = self._coro
        return coro.context if type(coro) is InContext else held_context(self)

    if not _HAS_NAMES:

        def get_name(self):
            """Return the name.

            In asyncio since 3.8. Source: asyncio documentation, "Task Object".
            """
            try:
                return self._given_name
            except AttributeError:
                self._given_name = "Task-{}".format(next(_numbers))
                return self._given_name

        def set_name(self, value):
            """Set the name.

            In asyncio since 3.8. Source: asyncio documentation, "Task Object".
            """
            self._given_name = str(value)

    if not _COUNTS_CANCELLATIONS:
        # Who waits for what it runs inside the loop is told of its cancellation by that.
        _hand_on = staticmethod(lambda _task, _message: False)

        def cancel(self, msg=None):
            """Ask for cancellation; return whether there is anything to cancel.

            In asyncio always; ``msg`` since 3.9. Source: asyncio documentation, "Task Object".
            """
            if self.done():
                return False
            self._counted = self.cancelling() + 1
            if self._hand_on(self, msg if _CANCEL_TAKES_MESSAGE else None):
                return True
            chain_cancellation(self)
            return super().cancel(msg) if _CANCEL_TAKES_MESSAGE else super().cancel()

        def cancelling(self):
            """Return how many requests for cancellation were made and not taken back.

            In asyncio since 3.11. Source: asyncio documentation, "Task Object".
            """
            try:
                return self._counted
            except AttributeError:
                return 0

        def uncancel(self):
            """Take one request for cancellation back; return how many are left.

            In asyncio since 3.11. Source: asyncio documentation, "Task Object".
            """
            self._counted = max(self.cancelling() - 1, 0)
            return self._counted


if _STARTS_EAGERLY:
    Task = asyncio.Task


def new_task(loop, coro, *, name=None, context=None, eager_start=None, **kwargs):
    """Make a task the way the loop does: with its task factory, if it has one."""
    if _LOOP_PASSES_EVERYTHING:
        given = {"name": name, "context": context, "eager_start": eager_start}
        kwargs.update((key, value) for key, value in given.items() if value is not None)
        return loop.create_task(coro, **kwargs)
    factory = loop.get_task_factory() if hasattr(loop, "get_task_factory") else None
    births = []
    noting = births_of(factory)
    while noting is not None:
        births.append(noting)
        factory = noting.before
        noting = births_of(factory)
    if factory not in (None, task_factory):
        if eager_start is not None:
            kwargs["eager_start"] = eager_start
        if context is not None and _TAKES_CONTEXT:
            kwargs["context"] = context
        elif context is not None:
            coro = InContext(coro, context)
        task = factory(loop, coro, **kwargs)
    elif kwargs:
        raise TypeError("unexpected keyword argument {!r}".format(min(kwargs)))
    elif _STARTS_EAGERLY and not eager_start:
        return loop.create_task(coro, name=name, context=context)
    else:
        task = Task(coro, loop=loop, name=name, context=context, eager_start=bool(eager_start))
        name = None
    if name is not None:
        _set_name(task, name)
    for each in births:
        each.note(loop, task)
    return task


def create_task(coro, *, name=None, context=None, eager_start=None, **kwargs):
    """Schedule a coroutine on the running loop and return its task.

    Parameters:
        coro (coroutine): what to run.
        name (object): the task's name, as ``str(name)``; by default ``Task-N``.
        context (contextvars.Context): the context that the coroutine runs in - this very one, not
            a copy; by default a copy of the current context. On 3.6, which has no contexts, any
            object with such a ``run`` method.
        eager_start (bool): run the coroutine at once, up to where it first waits; by default as
            the loop's task factory does.
        **kwargs: whatever else the loop's task factory takes.

    Returns:
        asyncio.Task: keep it; the loop itself holds tasks weakly.

    Raises:
        RuntimeError: no event loop is running in this thread.
        TypeError: ``coro`` is no coroutine.

    In asyncio since 3.7; ``name`` since 3.8, ``context`` since 3.11, ``eager_start`` and others
    since 3.14. Source: asyncio documentation, "Coroutines and Tasks", "Creating Tasks".
    """
    loop = get_running_loop()
    if not asyncio.iscoroutine(coro):
        raise TypeError("a coroutine was expected, got {!r}".format(coro))
    return new_task(loop, coro, name=name, context=context, eager_start=eager_start, **kwargs)


def task_factory(loop, coro, **kwargs):
    """The factory of the loops that ``run`` makes below 3.12: all their tasks are ours."""
    return Task(coro, loop=loop, **kwargs)


def create_eager_task_factory(custom_task_constructor):
    """Return a task factory whose tasks start at once and are scheduled only where they wait.

    Parameters:
        custom_task_constructor (callable): makes the task as ``Task`` does, of the same arguments.
            Below 3.12 a class derived from the interpreter's own may also be given, which does not
            know ``eager_start``.

    Returns:
        callable: for ``loop.set_task_factory``.

    In asyncio since 3.12; ``eager_start=False`` since 3.14. Source: asyncio documentation,
    "Coroutines and Tasks", "Eager Task Factory".
    """
    is_foreign = (
        not _STARTS_EAGERLY
        and isinstance(custom_task_constructor, type)
        and issubclass(custom_task_constructor, (asyncio.Task, PyTask))
        and not issubclass(custom_task_constructor, Task)
    )

    def factory(loop, coro, *, eager_start=True, **kwargs):
        if not is_foreign:
            return custom_task_constructor(coro, loop=loop, eager_start=eager_start, **kwargs)
        name = kwargs.pop("name", None)
        context = kwargs.pop("context", None)
        if context is not None:
            coro = InContext(coro, context)
        if eager_start and loop.is_running():
            task = _first_step_now(custom_task_constructor, coro, loop=loop, **kwargs)
        else:
            task = custom_task_constructor(coro, loop=loop, **kwargs)
        if name is not None:
            _set_name(task, name)
        return task

    return factory


eager_task_factory = create_eager_task_factory(Task)
eager_task_factory.__name__ = eager_task_factory.__qualname__ = "eager_task_factory"
eager_task_factory.__doc__ = """Make a task that starts at once, for ``loop.set_task_factory``.

    A coroutine that never waits is done, and its task with it, when ``create_task`` returns; the
    loop is not asked for anything.

    Parameters:
        loop (asyncio.AbstractEventLoop): where it runs.
        coro (coroutine): what to run.
        **kwargs: ``name``, ``context``, ``eager_start``, as of ``create_task``.

    Returns:
        asyncio.Task: the task, perhaps done.

    In asyncio since 3.12. Source: asyncio documentation, "Coroutines and Tasks", "Eager Task
    Factory".
    """


def _first_step_now(make_task, coro, *, loop, **kwargs):
    """Make a task, and have it take the step now that it asks the loop to have it take soon."""
    asked = []

    def call_soon(callback, *args, context=None):
        asked.append((callback, args, context))

    replaced = vars(loop).get("call_soon")
    loop.call_soon = call_soon  # for no longer than the task is being made
    try:
        made = make_task(coro, loop=loop, **kwargs)
    finally:
        if replaced is None:
            del loop.call_soon
        else:
            loop.call_soon = replaced
    (step, args, context), *others = asked
    for callback, its_args, _ in others:
        loop.call_soon(callback, *its_args)
    previous = swap_current_task(loop, None)
    try:
        step(*args) if context is None else context.run(step, *args)
    finally:
        swap_current_task(loop, previous)
    return made


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


def task_context(task):
    """Return the context that a task runs in, on every interpreter that has contexts.

    The function for ``task.get_context()``, which tasks have since 3.12.

    Parameters:
        task (asyncio.Task): any task, whoever made it.

    Returns:
        contextvars.Context | None: the very context, not a copy; None on 3.6 where none was given.

    Source: asyncio documentation, "Task Object", ``Task.get_context``.
    """
    try:
        return task.get_context()
    except AttributeError:
        return held_context(task)
