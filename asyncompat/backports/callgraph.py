"""Who waits for whom, as well as an older interpreter can be asked.

Since 3.14 futures know who awaits them. Before, this is found out when somebody asks: a task tells
what it waits for, a future's callbacks tell of the group and the ``gather`` that it belongs to, and
whatever else there is has said so with ``future_add_to_awaited_by``. The call stack of a coroutine
is read off it. What is not found - behind ``wait``, ``as_completed``, a coroutine that is not
Python's - is missing from the picture.
"""

import asyncio
import collections
import itertools
import sys
import types
import weakref

from .introspection import task_now, tasks_now
from .loops import loop_of
from .tasks import task_name

_awaited_by = weakref.WeakKeyDictionary()

FrameCallGraphEntry = collections.namedtuple("FrameCallGraphEntry", ["frame"])
FrameCallGraphEntry.__doc__ = """One call: its ``frame``.

In asyncio since 3.14. Source: asyncio documentation, "Call Graph Introspection".
"""
FutureCallGraph = collections.namedtuple("FutureCallGraph", ["future", "call_stack", "awaited_by"])
FutureCallGraph.__doc__ = """A future, the calls in it, and the graphs of those that await it.

``call_stack`` is a tuple of ``FrameCallGraphEntry``, the innermost first; ``awaited_by`` one of
``FutureCallGraph``.

In asyncio since 3.14. Source: asyncio documentation, "Call Graph Introspection".
"""


def future_add_to_awaited_by(fut, waiter):
    """Note that one future is awaited by another, where nothing else tells it.

    Parameters:
        fut (asyncio.Future), waiter (asyncio.Future): which by which; others are ignored.

    In asyncio since 3.14. Source: asyncio documentation, "Call Graph Introspection".
    """
    if asyncio.isfuture(fut) and asyncio.isfuture(waiter):
        _awaited_by.setdefault(fut, weakref.WeakSet()).add(waiter)


def future_discard_from_awaited_by(fut, waiter):
    """Take back what ``future_add_to_awaited_by`` has noted.

    Parameters:
        fut (asyncio.Future), waiter (asyncio.Future): as they were given there.

    In asyncio since 3.14. Source: asyncio documentation, "Call Graph Introspection".
    """
    if asyncio.isfuture(fut) and asyncio.isfuture(waiter):
        _awaited_by.get(fut, set()).discard(waiter)


def capture_call_graph(future=None, *, depth=1, limit=None):
    """Return who waits for a future, and where, all the way up.

    Parameters:
        future (asyncio.Future | None): which; by default the current task.
        depth (int): how many of the innermost calls to leave out, for the current task.
        limit (int | None): how many calls at most of each future; the innermost, or with a negative
            number the outermost.

    Returns:
        FutureCallGraph | None: the graph; None outside of any task.

    Raises:
        TypeError: ``future`` is no future.
        RuntimeError: no future was given and no loop is running.

    In asyncio since 3.14. Source: asyncio documentation, "Call Graph Introspection".
    """
    current = task_now() if asyncio._get_running_loop() is not None or future is None else None
    if future is None:
        future = current
        if future is None:
            return None
    if not asyncio.isfuture(future):
        raise TypeError("a future was expected, got {!r}".format(future))
    if future is not current:
        return _graph(future, limit, set())
    stack = []
    frame = sys._getframe(depth)
    while frame is not None:
        stack.append(FrameCallGraphEntry(frame))
        is_coroutine = frame.f_code.co_flags & 0x280  # inspect.CO_COROUTINE, CO_ASYNC_GENERATOR
        frame = frame.f_back
        if is_coroutine and (frame is None or not frame.f_code.co_flags & 0x280):
            break
    return _graph(future, limit, set(), stack)


def format_call_graph(future=None, *, depth=1, limit=None):
    """Return the graph as text.

    Parameters:
        future, depth, limit: as of ``capture_call_graph``.

    Returns:
        str: the text; empty outside of any task.

    In asyncio since 3.14. Source: asyncio documentation, "Call Graph Introspection".
    """
    graph = capture_call_graph(future, depth=depth + 1, limit=limit)
    return "" if graph is None else "\n".join(_lines(graph))


def print_call_graph(future=None, *, file=None, depth=1, limit=None):
    """Print the graph.

    Parameters:
        future, depth, limit: as of ``capture_call_graph``.
        file (TextIO): where to; by default the standard output.

    In asyncio since 3.14. Source: asyncio documentation, "Call Graph Introspection".
    """
    print(format_call_graph(future, depth=depth + 1, limit=limit), file=file)


def _graph(future, limit, seen, stack=None):
    seen = seen | {future}
    if stack is None:
        stack = _stack_of(future)
    if limit is not None:
        stack = stack[:limit] if limit >= 0 else stack[limit:]
    waiters = [waiter for waiter in _waiters_of(future) if waiter not in seen]
    return FutureCallGraph(
        future, tuple(stack), tuple(_graph(waiter, limit, seen) for waiter in waiters)
    )


def _stack_of(future):
    """The calls in a waiting task, the innermost first."""
    frames = []
    coro = getattr(future, "_coro", None)
    while coro is not None:
        for of_its_kind in ("cr", "ag", "gi"):
            frame = getattr(coro, of_its_kind + "_frame", None)
            if frame is not None:
                frames.append(FrameCallGraphEntry(frame))
        awaited = (getattr(coro, name, None) for name in ("cr_await", "ag_await", "gi_yieldfrom"))
        coro = next((each for each in awaited if each is not None), None)
    return frames[::-1]


def _waiters_of(future):
    """The tasks that wait for a future, directly or through a group or ``gather``."""
    found = collections.OrderedDict.fromkeys(_awaited_by.get(future, ()))
    for task in tasks_now(loop_of(future)):
        if getattr(task, "_fut_waiter", None) is future:
            found[task] = None
    for entry in getattr(future, "_callbacks", None) or ():
        callback = entry[0] if isinstance(entry, tuple) else entry  # 3.7: with its context
        owner = getattr(callback, "__self__", None)
        if asyncio.isfuture(owner) and not isinstance(owner, asyncio.Task):
            found.update(dict.fromkeys(_waiters_of(owner)))
        elif isinstance(callback, types.MethodType) and hasattr(owner, "_parent"):
            found[owner._parent] = None
    return list(found)


def _lines(graph, indent=""):
    future = graph.future
    if isinstance(future, asyncio.Task):
        title = "Task(name={!r}, id={:#x})".format(task_name(future), id(future))
    else:
        title = "Future(id={:#x})".format(id(future))
    yield "{}* {}".format(indent, title)
    if graph.call_stack:
        yield indent + "  + Call stack:"
    for entry in graph.call_stack:
        code = entry.frame.f_code
        text = "{}  |   File {!r}, line {}, in {}()"
        name = getattr(code, "co_qualname", code.co_name)
        yield text.format(indent, code.co_filename, entry.frame.f_lineno, name)
    if graph.awaited_by:
        yield indent + "  + Awaited by:"
        yield from itertools.chain.from_iterable(
            _lines(waiter, indent + "    ") for waiter in graph.awaited_by
        )
