"""Ranges of versions, guards, and the history of asyncio's names."""

from __future__ import annotations

import pytest

from asyncompat_lint import cli, history
from asyncompat_lint.versions import Versions, parse_range, parse_required


@pytest.fixture
def check_versions(check_code):
    """Check a text for some versions: what does not fit is found where the line says so."""

    def check_marks(code: str, versions: str = "3.8-3.14") -> None:
        found = {
            (each.span.line, each.code)
            for each in check_code(code, versions)
            if each.code.startswith("AC3")
        }
        marked = {
            (number, line.partition("# ")[2])
            for number, line in enumerate(code.splitlines(), 1)
            if "# AC" in line
        }
        assert found == marked

    return check_marks


@pytest.mark.parametrize(
    ("text", "first", "last"),
    [
        (">=3.8", (3, 8), (3, 15)),
        (">=3.8,<3.13", (3, 8), (3, 12)),
        ("~=3.7", (3, 7), (3, 15)),
        ("==3.11.*", (3, 11), (3, 11)),
        (">=3.8.1", (3, 8), (3, 15)),
        ("^3.9", (3, 9), (3, 15)),
        ("^3.10.2", (3, 10), (3, 15)),
        ("^3.10 | ^3.9", (3, 9), (3, 15)),
        ("~3.7 || >=3.9, <3.11", (3, 7), (3, 10)),
        ("~3.9", (3, 9), (3, 9)),
        ("~3", (3, 6), (3, 15)),
        ("3.11", (3, 11), (3, 11)),
        ("3.11.*", (3, 11), (3, 11)),
        (">= 3.8 < 3.12", (3, 8), (3, 11)),
        ("*", (3, 6), (3, 15)),
        (">3.9", (3, 9), (3, 15)),
        ("<3.7", (3, 6), (3, 6)),
    ],
)
def test_requires_python(text, first, last):
    versions = parse_required(text)
    assert (versions.each[0], versions.each[-1]) == (first, last)
    assert versions.declared


def test_a_version_that_is_left_out():
    assert (3, 9) not in parse_required(">=3.8,!=3.9.*")


def test_what_is_no_range():
    assert parse_required("three") is None
    assert parse_range("3.14-3.8") is None
    assert parse_range("2.7") is None


FLAGS = """\
NEW = sys.version_info >= (3, 11)
OLD = sys.version_info < (3, 11)
try:
    from asyncio import timeout
    HAVE = True
except ImportError:
    HAVE = False
try:
    from asyncio import timeout
except ImportError:
    LACK = True
else:
    LACK = False
"""
GUARDS = [
    "if sys.version_info >= (3, 11):",
    "if sys.version_info[:2] > (3, 10):",
    "if sys.version_info > (3, 11):",
    "if sys.version_info[1] >= 11:",
    "if sys.version_info.minor >= 11:",
    "if sys.hexversion >= 0x030B0000:",
    "if (3, 11) <= sys.version_info:",
    "if not sys.version_info < (3, 11):",
    "if sys.version_info >= (3, 11) and x:",
    'if hasattr(asyncio, "timeout"):',
    'if hasattr(asyncio, "Runner"):',
    'if getattr(asyncio, "timeout", None):',
    'if getattr(asyncio, "timeout", None) is not None:',
    'if "timeout" in dir(asyncio):',
    "if (3, 11) <= sys.version_info < (3, 13):",
    "if HAVE:",
    "if not LACK:",
    "if NEW:",
    "if TYPE_CHECKING:",
    "if not (OLD or sys.version_info < (3, 9)):",
]


@pytest.mark.parametrize("guard", GUARDS)
def test_a_guard_guards_its_branch(check_versions, guard):
    check_versions(
        "import asyncio, sys\nfrom typing import TYPE_CHECKING\n"
        f"{FLAGS}"
        f"def f(x):\n    {guard}\n        return asyncio.timeout(1)\n    return None\n"
    )
    check_versions(
        "import asyncio, sys\nfrom typing import TYPE_CHECKING\n"
        f"{FLAGS}"
        f"def f(x):\n    {guard}\n        pass\n    else:\n"
        "        return asyncio.timeout(1) # AC301\n"
    )


