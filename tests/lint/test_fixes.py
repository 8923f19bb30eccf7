"""Fixes: what they change, what they keep, and when they are taken back."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path

import pytest

from asyncompat_lint import cli
from asyncompat_lint.findings import Edit, Span
from asyncompat_lint.fixes import files, texts
from asyncompat_lint.sources import SourceFile


@pytest.fixture
def fix(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def run(code: str | bytes, *options: str, name: str = "code.py") -> str:
        raw = code.encode() if isinstance(code, str) else code
        Path(name).write_bytes(raw)
        assert cli.main(["check", "--no-cache", "--fix", *options, name]) in (0, 1)
        fixed = Path(name).read_bytes()
        assert cli.main(["check", "--no-cache", "--fix", *options, name]) in (0, 1)
        assert Path(name).read_bytes() == fixed  # a second time changes nothing
        return fixed.decode() if isinstance(code, str) else fixed

    return run


SAFE = [
    # A sleep, with the import it needs.
    (
        "import time\nasync def f():\n    time.sleep(1)\n",
        "import time\nimport asyncio\nasync def f():\n    await asyncio.sleep(1)\n",
    ),
    (
        "import asyncio as aio, time\nasync def f():\n    time.sleep( 1 ) ; x = 1  # here\n",
        "import asyncio as aio, time\nasync def f():\n    await aio.sleep( 1 ) ; x = 1  # here\n",
    ),
    # Names that are taken.
    (
        "import time\nasync def f(asyncio):\n    time.sleep(1)\n",
        "import time\nimport asyncio as _asyncio\nasync def f(asyncio):\n    await _asyncio.sleep(1)\n",
    ),
    (
        '"""Doc."""\nfrom __future__ import annotations\nfrom time import sleep\n\n\n'
        "async def f():\n    sleep(1)\n",
        '"""Doc."""\nfrom __future__ import annotations\nfrom time import sleep\nimport asyncio\n\n\n'
        "async def f():\n    await asyncio.sleep(1)\n",
    ),
    # Not a statement: what it gives may be wanted.
    ("import time\nasync def f():\n    x = time.sleep(1)\n", None),
    ("import time\nasync def f():\n    g = lambda: time.sleep(1)\n    g()\n", None),
    # Under a lock of threads it would be another fault.
    (
        "import asyncio, threading, time\nlock = threading.Lock()\nasync def f():\n"
        "    with lock:\n        time.sleep(1)\n",
        None,
    ),
    # Another library's loop.
    (
        "import trio, time\nasync def f():\n    time.sleep(1)\n",
        "import trio, time\nasync def f():\n    await trio.sleep(1)\n",
    ),
]


@pytest.mark.parametrize(("code", "fixed"), SAFE)
def test_safe(fix, code, fixed):
    assert fix(code) == (code if fixed is None else fixed)


UNSAFE = [
    # What a function in the function gives a value to, or sees it of.
    (
        "import asyncio\nasync def f(p):\n    x = 1\n    def g():\n        nonlocal x\n        x = 2\n"
        "    with open(p) as file:\n        x = file.read()\n        g()\n    return x\n",
        None,
    ),
    # What needs the loop, in the block or in a function that blocks as well.
    (
        "import asyncio\nasync def f(p, g):\n    with open(p) as file:\n"
        "        x = asyncio.create_task(g())\n    return x\n",
        None,
    ),
    (
        "import asyncio, time\ndef g(h):\n    time.sleep(1)\n    return asyncio.create_task(h())\n"
        "def i(h):\n    return g(h)\nasync def f(h):\n    return i(h)\n",
        None,
    ),
    # Objects that belong to their thread.
    (
        "import asyncio\nfrom playwright.sync_api import sync_playwright\nasync def f():\n"
        "    with sync_playwright() as p:\n        p.chromium.launch().new_page().goto('u')\n",
        None,
    ),
    # A file that is looked at when it is closed.
    (
        "import asyncio\nasync def f(p):\n    with open(p) as file:\n        x = 1\n"
        "    return x, file.closed\n",
        None,
    ),
    # Generators stay what they are.
    (
        "import asyncio\ndef plain():\n    yield\n@asyncio.coroutine\ndef g(x):\n"
        "    yield from plain()\n@asyncio.coroutine\ndef h(x):\n    yield from [x]\n",
        None,
    ),

    (
        "import asyncio, requests\nasync def f(u):\n    return requests.get(u,  timeout=1).json()\n",
        "import asyncio, requests\nasync def f(u):\n"
        "    return (await asyncio.to_thread(requests.get, u,  timeout=1)).json()\n",
    ),
    # Behind a helper, at the handing-over.
    (
        "import asyncio, requests\ndef load(u):\n    return requests.get(u)\nasync def f(u):\n"
        "    return load(\n        u,  # where\n    )\n",
        "import asyncio, requests\ndef load(u):\n    return requests.get(u)\nasync def f(u):\n"
        "    return await asyncio.to_thread(load,\n        u,  # where\n    )\n",
    ),
    # A block, moved.
    (
        "import asyncio\nasync def f(p):\n    with open(p) as file:\n        text = file.read()\n"
        "    return text\n",
        "import asyncio\nasync def f(p):\n    def in_thread():\n        with open(p) as file:\n"
        "            text = file.read()\n        return text\n\n"
        "    text = await asyncio.to_thread(in_thread)\n    return text\n",
    ),
    (
        "import asyncio\nasync def f(p):\n    n = 0\n    with open(p) as file:\n"
        "        for line in file:\n            n += 1\n        return n\n",
        "import asyncio\nasync def f(p):\n    n = 0\n    def in_thread():\n        nonlocal n\n"
        "        with open(p) as file:\n            for line in file:\n                n += 1\n"
        "            return n\n\n    return await asyncio.to_thread(in_thread)\n",
    ),
    # Two of them.
    (
        "import asyncio\nasync def f(p):\n    with open(p) as file:\n        a = file.read()\n"
        "    with open(p) as file:\n        b = file.read()\n    return a + b\n",
        "import asyncio\nasync def f(p):\n    def in_thread():\n        with open(p) as file:\n"
        "            a = file.read()\n        return a\n\n    a = await asyncio.to_thread(in_thread)\n"
        "    def in_thread():\n        with open(p) as file:\n            b = file.read()\n"
        "        return b\n\n    b = await asyncio.to_thread(in_thread)\n    return a + b\n",
    ),
    # What awaits cannot be moved.
    (
        "import asyncio\nasync def f(p, send):\n    with open(p) as file:\n"
        "        for line in file:\n            await send(line)\n",
        None,
    ),
    # Tied to their threads.
    (
        "import sqlite3\nasync def f():\n    c = sqlite3.connect('x')\n    c.execute('select 1')\n",
        None,
    ),
    ("import asyncio\nasync def f(g):\n    asyncio.run(g(), debug=True)\n",
     "import asyncio\nasync def f(g):\n    await g()\n"),
    ("import asyncio, requests\nasync def f(us):\n    return any(requests.get(u) for u in us)\n", None),
    ("import asyncio, requests\nasync def f(us):\n    return [requests.get(u) for u in us]\n",
     "import asyncio, requests\nasync def f(us):\n"
     "    return [await asyncio.to_thread(requests.get, u) for u in us]\n"),
    ("import asyncio, shutil\nasync def f(xs):\n    shutil.rmtree(x for x in xs)\n",
     "import asyncio, shutil\nasync def f(xs):\n"
     "    await asyncio.to_thread(shutil.rmtree, (x for x in xs))\n"),
]  # fmt: skip


@pytest.mark.parametrize(("code", "fixed"), UNSAFE)
def test_unsafe(fix, code, fixed):
    assert fix(code) == code
    assert fix(code, "--unsafe-fixes") == (code if fixed is None else fixed)


@pytest.mark.parametrize(
    ("versions", "call", "imports"),
    [
        ("3.6", "await asyncio.get_event_loop().run_in_executor(None, work, 1)", ""),
        ("3.8", "await asyncio.get_running_loop().run_in_executor(None, work, 1)", ""),
        ("3.9", "await asyncio.to_thread(work, 1)", ""),
    ],
)
def test_the_way_by_the_oldest_version(fix, versions, call, imports):
    code = "import asyncio, time\ndef work(x):\n    time.sleep(x)\nasync def f():\n    work(1)\n"
    fixed = fix(code, "--unsafe-fixes", "--target-version", versions)
    assert fixed == code.replace("    work(1)", f"    {call}")


def test_the_shim_where_it_is_used(fix):
    code = "import asyncompat, time\ndef work(x):\n    time.sleep(x)\nasync def f():\n    work(1)\n"
    fixed = fix(code, "--unsafe-fixes", "--target-version", "3.7")
    assert "await asyncompat.to_thread(work, 1)" in fixed


IDIOMS = [
    (
        "import asyncio\nasync def f():\n    async with asyncio.timeout(1):\n        pass\n",
        "import asyncio\nimport asyncompat\nasync def f():\n    async with asyncompat.timeout(1):\n        pass\n",
    ),
    (
        "from asyncio import timeout, sleep\n",
        "from asyncompat import timeout, sleep\n",
    ),
    (
        "import asyncio\nasync def f():\n"
        "    x = [t for t in asyncio.Task.all_tasks() if not t.done()]\n",
        "import asyncio\nasync def f():\n    x = [t for t in asyncio.all_tasks() if not t.done()]\n",
    ),
    # The new function tells of no task that is done.
    ("import asyncio\nasync def f():\n    x = len(asyncio.Task.all_tasks())\n", None),
    # Which loop it is is not known; what is awaited here runs on this one.
    (
        "import asyncio\nasync def f(a, make):\n    x = asyncio.Event(loop=a)\n"
        "    y = asyncio.Lock(loop=make())\n    await asyncio.sleep(1, loop=a)\n"
        "    z = asyncio.Lock(loop=asyncio.get_event_loop())\n",
        "import asyncio\nasync def f(a, make):\n    x = asyncio.Event(loop=a)\n"
        "    y = asyncio.Lock(loop=make())\n    await asyncio.sleep(1)\n"
        "    z = asyncio.Lock()\n",
    ),
    (
        "import asyncio\nasync def f():\n    loop = asyncio.get_event_loop()\n"
        "    return asyncio.Event(loop=loop)\n",
        "import asyncio\nasync def f():\n    loop = asyncio.get_event_loop()\n"
        "    return asyncio.Event()\n",
    ),
    # The interpreter calls it, and does not await.
    (
        "import asyncio\nclass A:\n    @asyncio.coroutine\n    def __iter__(self):\n"
        "        return (yield from asyncio.sleep(0, 4))\n",
        None,
    ),
    # Where no loop runs the new function fails.
    (
        "import asyncio\nx = len(asyncio.Task.all_tasks())\n",
        None,
    ),
    (
        "import asyncio\n@asyncio.coroutine  # old\ndef f(x):\n    # here\n    y = yield from f(x)\n"
        "    return (yield from asyncio.sleep(1, loop=None))\n",
        "import asyncio\n# old\nasync def f(x):\n    # here\n    y = await f(x)\n"
        "    return (await asyncio.sleep(1))\n",
    ),
    # What is returned was awaited; a generator cannot be; one that is none waits for a coroutine.
    ("import asyncio\n@asyncio.coroutine\ndef f(x):\n    return x()\n", None),
    ("import asyncio\n@asyncio.coroutine\ndef f(x):\n    yield from x()\n", None),
    (
        "import asyncio\n@asyncio.coroutine\ndef f():\n    yield from asyncio.sleep(1)\n"
        "def g():\n    yield from f()\n",
        None,
    ),
    (
        "import asyncio\n@asyncio.coroutine\ndef f(lock):\n    with (yield from lock):\n        pass\n",
        None,
    ),
    (
        "import asyncio\nasync def f(lock: asyncio.Lock):\n    with await lock:  # here\n"
        "        pass\n    with await lock as x:\n        pass\n",
        "import asyncio\nasync def f(lock: asyncio.Lock):\n    async with lock:  # here\n"
        "        pass\n    with await lock as x:\n        pass\n",
    ),
    # A name that a from-import brings.
    (
        "from asyncio import Lock, sleep\nlock = Lock()\n",
        "from asyncompat import Lock, sleep\nlock = Lock()\n",
    ),
    # The import is needed before its first use, and at the module's top.
    (
        "if True:\n    import asyncio\nlock = asyncio.Lock()\nimport os\n",
        "import asyncompat\nif True:\n    import asyncio\nlock = asyncompat.Lock()\nimport os\n",
    ),
    (
        "import asyncio; lock = asyncio.Lock()\n",
        "import asyncompat\nimport asyncio; lock = asyncompat.Lock()\n",
    ),
    (
        "import asyncio\nasync def f():\n    import nest_asyncio\n    nest_asyncio.apply()\n"
        "async def g():\n    asyncio.timeout(1)\n",
        "import asyncio\nimport asyncompat\nasync def f():\n    import asyncompat\n"
        "    asyncompat.patch_asyncio()\nasync def g():\n    asyncompat.timeout(1)\n",
    ),
    (
        "import nest_asyncio\nnest_asyncio.apply()\nprint(nest_asyncio)\n",
        None,
    ),
    (
        "import asyncio\nasync def f():\n    return asyncio.Queue(\n        loop=None,\n    )\n",
        "import asyncio\nasync def f():\n    return asyncio.Queue(\n        \n    )\n",
    ),
    (
        "import asyncio\ntry:\n    loop = asyncio.get_event_loop()\nexcept RuntimeError:\n"
        "    loop = asyncio.new_event_loop()\n",
        None,
    ),
    (
        "import asyncio\nasync def w(): ...\n"
        "asyncio.new_event_loop().run_until_complete(asyncio.wait([w(), asyncio.sleep(1)]))\n",
        "import asyncio\nimport asyncompat\nasync def w(): ...\n"
        "asyncio.new_event_loop().run_until_complete(asyncompat.wait([w(), asyncio.sleep(1)]))\n",
    ),
    (
        "import asyncio\n@asyncio.coroutine\ndef f(x):\n    yield\n",
        None,
    ),
    (
        "import nest_asyncio\nimport asyncio\nnest_asyncio.apply()\n",
        "import asyncompat\nimport asyncio\nasyncompat.patch_asyncio()\n",
    ),
    (
        "import nest_asyncio; nest_asyncio.apply()\n",
        "import asyncompat; asyncompat.patch_asyncio()\n",
    ),
    (
        "import asyncio\nasync def f(): ...\nasyncio.get_event_loop().run_until_complete(f())\n",
        "import asyncio\nimport asyncompat\nasync def f(): ...\n"
        "asyncompat.get_event_loop().run_until_complete(f())\n",
    ),
    (
        "import asyncio\nasync def f(task: asyncio.Task):\n    return task.get_name()\n",
        "import asyncio\nimport asyncompat\nasync def f(task: asyncio.Task):\n"
        "    return asyncompat.task_name(task)\n",
    ),
    (
        "import asyncio\nclass G(asyncio.taskgroups.TaskGroup): ...\n",
        "import asyncio\nimport asyncompat\nclass G(asyncompat.TaskGroup): ...\n",
    ),
    (
        "import asyncio\ndef f(g):\n    return asyncio.async(g())\n",
        "import asyncio\ndef f(g):\n    return asyncio.ensure_future(g())\n",
    ),
    (
        "import asyncio\nasync def f(g):\n    try:\n        await g()\n    except Exception as e:\n        print(e)\n",
        "import asyncio\nasync def f(g):\n    try:\n        await g()\n    except asyncio.CancelledError:\n"
        "        raise\n    except Exception as e:\n        print(e)\n",
    ),
    (
        "import asyncio\nasync def f(g):\n    try:\n        await g()\n    except (\n        Exception\n    ):\n        pass\n",
        "import asyncio\nasync def f(g):\n    try:\n        await g()\n    except asyncio.CancelledError:\n        raise\n    except (\n        Exception\n    ):\n        pass\n",
    ),
    (
        "import asyncio\nasync def f(g):\n    try:\n        await asyncio.wait_for(g(), 1)\n    except TimeoutError:\n        pass\n",
        "import asyncio\nasync def f(g):\n    try:\n        await asyncio.wait_for(g(), 1)\n    except (asyncio.TimeoutError, TimeoutError):\n        pass\n",
    ),
    (
        "import asyncio\nasync def g(): ...\nasync def f():\n    await asyncio.wait([g(), g()])\n",
        "import asyncio\nimport asyncompat\nasync def g(): ...\nasync def f():\n    await asyncompat.wait([g(), g()])\n",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("code", "fixed"), IDIOMS)
def test_idioms(fix, code, fixed):
    assert fix(code, "--target-version", "3.7-3.14") == (code if fixed is None else fixed)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("import time\r\nasync def f():\r\n\ttime.sleep(1)\r\n",
         "import time\r\nimport asyncio\r\nasync def f():\r\n\tawait asyncio.sleep(1)\r\n"),
        ("import time\nasync def f():\n    time.sleep(1)",
         "import time\nimport asyncio\nasync def f():\n    await asyncio.sleep(1)"),
        ("\ufeffimport time\nasync def f():\n    time.sleep(1)\n",
         "\ufeffimport time\nimport asyncio\nasync def f():\n    await asyncio.sleep(1)\n"),
        ("import time\n\f\nasync def f():\n    'ä€𝒳'; time.sleep(1)\n",
         "import time\nimport asyncio\n\f\nasync def f():\n    'ä€𝒳'; await asyncio.sleep(1)\n"),
        ("import time\rasync def f():\r    time.sleep(1)\r",
         "import time\rimport asyncio\rasync def f():\r    await asyncio.sleep(1)\r"),
    ],
)  # fmt: skip
def test_every_other_byte_stays(fix, before, after):
    assert fix(before.encode()) == after.encode()


def test_an_encoding_is_kept(fix):
    code = "# coding: latin-1\nimport time, asyncio\nasync def f():\n    'ä'; time.sleep(1)\n"
    assert fix(code.encode("latin-1")) == code.replace("time.sleep", "await asyncio.sleep").encode(
        "latin-1"
    )


def test_mode_and_link_are_kept(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    real = Path("real.txt")
    real.write_text("import time, asyncio\nasync def f():\n    time.sleep(1)\n")
    real.chmod(0o754)
    Path("code.py").symlink_to("real.txt")
    assert cli.main(["check", "--no-cache", "--fix", "code.py"]) == 0
    assert Path("code.py").is_symlink()
    assert "await asyncio.sleep" in real.read_text()
    assert stat.S_IMODE(real.stat().st_mode) == 0o754
    assert os.listdir() == ["code.py", "real.txt"] or os.listdir() == ["real.txt", "code.py"]


def test_a_file_that_has_changed_is_left_alone(tmp_path):
    path = tmp_path / "code.py"
    path.write_text("new")
    with pytest.raises(files.NotReplacedError, match="changed meanwhile"):
        files.replace(str(path), b"old", b"mended")
    assert path.read_text() == "new"
    assert os.listdir(tmp_path) == ["code.py"]


def test_what_cannot_be_written_is_told(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("code.py").write_text("import time, asyncio\nasync def f():\n    time.sleep(1)\n")

    def refuse(location, before, after):
        raise files.NotReplacedError("it has changed meanwhile")

    monkeypatch.setattr(files, "replace", refuse)
    cli.main(["check", "--no-cache", "--fix", "code.py"])
    assert "code.py is left as it is: it has changed meanwhile" in capsys.readouterr().err


def test_a_diff_changes_nothing(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = "import time, asyncio\nasync def f():\n    time.sleep(1)\n"
    Path("code.py").write_text(code)
    assert cli.main(["check", "--no-cache", "--diff"]) == 1
    printed = capsys.readouterr().out
    assert "-    time.sleep(1)\n+    await asyncio.sleep(1)\n" in printed
    assert Path("code.py").read_text() == code
    Path("code.py").write_text("x = 1\n")
    assert cli.main(["check", "--no-cache", "--diff"]) == 0


def test_only_the_rules_that_are_asked_for(fix):
    code = (
        "import time, asyncio\nasync def f(g):\n    time.sleep(1)\n    asyncio.Task.all_tasks()\n"
    )
    assert fix(code, "--select", "AC302").count("time.sleep") == 1
    assert fix(code, "--ignore", "AC302").count("Task.all_tasks") == 1


def test_what_is_mended_is_counted(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("code.py").write_text(
        "import time\nasync def f():\n    time.sleep(1)\n    time.sleep(2)\n"
    )
    assert cli.main(["check", "--no-cache", "--fix"]) == 0
    assert "2 findings mended." in capsys.readouterr().out


# Notebooks


def test_a_notebook_keeps_its_form(tmp_path, monkeypatch, notebook_of):
    monkeypatch.chdir(tmp_path)
    text = notebook_of(
        "import asyncio\nasync def f(): ...", "%time asyncio.run(f())\nasyncio.run(f())"
    )
    document = json.loads(text)
    document["cells"][1]["source"] = document["cells"][1]["source"].splitlines(keepends=True)
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    Path("book.ipynb").write_text(text)
    assert cli.main(["check", "--no-cache", "--fix"]) == 0
    document["cells"][1]["source"] = [
        "import asyncompat\n",
        "%time asyncompat.run(f())\n",
        "await f()",
    ]
    assert (
        Path("book.ipynb").read_text() == json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    )


def test_a_notebook_of_another_form_is_left_alone(tmp_path, monkeypatch, capsys, notebook_of):
    monkeypatch.chdir(tmp_path)
    text = notebook_of("import asyncio\nasync def f(): ...\nasyncio.run(f())").replace(
        "[", "[  ", 1
    )
    Path("book.ipynb").write_text(text)
    assert cli.main(["check", "--no-cache", "--fix"]) == 1
    assert "book.ipynb is left as it is: its JSON" in capsys.readouterr().err
    assert Path("book.ipynb").read_text() == text


# Texts


def test_edits_are_put_in_from_the_end():
    edits = [
        Edit(Span(1, 1, 1, 2), "xx"),
        Edit(Span(2, 1, 2, 1), "y\n"),
        Edit(Span(1, 2, 1, 3), ""),
    ]
    assert texts.replaced("ab\r\ncd\r\n", edits) == "xx\r\ny\r\ncd\r\n"


@pytest.mark.parametrize(
    ("one", "other", "touch"),
    [
        (Span(1, 1, 1, 5), Span(1, 4, 1, 6), True),
        (Span(1, 1, 1, 5), Span(1, 5, 1, 6), False),
        (Span(1, 1, 2, 1), Span(1, 9, 1, 9), True),
        (Span(3, 1, 3, 1), Span(3, 1, 3, 1), True),
    ],
)
def test_overlaps(one, other, touch):
    assert texts.overlaps(Edit(one, ""), Edit(other, "")) is touch
    assert texts.overlaps(Edit(other, ""), Edit(one, "")) is touch


def test_bytes_that_would_not_come_back_are_not_edited():
    # UTF-7 has several ways to write the same text.
    raw = b"# coding: utf-7\nx = '+AGE-'\n"
    with pytest.raises(texts.CannotEditError, match="utf-7"):
        texts.editable(SourceFile("x.py", "x.py", "."), raw)


# Migration


def test_migration(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("needs.py").write_text(
        "import asyncio\nfrom asyncio import Queue\n\nasync def main():\n"
        "    async with asyncio.timeout(1):\n        await asyncio.sleep(1, loop=None)\n\n"
        "asyncio.run(main())\n"
    )
    fine = "import asyncio\nasync def f():\n    await asyncio.sleep(1)\n"
    Path("fine.py").write_text(fine)
    assert cli.main(["migrate", "--no-cache", "--diff"]) == 1
    assert "+import asyncompat as asyncio" in capsys.readouterr().out
    assert cli.main(["migrate", "--no-cache"]) == 0
    assert Path("needs.py").read_text() == (
        "import asyncompat as asyncio\nfrom asyncompat import Queue\n\nasync def main():\n"
        "    async with asyncio.timeout(1):\n        await asyncio.sleep(1)\n\n"
        "asyncio.run(main())\n"
    )
    assert Path("fine.py").read_text() == fine
    assert "1 file of 2 migrated." in capsys.readouterr().out
    assert cli.main(["migrate", "--no-cache"]) == 0
    assert "0 files of 2 migrated." in capsys.readouterr().out


def test_migration_by_the_range_of_the_project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = "import asyncio\nasync def main():\n    async with asyncio.timeout(1):\n        pass\n"
    Path("a.py").write_text(code)
    Path("pyproject.toml").write_text('[project]\nrequires-python = ">=3.11"\n')
    assert cli.main(["migrate", "--no-cache"]) == 0
    assert Path("a.py").read_text() == code


def test_a_lock_that_a_coroutine_entered(fix):
    code = (
        "import asyncio\nclass C:\n    def __init__(self):\n        self.lock = asyncio.Lock()\n"
        "    @asyncio.coroutine\n    def f(self):\n        with ( yield from self.lock ):  # here\n"
        "            yield from self.work()\n"
    )
    assert fix(code, "--unsafe-fixes", "--target-version", "3.8-3.15") == (
        "import asyncio\nclass C:\n    def __init__(self):\n        self.lock = asyncio.Lock()\n"
        "    async def f(self):\n        async with self.lock:  # here\n"
        "            await self.work()\n"
    )


STAYS = [
    # Under another loop, and under a lock of threads.
    "import curio, time\nasync def f():\n    time.sleep(1)\n    await curio.sleep(1)\n",
    "import asyncio, time, trio\nasync def f():\n    time.sleep(1)\n",
    "import time\nasync def f(self):\n    with self._lock:\n        time.sleep(1)\n",
    "import time\nasync def f(x):\n    x.acquire()\n    time.sleep(1)\n    x.release()\n",
    # To find out what is called does something.
    "import time\nasync def f():\n    (nap := time.sleep)(1)\n    print(nap)\n",
    "import time\ndef chosen():\n    return time.sleep\nasync def f():\n    chosen()(1)\n",
    # Python 3.6 has no `await` in such a string.
    "import time\nasync def f(g):\n    print(f'{[time.sleep(1)]}')\n",
]


# A thread cannot do these, or nobody would get what it gives.
HAS_TO_STAY = {
    "what is handed over and called there": """\
