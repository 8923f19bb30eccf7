"""What a run leaves for the next: never a different result, whatever became of files or cache."""

from __future__ import annotations

import itertools
import os
import time
from pathlib import Path

import pytest

from asyncompat_lint import apart, forked, indexing, targets
from asyncompat_lint.cache import Cache
from asyncompat_lint.differences import GONE
from asyncompat_lint.engine import Settings, check
from asyncompat_lint.program import Program
from asyncompat_lint.rules import RULES

BLOCKS = "import time\nasync def f():\n    time.sleep(1)\n"
CLEAN = "async def f():\n    pass\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(BLOCKS)
    Path("b.py").write_text("import a\nasync def g():\n    a.h()\n")
    return tmp_path / "kept"


@pytest.fixture
def indexed(monkeypatch):
    """The names of the files that were indexed, one after the other."""
    names = []
    index = indexing.index_module

    def spy(source):
        names.append(source.text)
        return index(source)

    monkeypatch.setattr(indexing, "index_module", spy)
    return names


def run(folder, paths=(".",), rules=RULES):
    result = check(paths, Settings(rules), Cache(folder))
    return [(finding.path, finding.code) for finding in result.findings]


def test_a_second_run_indexes_nothing_and_finds_the_same(folder, indexed):
    first = check(["."], Settings(RULES), Cache(folder))
    assert len(indexed) == 2
    assert check(["."], Settings(RULES), Cache(folder)) == first
    assert len(indexed) == 2


def test_only_what_changed_is_indexed_again(folder, indexed):
    run(folder)
    Path("b.py").write_text(BLOCKS + "\n")
    assert run(folder) == [("a.py", "AC101"), ("b.py", "AC101")]
    assert indexed[2:] == [BLOCKS + "\n"]


def test_the_same_content_under_another_time_or_name_is_not_indexed_again(folder, indexed):
    run(folder)
    os.utime("a.py", (1, 1))
    os.rename("b.py", "c.py")
    assert run(folder) == [("a.py", "AC101")]
    assert len(indexed) == 2


def test_a_change_in_one_file_changes_the_findings_of_another(folder):
    assert run(folder) == [("a.py", "AC101")]
    Path("a.py").write_text("def h():\n    input()\n")
    assert run(folder) == [("b.py", "AC109")]
    Path("a.py").write_text("def h():\n    pass\n")
    assert run(folder) == []


@pytest.fixture
def resolved(monkeypatch):
    """The files whose call sites were resolved, one after the other."""
    files = []
    targets = Program.targets

    def spy(self, module, call):
        files.append(module.file.path)
        return targets(self, module, call)

    monkeypatch.setattr(Program, "targets", spy)
    return files


def test_only_what_others_can_tell_of_a_change_counts_for_them(folder, resolved):
    Path("a.py").write_text("def h():\n    input()\n")
    run(folder)
    assert "b.py" in resolved
    for text in ["# told\n\n\ndef h():\n    input(1)\n", "# again\ndef h():\n    input(2)\n"]:
        resolved.clear()
        Path("a.py").write_text(text)
        assert run(folder) == [("b.py", "AC109")]
        assert "b.py" not in resolved
    Path("a.py").write_text("def h():\n    input(2)\n    return 3\n")
    assert run(folder) == [("b.py", "AC109")]
    assert "b.py" in resolved


@pytest.fixture
def written(folder, tmp_path, resolved):
    """Write a file and check again: whether that counts for ``b.py``, and how many are found."""
    fresh = map(tmp_path.joinpath, map(str, itertools.count()))

    def write(name, text):
        Path(name).write_text(text)
        resolved.clear()
        found, counts = run(folder), "b.py" in resolved
        assert found == run(next(fresh))
        return counts, len(found)

    return write


def test_what_nobody_mentions_counts_for_nobody(written):
    head = "def h():\n    input()\n"
    added = "def sleep(it):\n    input(it)\n"
    calls = "import time, a\nasync def g():\n    a.h()\n"
    Path("b.py").write_text(calls)
    assert written("a.py", head) == (True, 1)
    class_ = "class More(list):\n    def many(self): ...\n    class Of: ...\n"
    wraps = "def deco(run):\n    def more(): run(iscoroutine(run))\n    return more\n"
    limit = f"{added}LIMIT = [each for each in 'ab']\n"
    for more in [limit, "import os\n", class_, wraps, added]:
        for text in (head + more, head, more + head, head):
            assert written("a.py", text) == (False, 1)
    assert written("a.py", head + added) == (False, 1)
    # But what is mentioned, now or before; what may be any name, or is not asked for by its name.
    assert written("b.py", f"{calls}    a.sleep(3)\n") == (True, 2)
    assert written("a.py", head) == (True, 1)
    assert written("a.py", head + added) == (True, 2)
    for more in [
        "from time import *\n",
        "def __getattr__(name): ...\n",
        "h = more = print\n",
    ]:
        assert written("a.py", head)[0]
        assert written("a.py", head + more)[0]
    assert written("a.py", "sleep = more\n") == (True, 0)
    assert written("a.py", "def more(it): input(it)\nsleep = more\n") == (True, 1)