@pytest.mark.parametrize(
    "guard",
    [
        "if sys.version_info >= (3, 10):",
        "if sys.version_info < (3, 11):",
        "if sys.version_info >= (3, 11) or x:",
        'if hasattr(asyncio, "to_thread"):',
        'if hasattr(x, "timeout"):',
        "if x:",
        "if len(x) >= (3, 11):",
    ],
)
def test_what_is_no_guard(check_versions, guard):
    check_versions(
        f"import asyncio, sys\ndef f(x):\n    {guard}\n        return asyncio.timeout(1) # AC301\n"
    )


@pytest.mark.parametrize("again", ["", " error"])
def test_what_fails_all_the_same_is_no_guard(check_versions, again):
    check_versions(
        "import asyncio\ndef f():\n    try:\n        return asyncio.timeout(1) # AC301\n"
        f"    except AttributeError as error:\n        print()\n        raise{again}\n"
    )


def test_what_has_another_way_out_is_a_guard(check_versions):
    check_versions(
        "import asyncio\ndef f(x):\n    try:\n        return asyncio.timeout(1)\n"
        "    except AttributeError:\n        if x:\n            return x\n        raise\n"
    )


def test_other_guards(check_versions):
    check_versions(
        """\
import asyncio, contextlib, sys, pytest, unittest
PY = sys.version_info >= (3, 11)
timeout = asyncio.timeout if PY else None
other = None if PY else asyncio.timeout # AC301
both = PY and asyncio.timeout
either = PY or asyncio.timeout # AC301
try:
    from asyncio import Runner
except ImportError:
    from asyncio import TaskGroup # AC301
    from asyncio import coroutine # AC303
else:
    x = asyncio.TaskGroup
try:
    z = asyncio.timeout
except AttributeError:
    z = asyncio.coroutine # AC303
try:
    import uvloop
except ImportError:
    x = asyncio.timeout # AC301
try:
    x = asyncio.timeout # AC301
except ValueError:
    pass
def f():
    if sys.version_info < (3, 11):
        return None
    return asyncio.timeout
def g():
    assert sys.version_info >= (3, 11)
    return asyncio.timeout
@pytest.mark.skipif(sys.version_info < (3, 11), reason="")
def h():
    return asyncio.timeout
@unittest.skipUnless(hasattr(asyncio, "timeout"), "")
class T:
    x = asyncio.timeout
@pytest.mark.skipif(x, reason="")
def i():
    return asyncio.timeout # AC301
def hidden(PY, other):
    if PY:
        x = asyncio.timeout # AC301
    if not other.PY:
        x = asyncio.timeout # AC301
def seen():
    if PY:
        x = asyncio.timeout
needs = pytest.mark.skipif(sys.version_info < (3, 11), reason="")
@needs
def j():
    return asyncio.timeout
@pytest.mark.skipif("sys.version_info < (3, 11)")
def k():
    return asyncio.timeout
def test(self):
    if sys.version_info < (3, 11):
        self.skipTest("")
    return asyncio.timeout
with contextlib.suppress(AttributeError):
    asyncio.timeout
with contextlib.suppress(ValueError):
    asyncio.timeout # AC301
"""
    )


@pytest.mark.parametrize("name", ["pytestmark", "p\uff59testmark"])
def test_a_mark_for_all_that_follows(check_versions, name):
    check_versions(
        "import asyncio, pytest, sys\n"
        "x = asyncio.timeout # AC301\n"
        f'{name} = pytest.mark.skipif(sys.version_info < (3, 11), reason="")\n'
        "y = asyncio.timeout\n"
    )


def test_a_flag_of_another_module(check_code):
    found = check_code(
        "import asyncio, compat\nfrom compat import NEW\n"
        "x = asyncio.timeout if NEW else None\n"
        "y = asyncio.timeout if compat.NEW else None\n"
        "z = asyncio.timeout if compat.OTHER else None\n",
        "3.8-3.14",
        compat="import sys\nNEW = sys.version_info >= (3, 11)\nOTHER = print()\n",
    )
    assert [(each.path, each.span.line) for each in found] == [("code.py", 5)]


def test_names_and_receivers(check_versions):
    check_versions(
        """\
from __future__ import annotations
import asyncio as aio, contextlib, inspect
from asyncio import wait_for as w, TaskGroup # AC301
from asyncio.timeouts import timeout # AC301
async def f(task: aio.Task, loop: aio.AbstractEventLoop, x: aio.TaskGroup):
    task.cancelling() # AC301
    task.get_name()
    async with contextlib.aclosing(x): # AC301
        anext(x) # AC301
        raise ExceptionGroup("", []) # AC301
    loop.create_task(x, context=1) # AC304
    loop.create_task(x, name=1)
    aio.get_running_loop().create_server(f, keep_alive=1 < 2) # AC304
    q = aio.Queue()
    q.shutdown() # AC301
    inspect.markcoroutinefunction(f) # AC301
    task.cancel(msg="") # AC304
    task.unknown()
    x.timeout()
@aio.timeout # AC301
class C(aio.Barrier): # AC301
    y = aio.Runner # AC301
"""
    )


