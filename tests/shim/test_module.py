"""The module as a whole: everything that asyncio has, ours where it is ours, asyncio untouched."""

import asyncio
import os
import subprocess
import sys

import pytest

import asyncompat

NEVER = (4,)

# From which version on an interpreter's own object has today's meaning.
FIRST_OWN_VERSION = {
    "BaseExceptionGroup": NEVER,  # not in asyncio
    "ExceptionGroup": NEVER,  # not in asyncio
    "Barrier": (3, 11),
    "BoundedSemaphore": (3, 13),
    "BrokenBarrierError": (3, 11),
    "Condition": (3, 13),
    "Event": (3, 11),
    "EventLoop": (3, 13),
    "FrameCallGraphEntry": (3, 14),
    "FutureCallGraph": (3, 14),
    "LifoQueue": (3, 13),
    "Lock": (3, 13),
    "PriorityQueue": (3, 13),
    "Queue": (3, 13),
    "QueueShutDown": (3, 13),
    "Runner": NEVER,
    "Semaphore": (3, 13),
    "SendfileNotAvailableError": (3, 7),
    "Server": (3, 9),
    "Task": (3, 12),
    "TaskGroup": (3, 15),
    "Timeout": (3, 13),
    "all_tasks": (3, 7),
    "as_completed": (3, 13),
    "blocking": NEVER,
    "cancelling": NEVER,
    "capture_call_graph": (3, 14),
    "concurrent_map": NEVER,
    "create_eager_task_factory": (3, 14),
    "create_task": (3, 14),
    "current_task": (3, 7),
    "eager_task_factory": (3, 14),
    "format_call_graph": (3, 14),
    "future_add_to_awaited_by": (3, 14),
    "future_discard_from_awaited_by": (3, 14),
    "gather": (3, 10),
    "get_event_loop": NEVER,
    "get_running_loop": (3, 7),
    "iscoroutine": (3, 12),
    "iscoroutinefunction": NEVER,
    "load_ipython_extension": NEVER,
    "nonblocking": NEVER,
    "patch_asyncio": NEVER,
    "print_call_graph": (3, 14),
    "run": NEVER,
    "shield": (3, 14),
    "sleep": (3, 13),
    "task_context": NEVER,
    "task_name": NEVER,
    "timeout": (3, 13),
    "timeout_at": (3, 13),
    "to_thread": (3, 9),
    "uncancel": NEVER,
    "unload_ipython_extension": NEVER,
    "wait": NEVER,
    "wait_for": (3, 13),
    "where": NEVER,
}
OURS = sorted(name for name, first in FIRST_OWN_VERSION.items() if sys.version_info < first)


def run_python(code):
    command = [sys.executable, "-W", "error", "-c", code]
    # Not from the repository's root, whose folder `asyncompat` is not the installed package.
    return subprocess.run(command, check=True, timeout=50, cwd=os.path.dirname(__file__))


@pytest.mark.parametrize("name", sorted(FIRST_OWN_VERSION))
def test_interpreters_own_object_where_it_has_todays_meaning(name):
    is_own = getattr(asyncompat, name) is getattr(asyncio, name, None)
    if name in ("EventLoop", "Server") and name in OURS:
        return  # another name of an object that the interpreter has
    assert is_own == (name not in OURS)


@pytest.mark.parametrize("name", OURS)
def test_what_is_ours_has_a_docstring_that_names_its_source(name):
    thing = getattr(asyncompat, name)
    if thing.__module__.startswith("asyncompat"):
        words = " ".join(thing.__doc__.split())
        assert "Source: asyncio documentation" in words or "Source: PEP" in words


def test_everything_else_is_asyncios_own_object():
    for name in set(asyncio.__all__) - set(FIRST_OWN_VERSION):
        assert getattr(asyncompat, name) is getattr(asyncio, name)


@pytest.mark.parametrize("name", ["events", "futures", "queues", "subprocess", "tasks"])
def test_asyncios_modules_are_asyncios(name):
    assert getattr(asyncompat, name) is getattr(asyncio, name)


def test_star_import_brings_every_public_name():
    namespace = {}
    exec("from asyncompat import *", namespace)
    assert set(asyncio.__all__) <= set(namespace)
    assert set(FIRST_OWN_VERSION) <= set(namespace)


def test_dir_shows_both():
    assert set(asyncio.__all__) | set(FIRST_OWN_VERSION) <= set(dir(asyncompat))


def test_a_name_that_nobody_has_says_so():
    with pytest.raises(AttributeError, match="'asyncompat' has no attribute 'no_such_name'"):
        asyncompat.no_such_name  # noqa: B018
    with pytest.raises(ImportError):
        exec("from asyncompat import no_such_name")


def test_asyncio_is_left_as_it_was():
    run_python(
        "import asyncio\n"
        "before = dict(vars(asyncio))\n"
        "import asyncompat\n"
        "for name in asyncompat.__all__: getattr(asyncompat, name)\n"
        "after = dict(vars(asyncio))\n"
        "assert before.keys() == after.keys(), before.keys() ^ after.keys()\n"
        "assert all(before[name] is after[name] for name in before)\n"
    )


def test_importing_it_loads_nothing_that_asyncio_does_not_load():
    run_python(
        "import sys, asyncio\n"
        "before = set(sys.modules)\n"
        "import asyncompat\n"
        "assert set(sys.modules) - before <= {'asyncompat'}, set(sys.modules) - before\n"
    )


def test_a_backport_is_loaded_when_its_name_is_first_used():
    run_python(
        "import sys, asyncompat\n"
        "loaded = [name for name in sys.modules if name.startswith('asyncompat.')]\n"
        "assert not loaded, loaded\n"
        "asyncompat.run\n"
        "assert 'asyncompat.backports.runners' in sys.modules\n"
    )


def test_falls_through_to_what_asyncio_has_now(monkeypatch):
    monkeypatch.setattr(asyncio, "a_later_addition", 42, raising=False)
    assert asyncompat.a_later_addition == 42