def test_parameters_count_only_for_what_comes_of_them(written):
    Path("b.py").write_text("import a\nasync def g():\n    a.h(1, 2)\n")
    for given, result, is_told in [
        ("one, two", "", True),
        ("anything, two", "", False),
        ("one, two, three=6, *, four", "", False),
        ("*, one, two", "", True),
        ("two, *, one", "", True),
        ("two, three: T", "", False),
        ("two, three: int", " -> T", True),
        ("two, four: int", " -> T", False),
        ("two, four: T", " -> T", True),
        ("two, four: list[T]", " -> T", True),
    ]:
        text = f"def h({given}){result}:\n    input(-one)\n    return two\n"
        assert written("a.py", text)[0] is is_told, text


def test_what_nobody_mentions_of_a_class_counts_for_nobody(written):
    head = "class K:\n    def h(self):\n        it = self\n{inside}        input()\n{more}"
    Path("b.py").write_text("import a\nasync def g(k: a.K):\n    k.h()\n")
    method = "    def more(self):\n        self.last = 1\n        {}\n"
    for inside, more, is_told in [
        ("        print(lambda: self, [each for each in it])\n", "", False),
        ("", method.format("print()"), False),
        ("        self.more()\n", method.format("input()"), False),
        ("", f"    @property\n{method.format('')}", False),
        ("", f"    @print\n{method.format('')}", True),
        ("        self.last = 2\n", "", False),
        ("        self.last.more = lambda: self\n", "", False),
        ("        self.__last = 2\n", "", True),
        ("", "    def __enter__(self): ...\n", True),
        ("", "    more = 1\n", True),
        ("", "    class More: ...\n", True),
        ("        class More(list): ...\n", "", True),
        ("        if it: return lambda: self\n", "", True),
    ]:
        written("a.py", head.format(inside="", more=""))
        text = head.format(inside=inside, more=more)
        assert written("a.py", text)[0] is is_told, text


def test_what_means_something_that_is_gone_is_looked_at_again():
    groups = {
        4: [[("a.h", "a.py", 3, False)], [("b.k", "b.py", 3, True), ("print", "", -1, False)]]
    }
    assert targets._moved(groups, {"a.py": {3: 5}}) == {
        4: [[("a.h", "a.py", 5, False)], groups[4][1]]
    }
    assert targets._moved(groups, {"c.py": {3: GONE}}) == groups
    assert targets._moved(groups, {"a.py": {3: GONE}}) is None


def test_what_is_little_is_kept_beside_the_rest(folder, indexed, resolved, monkeypatch):
    run(folder)
    all_facts = (folder / "facts").read_bytes()
    monkeypatch.setattr(indexing, "_WORTH_WRITING", 0)
    first, second = (f"{CLEAN}def h():\n    input()\n{more}" for more in ("", "    return 3\n"))
    for text, is_told, is_new in [
        (first, True, True),
        (f"{first}# as before\n", False, True),
        (second, True, True),
        (f"{second}# as before\n", False, True),
        (second, False, True),
        (BLOCKS, False, False),
    ]:
        Path("a.py").write_text(text)
        resolved.clear()
        indexed.clear()
        assert run(folder) == [("a.py", "AC101") if text == BLOCKS else ("b.py", "AC109")]
        assert ("b.py" in resolved) is is_told
        assert indexed == [text] * is_new
    assert (folder / "facts").read_bytes() == all_facts


def test_what_a_function_keeps_to_itself_counts_for_nobody_else(folder, resolved):
    head = "import time\ndef h(given):\n    import other\n    "
    Path("a.py").write_text(head + "time.sleep(1)\n")
    run(folder)
    for body in [
        "import os\n    time.sleep(other.x)\n",
        "x = time\n    x = x.sleep\n    if given:\n        y = x\n    time.sleep(1)\n",
        "with open('x') as time:\n        time.read()\n",
    ]:
        resolved.clear()
        Path("a.py").write_text(head + body)
        assert ("b.py", "AC101" if "sleep(" in body else "AC104") in run(folder)
        assert "b.py" not in resolved