def test_classes_that_take_arguments(check_versions):
    code = "import asyncio\nclass Q(asyncio.Queue[int]): ... # AC301\n"
    check_versions(code + "def f(q: asyncio.Queue[int]): ... # AC301\n")
    check_versions("from __future__ import annotations\n" + code)
    check_versions(code.replace(" # AC301", ""), "3.9-3.14")


def test_what_with_asks_for(check_versions):
    code = """\
import asyncio, contextlib, threading
async def f(lock: asyncio.Lock, other, server: asyncio.AbstractServer):
    async with contextlib.nullcontext(): # AC301
        pass
    context = contextlib.nullcontext()
    async with lock, context as x: # AC301
        pass
    with contextlib.nullcontext(), await lock: # AC302
        pass
    with await other, await f(lock):
        pass
    async with server, server as y:
        pass
def g(lock: asyncio.Condition):
    with (yield from lock): # AC302
        pass
def h(lock: asyncio.Lock, either: threading.Lock | asyncio.Lock):
    with lock: # AC302
        pass
    with either:
        pass
"""
    check_versions(code, "3.7-3.14")
    check_versions(code.replace(" # AC301", ""), "3.10-3.14")
    code = "import asyncio\nasync def f():\n    s = await asyncio.start_server(f)\n"
    # What a class had before its name could be imported.
    check_versions(f"{code}    async with s: # AC301\n        s.get_loop() # AC301\n", "3.6-3.8")
    check_versions(f"{code}    async with s:\n        s.get_loop()\n", "3.7-3.8")


def test_what_is_old(check_versions):
    check_versions(
        """\
import asyncio
async def f(task: asyncio.Task, loop):
    asyncio.Task.all_tasks() # AC302
    await asyncio.wait([task], loop=loop) # AC302
    await asyncio.open_connection("h", 1, loop=loop) # AC302
    asyncio.get_event_loop()
    asyncio.iscoroutinefunction(f) # AC303
    asyncio.Lock(loop=loop) # AC302
    await asyncio.gather(f(), loop=None) # AC302
loop = asyncio.get_event_loop() # AC302
loop.run_until_complete(asyncio.gather(f())) # AC302
def g():
    loop = asyncio.get_event_loop() # AC302
    loop.run_until_complete(f(1, 2))
def stop(loop):
    pending = [task for task in asyncio.all_tasks(loop) if not task.done()]
    loop.run_until_complete(asyncio.gather(*pending, return_exceptions=True))
    loop.run_until_complete(asyncio.gather(*[f(1, 2), f(3, 4)])) # AC302
def h():
    return asyncio.get_event_loop()
def i():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    asyncio.get_event_loop().run_until_complete(f(1, 2))
class P(asyncio.DefaultEventLoopPolicy): # AC303
    pass
asyncio.ThreadedChildWatcher # AC302
"""
    )


def test_what_is_known_to_be_old(check_versions):
    check_versions(
        """import asyncio, warnings, pytest
try:
    from asyncio import AbstractEventLoopPolicy
except ImportError:
    AbstractEventLoopPolicy = object
from asyncio import DefaultEventLoopPolicy # AC303
async def f(): ...
with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    asyncio.iscoroutinefunction(f)
def test():
    with pytest.deprecated_call():
        asyncio.iscoroutinefunction(f)
    asyncio.iscoroutinefunction(f) # AC303
def g(loop):
    asyncio.ensure_future(f(), loop=loop)
    loop.run_until_complete(f())
"""
    )


def test_a_function_that_asks_whether_a_loop_runs(check_versions):
    code = """\
import asyncio
def work(loop, task):
    if loop.is_running():
        asyncio.get_event_loop().call_soon(task)
    else:
        loop.run_until_complete(task)
"""
    check_versions(code)
    marked = code.replace("    if loop.is_running():\n", "    if loop:\n")
    check_versions(marked.replace("(task)\n    else", "(task) # AC302\n    else"))


