"""The module as a whole: everything that asyncio has, ours where it is ours, asyncio untouched."""

import asyncio
import os
import subprocess
import sys

import pytest

import asyncompat

OURS_BY_FIRST_OWN_VERSION = {
    "get_running_loop": (3, 7),
    "current_task": (3, 7),
    "all_tasks": (3, 7),
    "to_thread": (3, 9),
    "gather": (3, 10),
    "create_task": (3, 11),
    "as_completed": (3, 13),
    "sleep": (3, 13),
}
ALWAYS_OURS = ["blocking", "get_event_loop", "nonblocking", "run", "task_name", "wait"]


def run_python(code):
    command = [sys.executable, "-W", "error", "-c", code]
    # Not from the repository's root, whose folder `asyncompat` is not the installed package.
    return subprocess.run(command, check=True, timeout=50, cwd=os.path.dirname(__file__))


@pytest.mark.parametrize("name", sorted(OURS_BY_FIRST_OWN_VERSION))
def test_interpreters_own_object_where_it_has_todays_meaning(name):
    is_own = getattr(asyncompat, name) is getattr(asyncio, name, None)
    assert is_own == (sys.version_info >= OURS_BY_FIRST_OWN_VERSION[name])


@pytest.mark.parametrize("name", ALWAYS_OURS)
def test_ours_on_every_interpreter(name):
    assert getattr(asyncompat, name) is not getattr(asyncio, name, None)


@pytest.mark.parametrize("name", sorted([*ALWAYS_OURS, *OURS_BY_FIRST_OWN_VERSION]))
def test_what_is_ours_has_a_docstring_that_names_its_source(name):
    thing = getattr(asyncompat, name)
    if thing is getattr(asyncio, name, None):
        pytest.skip("this interpreter's own")
    assert "Source: asyncio documentation" in " ".join(thing.__doc__.split())


def test_everything_else_is_asyncios_own_object():
    ours = {*ALWAYS_OURS, *OURS_BY_FIRST_OWN_VERSION}
    for name in set(asyncio.__all__) - ours:
        assert getattr(asyncompat, name) is getattr(asyncio, name)


@pytest.mark.parametrize("name", ["events", "futures", "queues", "subprocess", "tasks"])
def test_asyncios_modules_are_asyncios(name):
    assert getattr(asyncompat, name) is getattr(asyncio, name)


def test_star_import_brings_every_public_name():
    namespace = {}
    exec("from asyncompat import *", namespace)
    assert set(asyncio.__all__) <= set(namespace)
    assert set(ALWAYS_OURS) <= set(namespace)


def test_dir_shows_both():
    assert set(asyncio.__all__) | set(ALWAYS_OURS) <= set(dir(asyncompat))


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