def test_who_calls_counts_only_for_what_asks_what_it_is_passed(folder, resolved):
    Path("a.py").write_text("def h(it):\n    it.nothing_known()\n    input()\n")
    Path("asks.py").write_text("import time\ndef h(it):\n    it.sleep(1)\n")
    calls = "import a, asks\na.h(1)\nasks.h(1)\n"
    Path("b.py").write_text(calls)
    run(folder)
    assert {"a.py", "asks.py"} <= {*resolved}
    resolved.clear()
    Path("b.py").write_text(calls + "def new(): ...\n")
    run(folder)
    assert "asks.py" in resolved
    assert "a.py" not in resolved


def test_what_is_put_where_others_take_it_out_counts_for_them(folder):
    Path("b.py").write_text("async def g(request):\n    request.app['client'].fetch()\n")
    for wait, expected in [("time.sleep(1)", 1), ("pass", 0)]:
        for made, is_made in [("Client()", True), ("3", False)]:
            Path("c.py").write_text(
                f"import time\nclass Client:\n    def fetch(self):\n        {wait}\n"
            )
            Path("a.py").write_text(
                f"from c import Client\ndef setup(app):\n    app['client'] = {made}\n"
            )
            assert len(run(folder)) == expected * is_made


def test_a_file_that_became_unreadable_and_readable_again(folder):
    run(folder)
    Path("a.py").write_text("def (")
    assert run(folder) == [("a.py", "AC001")]
    assert run(folder) == [("a.py", "AC001")]
    Path("a.py").write_text(CLEAN)
    assert run(folder) == []


def test_other_paths_and_rules_are_another_question(folder):
    assert run(folder, rules=RULES[1:]) == []
    assert run(folder) == [("a.py", "AC101")]
    assert run(folder, paths=["b.py"]) == []
    assert run(folder) == [("a.py", "AC101")]


def test_a_run_that_keeps_nothing_does_not_ask_what_depends_on_what(folder, monkeypatch):
    expected = run(folder)

    def fail(*_):
        raise AssertionError

    monkeypatch.setattr(targets, "imports_of", fail)
    assert run(None) == expected


@pytest.mark.parametrize("damage", [b"", b"\x00garbage", b"\x93\x01\x02\x03"])
def test_a_damaged_cache_is_an_empty_one(folder, damage):
    run(folder)
    for name in ["facts", "findings"]:
        (folder / name).write_bytes(damage)
    assert run(folder) == [("a.py", "AC101")]


def test_a_cache_of_another_version_is_an_empty_one(folder, indexed, monkeypatch):
    run(folder)
    monkeypatch.setattr("asyncompat_lint.cache._version", lambda: "another")
    assert run(folder) == [("a.py", "AC101")]
    assert len(indexed) == 4


def test_a_cache_that_cannot_be_written_is_done_without(folder):
    folder.write_text("a file where the folder should be")
    assert run(folder) == [("a.py", "AC101")]
    assert folder.read_text() == "a file where the folder should be"


def test_what_was_begun_long_ago_is_taken_away(folder):
    run(folder)
    for name, seconds in [("old", 3600), ("new", 0)]:
        (folder / f"begun-{name}").write_text("half of")
        os.utime(folder / f"begun-{name}", (time.time() - seconds,) * 2)
    Path("a.py").write_text(CLEAN)
    run(folder)
    assert sorted(each.name for each in folder.glob("begun-*")) == ["begun-new"]


def test_git_is_told_to_pass_the_cache_over(folder):
    run(folder)
    assert (folder / ".gitignore").read_text() == "*\n"
    assert sorted(os.listdir(folder)) == [".gitignore", "facts", "findings", "targets", "visits"]


def test_several_processes_find_what_one_finds(folder, monkeypatch):
    for number in range(120):
        Path(f"m{number}.py").write_text(BLOCKS if number % 7 == 0 else CLEAN)
    Path("bad.py").write_text("def (")
    alone = run(None)
    assert len(alone) == 20
    monkeypatch.setattr(indexing, "WORTH_A_PROCESS", 2)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert run(None) == alone