def test_a_loop_that_a_test_case_sets(check_versions):
    check_versions(
        """\
import asyncio, unittest
class T(unittest.TestCase):
    def setUp(self):
        asyncio.set_event_loop(asyncio.new_event_loop())
    def test(self):
        asyncio.get_event_loop().run_until_complete(work())
class U(unittest.TestCase):
    def other(self):
        asyncio.set_event_loop(asyncio.new_event_loop())
    def test(self):
        asyncio.get_event_loop().run_until_complete(work()) # AC302
"""
    )


def test_the_version_under_another_name(check_versions):
    code = """\
import asyncio, sys
from sys import version_info as v
V = sys.version_info
SHORT = sys.version_info[:2]
async def f(x):
    if V >= (3, 11):
        asyncio.timeout(1)
    y = asyncio.timeout(1) if v > (3, 11) else None
    if SHORT < (3, 11):
        return
    asyncio.timeout(1)
async def g(x):
    if V.minor >= 10:
        asyncio.timeout(1) # AC301
"""
    check_versions(code)


def test_old_only_where_the_range_reaches(check_versions):
    code = "import asyncio\nasync def f(loop):\n    asyncio.sleep(1, loop=loop)"
    check_versions(f"{code} # AC303", "3.6-3.9")
    check_versions(f"{code} # AC302", "3.6-3.10")
    check_versions(code, "3.6-3.7")


def test_without_a_range_only_the_newest_end_is_known(check_code):
    found = check_code(
        "import asyncio\nx = asyncio.timeout\ny = asyncio.coroutine\nq = asyncio.Queue()\n"
    )
    assert [each.code for each in found] == ["AC302"]


def test_a_keyword_that_was_a_name(check_code):
    found = check_code("import asyncio\ndef f(x):\n    return asyncio.async(x)\n")
    assert [(each.code, each.span.line, each.span.column) for each in found] == [("AC302", 3, 12)]
    assert "asyncio.async is gone since Python 3.7" in found[0].message
    assert found[0].source_lines == ("    return asyncio.async(x)",)


def test_changed_meanings(check_code):
    code = """\
import asyncio, concurrent.futures
from asyncio import TimeoutError as AT
lock = asyncio.Lock()
class C:
    queue = asyncio.Queue()
    def __init__(self):
        self.queue = asyncio.Queue()
async def f(g, event=asyncio.Event()):
    try:
        await asyncio.wait_for(g(), 1)
    except (ValueError, TimeoutError):
        pass
    try:
        await asyncio.wait_for(g(), 1)
    except (asyncio.TimeoutError, TimeoutError):
        pass
    try:
        await asyncio.wait_for(g(), 1)
    except AT:
        pass
    try:
        await g()
    except TimeoutError:
        pass
    try:
        await g()
    except Exception:
        raise
    try:
        await g()
    except asyncio.CancelledError:
        raise
    except Exception:
        pass
"""
    found = [e for e in check_code(code, "3.8-3.14") if e.severity > 1]
    assert [(e.code, e.span.line) for e in found] == [("AC305", line) for line in (3, 5, 8, 11)]
    assert check_code("import asyncio\nlock = asyncio.Lock()\n", "3.10-3.14") == []


def test_patches(check_code):
    found = check_code(
        "import nest_asyncio as n, asyncio\nn.apply()\nasyncio.run = print\nx = asyncio.run\n"
    )
    assert [(e.code, e.span.line) for e in found] == [("AC306", 1), ("AC306", 3)]


def test_asyncompat_is_there_on_every_version(check_code):
    assert (
        check_code(
            "import asyncompat as asyncio\nfrom asyncompat import TaskGroup\n"
            "async def f(task: asyncio.Task):\n    asyncio.timeout(1)\n"
            "    await asyncio.create_task(f(), context=None, eager_start=True)\n"
            "    task.cancelling()\n"
            "asyncio.get_event_loop()\n",
            "3.6-3.15",
        )
        == []
    )


# The history


def test_the_history_is_of_all_interpreters():
    known = history.load()
    assert [each.rpartition(".")[0] for each in known.asked] == [f"3.{n}" for n in range(6, 16)]
    assert known.api["asyncio.TaskGroup"].since == "3.11"
    assert known.api["asyncio.get_event_loop"].outside_error == "3.14"
    assert known.parameter("asyncio.create_task", "eager_start").since == "3.14"
    assert known.parameter("asyncio.sleep", "loop").removed == "3.10"
    assert known.entry("asyncio.Task.add_done_callback") is not None
    assert known.entry("asyncio.Task.nothing") is None