import asyncio, requests
async def request(method, url):
    return method(url)
async def f():
    await request(requests.get, "url")
""",
    "what gives something to be awaited": """\
import asyncio, time
class Http:
    async def request(self, data): ...
    def upload(self, data):
        time.sleep(1)
        return self.request(data)
async def f(path):
    await Http().upload(path)
""",
    "what makes a session of aiohttp's": """\
import asyncio, ssl
import aiohttp
def session():
    context = ssl.create_default_context(capath="certs")
    return aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=context))
async def f():
    return session()
""",
    "what Tornado's server does at once": """\
import asyncio, time
from tornado.httpserver import HTTPServer
def listen(app, port):
    time.sleep(1)
    HTTPServer(app).listen(port)
async def f(app):
    listen(app, 80)
""",
    "where anyio's tasks are cancelled": """\
import subprocess
import anyio
async def f(process: subprocess.Popen):
    try:
        await anyio.sleep(1)
    except BaseException:
        process.wait()
        raise
    finally:
        process.wait()
""",
    "what waits where it is entered": """\
import asyncio
from psycopg_pool import ConnectionPool
async def f(pool: ConnectionPool):
    with pool.connection() as connection:
        return connection.info
""",
}


@pytest.mark.parametrize("code", HAS_TO_STAY.values(), ids=HAS_TO_STAY.keys())
def test_what_no_thread_can_do_stays(fix, check_code, code):
    assert [each for each in check_code(code) if each.code.startswith("AC1")]
    assert fix(code, "--unsafe-fixes") == code


@pytest.mark.parametrize("code", STAYS)
def test_a_sleep_that_stays(fix, code):
    assert fix(code, "--target-version", "3.6-3.15") == code


def test_what_is_gone_through_by_a_call_moves_with_it(fix):
    lines = "import asyncio, time\ndef lines():\n    time.sleep(1)\n    yield\n"
    before = lines + "async def f():\n    x = list(lines())\n"
    after = lines + "async def f():\n    x = await asyncio.to_thread(list, lines())\n"
    assert fix(before, "--unsafe-fixes") == after
    for runs_later in ("for x in enumerate(lines()): ...", "print(*lines())"):
        code = f"{lines}async def f():\n    {runs_later}\n"
        assert "to_thread(enum" not in fix(code, "--unsafe-fixes")
        assert "to_thread(lines" not in fix(code, "--unsafe-fixes")


def test_what_ends_by_stop_iteration_is_not_moved(fix):
    lines = "import asyncio, csv, time\ndef lines():\n    time.sleep(1)\n    yield\n"
    lines += "def following(it):\n    return next(it)\n"
    for body in (
        "next(lines())",
        "try:\n        following(lines())\n    except (OSError, StopIteration):\n        ...",
        "with open('x') as f:\n        head = next(csv.reader(f))\n    print(head)",
    ):
        code = f"{lines}async def f():\n    {body}\n"
        assert fix(code, "--unsafe-fixes") == code
    default = f"{lines}async def f():\n    next(lines(), None)\n"
    assert "await asyncio.to_thread(next, lines(), None)" in fix(default, "--unsafe-fixes")


def test_what_is_handed_to_the_loop_is_not_moved(fix):
    code = "import asyncio, time\nasync def f(loop: asyncio.AbstractEventLoop):\n"
    code += "    loop.call_soon(time.sleep, 1)\n"
    assert fix(code, "--unsafe-fixes") == code


def test_keywords_that_are_unpacked_go_through_partial(fix):
    code = "import subprocess\nasync def f(**more):\n    subprocess.run(['x'], **more)\n"
    fixed = fix(code, "--unsafe-fixes", "--target-version", "3.8")
    assert "functools.partial(subprocess.run, ['x'], **more)" in fixed


def test_what_is_held_by_a_thread_or_is_of_the_loop_stays_where_it_is(fix):
    code = (
        "import asyncio, threading, time\ncond = threading.Condition()\n"
        "def work(future):\n    time.sleep(1)\n    future.set_result(1)\n"
        "async def f(future):\n    with cond:\n        cond.wait()\n    work(future)\n"
    )
    assert fix(code, "--unsafe-fixes") == code


@pytest.mark.parametrize("pattern", ["{'a': a}", "[_, *a]", "{'b': 1, **a}"])
def test_what_match_binds_may_be_wanted_behind_the_block(fix, pattern):
    code = (
        "import json\nasync def f():\n    with open('x') as file:\n"
        f"        match json.load(file):\n            case {pattern}:\n                pass\n"
        "    return a\n"
    )
    assert fix(code, "--unsafe-fixes") == code


def test_no_await_in_a_comprehension_within_one_that_python_310_is_to_read(fix):
    work = "import time, asyncio\ndef work(i): time.sleep(i)\nasync def f(xs):\n"
    code = f"{work}    return [[work(i) for i in x] for x in xs]\n"
    assert fix(code, "--unsafe-fixes", "--target-version", "3.8-3.14") == code
    fixed = fix(code, "--unsafe-fixes", "--target-version", "3.11-3.14")
    if sys.version_info < (3, 11):
        assert fixed == code  # nothing is written that this interpreter cannot read
    else:
        assert "[[await asyncio.to_thread(work, i) for i in x] for x in xs]" in fixed


def test_no_await_in_a_string_that_python_36_is_to_read(fix):
    code = (
        "import asyncio\n@asyncio.coroutine\ndef f():\n"
        "    return f'{(yield from asyncio.sleep(1))}'\n"
    )
    assert fix(code, "--unsafe-fixes", "--target-version", "3.6-3.15") == code
    assert "await" in fix(code, "--unsafe-fixes", "--target-version", "3.7-3.15")


def test_what_was_taken_back_is_not_offered_again(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    code = "import threading, time\nL = threading.Lock()\nasync def f():\n    with L:\n        time.sleep(1)\n"
    Path("code.py").write_text(code)
    assert cli.main(["check", "--no-cache", "--fix", "--unsafe-fixes", "code.py"]) == 1
    assert Path("code.py").read_text() == code
    assert "Can be mended" not in capsys.readouterr().out


def test_what_a_later_cell_imports_is_not_there_yet(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    sources = [
        "import asyncio\nasync def main(): ...",
        "%time await main()",
        "import nest_asyncio\nnest_asyncio.apply()",
    ]
    cells = [
        {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": [], "source": s}
        for s in sources
    ]
    notebook = {"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    Path("n.ipynb").write_text(json.dumps(notebook, indent=1) + "\n")
    cli.main(["check", "--no-cache", "--fix", "n.ipynb"])
    fixed = [cell["source"] for cell in json.loads(Path("n.ipynb").read_text())["cells"]]
    assert fixed[1:] == [
        "import asyncompat\n%time asyncompat.run(main())",
        "import asyncompat\nasyncompat.patch_asyncio()",
    ]


@pytest.mark.parametrize(
    ("lowest", "call"),
    [
        ("3.6", "asyncio.get_event_loop().run_in_executor(None, in_thread)"),
        ("3.8", "asyncio.get_running_loop().run_in_executor(None, in_thread)"),
        ("3.9", "asyncio.to_thread(in_thread)"),
    ],
)
def test_a_body_is_moved_as_the_oldest_version_can(fix, lowest, call):
    code = (
        "import asyncio\nasync def f(p):\n    with open(p) as file:\n        return file.read()\n"
    )
    assert f"    return await {call}\n" in fix(
        code, "--unsafe-fixes", "--target-version", f"{lowest}-3.13"
    )


LOCKS = """\
import asyncio, contextlib, threading, time
lock = threading.Lock()
class Held:
    def __enter__(self): lock.acquire()
    def __exit__(self, *args): lock.release()
    def begin(self): lock.acquire()
    def end(self): lock.release()
