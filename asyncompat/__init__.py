"""The newest asyncio, with one meaning, on every interpreter from CPython 3.6 on.

    import asyncompat as asyncio

This module knows one thing: whose object each public name is. ``_OURS`` lists the names that are
written here and says for each whether this interpreter's own object already behaves like the
newest; every other name falls through to the interpreter's ``asyncio`` at each access, so the
module is as whole as ``asyncio`` is. It knows nothing of how a name behaves: that is
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


# name: (its module under backports, whether the interpreter's own object has the newest meaning).
# Features are asked for where they can be asked for; a version stands only where they cannot.
_OURS = {
    "all_tasks": ("tasks", _has("all_tasks")),
    "as_completed": ("waiting", _sys.version_info >= (3, 13)),  # also `async for`
    "blocking": ("markers", False),  # not a name of asyncio's
    "create_task": ("tasks", _takes("create_task", "context")),
    "current_task": ("tasks", _has("current_task")),
    "gather": ("waiting", _has("gather") and not _takes("gather", "loop")),
    "get_event_loop": ("loops", False),  # the old idiom works: see its docstring
    "get_running_loop": ("loops", _has("get_running_loop")),
    "nonblocking": ("markers", False),  # not a name of asyncio's
    "run": ("runners", False),  # debuggers and other libraries replace asyncio's
    "sleep": ("waiting", _sys.version_info >= (3, 13)),  # refuses a delay that is no number
    "task_name": ("tasks", False),  # not a name of asyncio's
    "to_thread": ("threads", _has("to_thread")),
    "wait": ("waiting", False),  # the old idiom works: see its docstring
}

__all__ = sorted({*_asyncio.__all__, *_OURS})  # noqa: PLE0605 - asyncio's own, and ours


def __getattr__(name):
    module, is_own = _OURS.get(name, (None, True))
    if is_own:
        try:
            return getattr(_asyncio, name)
        except AttributeError:
            message = "module {!r} has no attribute {!r}, nor has this interpreter's asyncio"
            raise AttributeError(message.format(__name__, name)) from None
    value = getattr(_importlib.import_module("asyncompat.backports." + module), name)
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