def test_what_is_typed_in_is_of_something():
    known = history.load()
    for name in [*known.instead, *known.renamed, *known.functions]:
        assert known.entry(name) is not None, name
    for meaning in known.meanings:
        assert all(known.entry(name) is not None for name in meaning.names)
        assert meaning.source.startswith("https://docs.python.org/3/")
    for new in known.renamed.values():
        assert known.entry(new.to) is not None


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("TaskGroup.create_task", ["since 3.11", "eager_start: since 3.14"]),
        ("asyncio.run", ["since 3.7", "debug: None by default from 3.8 on", "its own on every"]),
        ("Task.get_name", ["since 3.8", "asyncompat.task_name(task)"]),
        (
            "set_event_loop_policy",
            ["deprecated since 3.14", "to go in 3.16", "instead: asyncio.run"],
        ),
        ("ExceptionGroup", ["since 3.11"]),
        ("contextlib.aclosing", ["since 3.10", "nothing: it is not asyncio's"]),
        ("wait_for", ["before 3.12 it may lose a cancellation", "its own before 3.13"]),
    ],
)
def test_api(capsys, name, lines):
    assert cli.main(["api", name]) == 0
    printed = capsys.readouterr().out
    for line in lines:
        assert line in printed


def test_api_of_a_wrong_name(capsys):
    assert cli.main(["api", "TaskGroop"]) == 2
    assert "did you mean 'TaskGroup'?" in capsys.readouterr().err


def test_versions_are_of_the_project(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.py").write_text("import asyncio\nx = asyncio.timeout\n")
    (tmp_path / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.9,<3.12"\n')
    assert cli.main(["check", "--no-cache"]) == 1
    assert "is new in Python 3.11, and this is for 3.9 - 3.10, too" in capsys.readouterr().out
    (tmp_path / "pyproject.toml").write_text('[project]\nrequires-python = ">=3.11"\n')
    assert cli.main(["check", "--no-cache"]) == 0
    (tmp_path / "pyproject.toml").write_text('[project]\nrequires-python = "newer"\n')
    assert cli.main(["check", "--no-cache"]) == 2
    assert "requires-python: 'newer' cannot be understood" in capsys.readouterr().err
    assert Versions().lowest is None


def test_a_guard_catches_what_is_raised(check_versions):
    check_versions(
        """\
import asyncio, contextlib
try:
    a = asyncio.timeout # AC301
except ImportError:
    a = None
try:
    from asyncio import timeout # AC301
except ModuleNotFoundError:
    timeout = None
try:
    from asyncio import TaskGroup # AC301
except AttributeError:
    TaskGroup = None
try:
    b = asyncio.timeout
except (ImportError, AttributeError):
    b = asyncio.sleep
try:
    from asyncio import Runner
    c = asyncio.Barrier
except Exception:
    c = Runner = None
with contextlib.suppress(ImportError):
    from asyncio import Barrier
    d = asyncio.Barrier # AC301
try:
    e = ExceptionGroup
except NameError:
    e = None
"""
    )


def test_modules_that_asyncio_is_made_of(check_versions):
    code = """\
import asyncio
from asyncio import exceptions, tasks # AC301
from asyncio.exceptions import CancelledError # AC301
from asyncio.locks import Lock
try:
    asyncio.exceptions.TimeoutError # AC301
except ImportError:
    pass
"""
    check_versions(code, "3.7-3.14")
    check_versions(code.replace(" # AC301", ""), "3.8-3.14")


def test_what_a_submodule_has_had_before(check_versions):
    check_versions("import asyncio\nx = asyncio.base_events.Server\n", "3.6-3.14")


def test_a_patch_that_is_imported_by_its_name(check_code):
    found = check_code("from nest_asyncio import apply\napply()\n")
    assert [(each.code, each.span.line) for each in found] == [("AC306", 1)]


def test_asyncio_by_way_of_another_module(check_code):
    found = check_code(
        "from lib import asyncio\nasync def f():\n    await asyncio.to_thread(print)\n"
        "    asyncio.iscoroutinefunction(f)\n",
        lib="import asyncio\n",
    )
    assert [(each.code, each.span.line) for each in found] == [("AC303", 4)]
    found = check_code("from lib import asyncio\nasyncio.coroutine\n", lib="asyncio = 3\n")
    assert found == []