"""


@pytest.mark.parametrize(
    "body",
    [
        "    with Held():\n        time.sleep(1)\n",
        "    with contextlib.ExitStack() as stack:\n"
        "        stack.enter_context(lock)\n        time.sleep(1)\n",
        "    held = Held()\n    held.begin()\n    try:\n        time.sleep(1)\n"
        "    finally:\n        held.end()\n",
    ],
)
def test_what_may_hold_a_lock_is_not_mended_unasked(fix, body):
    """Who waits for it in the thread of the loop stops that, and so the one that holds it."""
    code = f"{LOCKS}async def f():\n{body}"
    assert fix(code) == code


def test_what_holds_none_is_mended(fix):
    code = (
        "import asyncio, contextlib, time\nasync def f():\n"
        "    with contextlib.suppress(ValueError):\n        time.sleep(1)\n"
    )
    assert "await asyncio.sleep(1)" in fix(code)


@pytest.mark.parametrize(
    "body",
    [
        "    with open(path) as f:\n        path = f.read()\n    return path\n",
        "    with open('x') as f:\n        y = path\n        path = f.read()\n    return path, y\n",
        "    try:\n        with open('x') as f:\n            path = f.readline()\n"
        "            int(path)\n    except ValueError:\n        print(path)\n",
    ],
)
def test_names_that_are_read_before_or_after_a_failure_are_the_functions(fix, body):
    fixed = fix(f"import asyncio\nasync def f(path):\n{body}", "--unsafe-fixes")
    assert "nonlocal path" in fixed
    assert "to_thread(in_thread)" in fixed


@pytest.mark.parametrize(
    "body",
    [
        "    try:\n        with open('x') as f:\n            line = f.readline()\n"
        "            int(line)\n    except ValueError:\n        print(line)\n",
        "    with open('x') as f:\n        for line in f:\n            base.execute(line)\n",
        "    with open('x') as f:\n        variable.set(f.read())\n",
        "    with open('x') as f:\n        loop = asyncio.get_event_loop()\n        f.read()\n",
    ],
)
def test_what_another_thread_would_do_differently_stays(fix, body):
    code = (
        "import asyncio, contextvars, sqlite3\nvariable = contextvars.ContextVar('v')\n"
        f"async def f(base: sqlite3.Connection):\n{body}"
    )
    assert "def in_thread" not in fix(code, "--unsafe-fixes")


def test_what_needs_the_loop_further_down_is_moved_into_no_thread(fix):
    code = """\