def test_what_is_looked_for_aside_is_the_same_and_is_kept(folder, monkeypatch):
    """Misuses and misfits, and that a module has none: elsewhere or here."""
    Path("c.py").write_text("import a\nasync def g():\n    a.make()\n")
    Path("d.py").write_text("import asyncio\nasyncio.coroutine\n")
    expected = run(Path("here"))
    assert "d.py" in dict(expected)
    monkeypatch.setattr(apart, "_WORTH_A_PROCESS", 1)
    assert run(folder) == expected
    Path("a.py").write_text(BLOCKS + "async def make():\n    pass\n")
    assert ("c.py", "AC201") in run(folder)
    Path("b.py").write_text(CLEAN)  # which has nothing to do with it
    assert ("c.py", "AC201") in run(folder)
    Path("a.py").write_text(BLOCKS + "def make():\n    pass\n")
    assert run(folder) == expected


def test_what_is_imported_with_its_package_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    cache = Cache(tmp_path / "kept")
    Path("app").mkdir()
    Path("app/__init__.py").write_text("")
    Path("app/helper.py").write_text("import time\ndef wait(): time.sleep(1)\n")
    Path("main.py").write_text(
        "import app.helper\nasync def f():\n    app.helper.wait()\n    app.helper.Later().wait()\n"
    )

    def lines():
        return [each.span.line for each in check(["."], Settings(RULES), cache).findings]

    assert lines() == [3]
    with Path("app/helper.py").open("a") as file:
        file.write("class Later:\n    def wait(self): time.sleep(1)\n")
    assert lines() == [3, 4]


def test_what_a_class_is_mixed_with_elsewhere_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mixin.py").write_text("class Mixin:\n    async def go(self):\n        self.wait()\n")
    for base, expected in [("Quick", 0), ("Slow", 1), ("Quick", 0)]:
        Path("main.py").write_text(
            "import time\nfrom mixin import Mixin\nclass Slow:\n    def wait(self): time.sleep(1)\n"
            f"class Quick:\n    def wait(self): ...\nclass Mixed(Mixin, {base}): ...\n"
        )
        assert len(run(tmp_path / "kept")) == expected


def test_what_a_function_is_passed_elsewhere_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "kept"
    Path("clients.py").write_text(
        "import time\nclass Slow:\n    def fetch(self):\n        time.sleep(1)\n"
        "class Quick:\n    def fetch(self): ...\n"
    )
    Path("loading.py").write_text("def load(client):\n    client.fetch()\n")
    Path("main.py").write_text("from loading import load\nasync def f(it):\n    load(it)\n")
    for passes, expected in [("Quick()", 0), ("Slow()", 1), ("Slow(), load(Quick())", 2)]:
        Path("main.py").write_text(
            f"from clients import *\nfrom loading import load\nasync def f():\n    load({passes})\n"
        )
        for cache in (folder, tmp_path / passes):
            assert len(run(cache)) == expected


def test_what_a_package_has_by_a_modules_name_counts(tmp_path, monkeypatch):
    """``from .load import load`` hides the module, from then on."""
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "kept"
    Path("package").mkdir()
    Path("package/load.py").write_text("import time\ndef load():\n    time.sleep(1)\n")
    Path("main.py").write_text("from package import load\nasync def f():\n    load()\n")
    Path("other.py").write_text("from package.load import load\nasync def f():\n    load()\n")
    Path("whole.py").write_text("import package\nasync def f():\n    package.load()\n")
    always, then = [("other.py", "AC101")], [("main.py", "AC101"), ("whole.py", "AC101")]
    for text, expected in [
        ("from .load import load\n", then),
        ("", []),
        ("from . import load\n", []),
        ("from package.load import load\n", then),
        ("from .load import load as other\n", []),
    ]:
        Path("package/__init__.py").write_text(text)
        assert run(folder) == sorted(always + expected)
        assert run(tmp_path / "fresh" / str(len(text))) == sorted(always + expected)


def test_what_another_process_asked_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "kept"
    monkeypatch.setattr(targets, "_WORTH_A_PROCESS", 1)
    for number in range(forked.WORTH_A_PROCESS):
        Path(f"much_{number}.py").write_text("import time\ndef f():\n    time.sleep(1)\n")
    # The other process begins with the first, and this one with the last.
    Path("a_loading.py").write_text("import requests\nasync def load(it):\n    it.get(1)\n")
    for made in ["object", "requests.Session", "object"]:
        Path("main.py").write_text(
            "import requests\nfrom a_loading import load\n"
            f"async def f():\n    it = {made}()\n    await load(it)\n"
        )
        expected = [("a_loading.py", "AC102")] * (made == "requests.Session")
        assert run(folder) == expected
        assert run(None) == expected


