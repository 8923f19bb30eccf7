"""The newest asyncio, with one meaning, on every interpreter from CPython 3.6 on.

    import asyncompat as asyncio

This module knows one thing: whose object each public name is. ``_OURS`` lists the names that are
written here and says for each whether this interpreter's own object already behaves like the
newest; every other name falls through to the interpreter's ``asyncio``, so the module is as whole
as ``asyncio`` is. It knows nothing of how a name behaves: that is
``asyncompat.backports``, whose modules are imported when one of their names is first used.

Nothing is ever written into ``asyncio``.
"""

import asyncio as _asyncio
import importlib as _importlib
import sys as _sys

__version__ = "0.1.0"


def _has(name):
    return hasattr(_asyncio, name)


def _takes(name, keyword):
    code = getattr(getattr(_asyncio, name, None), "__code__", None)
    if code is None:
        return False
    takes_any = bool(code.co_flags & 0x08)  # inspect.CO_VARKEYWORDS
    named = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    return takes_any or keyword in named


_version = _sys.version_info

# name: (its module under backports, whether the interpreter's own object has the newest meaning).
# Features are asked for where they can be asked for; a version stands only where they cannot.
_OURS = {
    "Barrier": ("barriers", _has("Barrier")),
    "BaseExceptionGroup": ("exception_groups", False),  # a builtin since 3.11
    "BoundedSemaphore": ("locks", _version >= (3, 13)),
    "BrokenBarrierError": ("exceptions", _has("BrokenBarrierError")),
    "Condition": ("locks", _version >= (3, 13)),  # loses no notification to a cancelled waiter
    "Event": ("locks", _version >= (3, 11)),  # binds its loop when it is first waited on
    "EventLoop": ("loops", _has("EventLoop")),
    "ExceptionGroup": ("exception_groups", False),  # a builtin since 3.11
    "FrameCallGraphEntry": ("callgraph", _has("FrameCallGraphEntry")),
    "FutureCallGraph": ("callgraph", _has("FutureCallGraph")),
    "LifoQueue": ("queues", _has("QueueShutDown")),
    "Lock": ("locks", _version >= (3, 13)),  # loses no wake-up to a cancelled waiter
    "PriorityQueue": ("queues", _has("QueueShutDown")),
    "Queue": ("queues", _has("QueueShutDown")),
    "QueueShutDown": ("exceptions", _has("QueueShutDown")),
    "Runner": ("runners", False),  # what `run` runs with
    "Semaphore": ("locks", _version >= (3, 13)),
    "SendfileNotAvailableError": ("exceptions", _has("SendfileNotAvailableError")),
    "Server": ("loops", _has("Server")),
    "Task": ("tasks", _version >= (3, 12)),  # eager_start
    "TaskGroup": ("taskgroups", hasattr(getattr(_asyncio, "TaskGroup", None), "cancel")),
    "Timeout": ("timeouts", _version >= (3, 13)),  # explains what a block raises instead
    "all_tasks": ("introspection", _has("all_tasks")),
    "as_completed": ("waiting", _version >= (3, 13)),  # also `async for`
    "blocking": ("markers", False),  # not a name of asyncio's
    "cancelling": ("cancellation", False),  # not a name of asyncio's
    "capture_call_graph": ("callgraph", _has("capture_call_graph")),
    "concurrent_map": ("mapping", False),  # not a name of asyncio's
    "create_eager_task_factory": ("tasks", _version >= (3, 14)),  # a factory with eager_start=False
    "create_task": ("tasks", _takes("create_task", "eager_start")),
    "current_task": ("introspection", _has("current_task")),
    "eager_task_factory": ("tasks", _version >= (3, 14)),
    "format_call_graph": ("callgraph", _has("format_call_graph")),
    "future_add_to_awaited_by": ("callgraph", _has("future_add_to_awaited_by")),
    "future_discard_from_awaited_by": ("callgraph", _has("future_discard_from_awaited_by")),
    "gather": ("waiting", _has("gather") and not _takes("gather", "loop")),
    "get_event_loop": ("loops", False),  # the old idiom works: see its docstring
    "get_running_loop": ("loops", _has("get_running_loop")),
    "iscoroutine": ("coroutines", _version >= (3, 12)),  # a generator is none
    "iscoroutinefunction": ("coroutines", False),  # asyncio warns of it since 3.14
    "load_ipython_extension": ("nesting.ipython", False),  # not a name of asyncio's
    "nonblocking": ("markers", False),  # not a name of asyncio's
    "patch_asyncio": ("nesting.patching", False),  # not a name of asyncio's
    "print_call_graph": ("callgraph", _has("print_call_graph")),
    "run": ("runners", False),  # debuggers and other libraries replace asyncio's
    "shield": ("waiting", hasattr(_asyncio.tasks, "_log_on_exception")),
    "sleep": ("waiting", _version >= (3, 13)),  # refuses a delay that is no number
    "task_context": ("tasks", False),  # not a name of asyncio's
    "task_name": ("tasks", False),  # not a name of asyncio's
    "timeout": ("timeouts", _version >= (3, 13)),
    "timeout_at": ("timeouts", _version >= (3, 13)),
    "to_thread": ("threads", _has("to_thread")),
    "uncancel": ("cancellation", False),  # not a name of asyncio's
    "where": ("nesting.hosts", False),  # not a name of asyncio's
    "unload_ipython_extension": ("nesting.ipython", False),  # not a name of asyncio's
    "wait": ("waiting", False),  # the old idiom works: see its docstring
    "wait_for": ("waiting", _version >= (3, 13)),  # as exact as `timeout`
}

__all__ = sorted({*_asyncio.__all__, *_OURS})  # noqa: PLE0605 - asyncio's own, and ours


def __getattr__(name):
    module, is_own = _OURS.get(name, (None, True))
    if is_own:
        try:
            value = getattr(_asyncio, name)
        except AttributeError:
            message = "module {!r} has no attribute {!r}, nor has this interpreter's asyncio"
            raise AttributeError(message.format(__name__, name)) from None
        if name not in _asyncio.__all__:
            return value  # a module, or what somebody has put there and may take away
    else:
        module = "asyncompat." + (module if "." in module else "backports." + module)
        value = getattr(_importlib.import_module(module), name)
    globals()[name] = value
    return value


def __dir__():
    return sorted(set(globals()).union(dir(_asyncio), _OURS))


if _sys.version_info < (3, 7):  # noqa: UP036 - without PEP 562, the module's class does it

    class _Module(type(_sys)):
        def __getattr__(self, name):
            return __getattr__(name)

        def __dir__(self):
            return __dir__()

    _sys.modules[__name__].__class__ = _Module