import asyncio
class Work:
    def __init__(self):
        self.text = open("x").read()
        self.start()
    def start(self):
        self.task = asyncio.create_task(self.go())
    async def go(self): ...
async def f():
    return Work()
"""
    assert fix(code, "--unsafe-fixes") == code
    assert "to_thread(Work)" in fix(code.replace("        self.start()\n", ""), "--unsafe-fixes")


OF_LOOP = """\
import asyncio, time
def spawn(work): return asyncio.create_task(work())
class Worker:
    def __init__(self):
        self.event, self.queue = asyncio.Event(), asyncio.Queue()
    def emit(self, line): self.queue.put_nowait(line)
    def wait(self, then):
        time.sleep(1)
        then()
    def wait_and_tell(self):
        time.sleep(1)
        self.event.set()
    async def go(self, path, work, task):
        {}
"""


@pytest.mark.parametrize(
    "code",
    [
        "with open(path) as f: self.event.set()",
        "with open(path) as f: spawn(work)",
        "with open(path) as f: [self.emit(line) for line in f]",
        "with open(path) as f: task.cancel()",
        "with open(path) as f: asyncio.current_task()",
        "self.wait_and_tell()",
        "self.wait(self.event.set)",
        "self.wait(lambda: self.queue.put_nowait(1))",
    ],
)
def test_what_needs_the_loop_is_given_to_no_thread(fix, code):
    whole = OF_LOOP.format(code.replace(": ", ":\n            ", 1) if "with" in code else code)
    assert fix(whole, "--unsafe-fixes") == whole


@pytest.mark.parametrize("passed", ["print", "release.version", "release"])
def test_what_needs_no_loop_is_given_to_one(fix, passed):
    fixed = fix(OF_LOOP.format(f"self.wait({passed})"), "--unsafe-fixes")
    assert f"await asyncio.to_thread(self.wait, {passed})" in fixed