def test_what_was_asked_aside_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "kept"
    monkeypatch.setattr(apart, "_WORTH_A_PROCESS", 1)
    Path("loading.py").write_text("async def load(it):\n    it.fetch()\n")
    kinds = ["", "async ", "async ", ""]
    for kind, client in zip(kinds, ["Client", "Other", "Client", "Client"], strict=True):
        Path("clients.py").write_text(
            f"class Client:\n    {kind}def fetch(self): ...\n"
            "class Other:\n    def fetch(self): ...\n"
        )
        Path("main.py").write_text(
            "from clients import *\nfrom loading import load\n"
            f"async def f():\n    it = {client}()\n    await load(it)\n"
        )
        is_async = bool(kind) and client == "Client"
        assert run(folder) == [("loading.py", "AC201")] * is_async


def test_what_is_asked_only_now_is_known_the_next_time(folder, resolved):
    Path("b.py").write_text("import a\ndef g():\n    a.h(1)\n")
    Path("other.py").write_text(CLEAN)
    for does in ["it.nothing_known()", "it.sleep(1)"]:
        Path("a.py").write_text(f"import time\ndef h(it):\n    {does}\n")
        run(folder)
    resolved.clear()
    Path("other.py").write_text(CLEAN + "# more\n")
    run(folder)
    assert resolved == []


def test_what_a_constructor_is_passed_elsewhere_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "kept"
    files = {
        "clients": "import time\nclass Slow:\n    def fetch(self):\n        time.sleep(1)\n"
        "class Quick:\n    def fetch(self): ...\n",
        "service": "class Service:\n    def __init__(self, client):\n        self.client = client\n"
        "    async def go(self):\n        self.client.fetch()\nclass Heir(Service): ...\n",
        "user": "import service\nasync def use(it: service.Service):\n    it.client.fetch()\n",
        "main": "import clients, service\nservice.Heir(clients.Quick())\n",
    }
    for name, text in files.items():
        Path(name + ".py").write_text(text)
    both = [("service.py", "AC101"), ("user.py", "AC101")]
    for makes, expected in [
        ("service.Heir(clients.Quick())", []),
        ("service.Heir(clients.Slow())", both),
        ("service.Service(client=clients.Slow())", both),
        ("service.Service(clients.Slow()), service.Service(clients.Quick())", both),
        ("service.Service(clients.Slow()), service.Service(anything)", both),
        ("clients.Slow()", []),
    ]:
        Path("main.py").write_text(f"import clients, service\n{makes}\n")
        assert run(folder) == expected
        assert run(tmp_path / "other" / makes) == expected


def test_what_another_base_gives_a_mixin_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("mixin.py").write_text(
        "class Mixin:\n    async def go(self):\n        self.session.get('x')\n"
    )
    between = "from mixin import Mixin\nclass Between(Mixin): ...\n"
    Path("between.py").write_text(between)

    def findings(made):
        Path("heir.py").write_text(
            "import httpx, requests\nfrom between import Between\nclass Base:\n"
            f"    def __init__(self):\n        self.session = {made}()\n"
            "class Heir(Between, Base): ...\n"
        )
        settings = Settings(RULES, project=str(tmp_path))
        result = check(["."], settings, Cache(Path(".asyncompat_cache")))
        return [(each.path, each.code) for each in result.findings]

    for _ in range(2):
        assert findings("requests.Session") == [("mixin.py", "AC102")]
        assert findings("httpx.AsyncHTTPTransport") == []


def test_which_function_is_called_by_too_many_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("helpers.py").write_text(
        "import requests\nSESSION = requests.Session()\n"
        "async def load(session=SESSION):\n    session.get('https://example.org')\n"
        "async def fetch(session=SESSION):\n    session.get('https://example.org')\n"
    )

    def found_if_many_call(name):
        text = f"import helpers\nasync def use(other):\n    await helpers.{name}(other)\n"
        for number in range(60):
            Path(f"caller_{number}.py").write_text(text)
        kept = check(["."], Settings(RULES), Cache(tmp_path / "kept")).findings
        assert kept == check(["."], Settings(RULES), Cache(None)).findings
        return [(each.span.line, each.code) for each in kept]

    assert found_if_many_call("load") == [(6, "AC102")]
    assert found_if_many_call("fetch") == [(4, "AC102")]
