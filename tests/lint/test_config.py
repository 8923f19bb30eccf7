"""``[tool.asyncompat]``, and what is marked in the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncompat_lint import cli
from asyncompat_lint.config import Config, ConfigError, find, python_versions, read
from asyncompat_lint.engine import Settings, check
from asyncompat_lint.rules import RULES
from asyncompat_lint.versions import Versions, parse_range

NAMES = {rule.code: rule.name for rule in RULES}


@pytest.fixture
def project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def make(settings: str = "", **files: str):
        Path("pyproject.toml").write_text(f"[tool.asyncompat]\n{settings}\n")
        for name, text in files.items():
            path = Path(name.replace("__", "/") + ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        config = read(Path("pyproject.toml"), NAMES)
        return check(["."], Settings(RULES, config)).findings

    return make


def versions_from(lowest):
    return Versions() if lowest is None else parse_range("{}.{}".format(*lowest))


def places(findings):
    return [(finding.path, finding.span.line, finding.code) for finding in findings]


def test_blocking_functions_of_ones_own(project):
    found = project(
        'blocking = ["lib.wait", "app.Client.ask",'
        ' {name = "lib.load", rule = "blocking-file", instead = "await aload({arguments})"}]',
        app="import lib\nclass Client:\n    def ask(self): ...\nasync def f(c: Client, x):\n"
        "    lib.wait()\n    c.ask()\n    lib.load(x)\n    lib.other()\n",
    )
    assert places(found) == [
        ("app.py", 5, "AC108"),
        ("app.py", 6, "AC108"),
        ("app.py", 7, "AC104"),
    ]
    assert found[2].instead == "await aload(x)"
    assert "so say the settings" in found[0].message


@pytest.mark.parametrize("pattern", ["lib.*", "lib.inner.*"])
def test_all_that_is_in_a_module_blocks(project, pattern):
    Path("lib").mkdir()
    Path("lib/__init__.py").write_text("")
    Path("lib/inner.py").write_text("def wait(): ...\nclass Client:\n    def ask(self): ...\n")
    found = project(
        f'blocking = ["{pattern}"]',
        app="from lib.inner import wait as w, Client\nfrom other import wait\n"
        "async def f(c: Client):\n    w()\n    c.ask()\n    wait()\n    def helper():\n"
        "        w()\n    helper()\n",
    )
    assert [line for path, line, _ in places(found) if path == "app.py"] == [4, 5, 9]


def test_nonblocking_functions(project):
    code = "import time\ndef quick():\n    time.sleep(0.001)\nasync def f():\n    quick()\n"
    assert len(project("", app=code)) == 1
    assert project('nonblocking = ["app.quick"]', app=code) == []
    assert project('nonblocking = ["time.sleep"]', app=code) == []
    assert project('nonblocking = ["time.*"]', app=code) == []


def test_offloads(project):
    code = """\
import time
from lib import in_pool, run
class Client:
    def ask(self): time.sleep(1)
def make() -> Client: ...
@in_pool
def work(): time.sleep(1)
async def f():
    client = await run(make)
    client.ask()
    work()
"""
    assert places(project("", app=code)) == [("app.py", 11, "AC101")]
    assert places(project('offloads = ["lib.run", "lib.in_pool"]', app=code)) == [
        ("app.py", 10, "AC101")
    ]


def test_decorators_that_mark_callbacks_of_the_loop(project):
    code = "import time\nfrom lib import callback\n@callback\ndef f():\n    time.sleep(1)\n"
    assert project("", app=code) == []
    assert places(project('runs-on-loop = ["lib.callback"]', app=code)) == [("app.py", 5, "AC101")]


def test_severity_of_a_rule(project):
    code = "import time\nasync def f():\n    time.sleep(1)\n"
    for key in ("AC101", "blocking-sleep"):
        (found,) = project(f'severity = {{ "{key}" = "info" }}', app=code)
        assert str(found.severity) == "info"


def test_per_file_ignores_and_exclude(project):
    code = "import time\nasync def f():\n    time.sleep(1)\n"
    files = {"app": code, "tests__test_app": code, "tests__deep__x": code, "old__x": code}
    settings = 'per-file-ignores = { "tests/*" = ["AC1"] }\nexclude = ["old"]'
    assert places(project(settings, **files)) == [("app.py", 3, "AC101")]


def test_roots(project):
    files = {
        "code__app": "import lib.helper\nasync def f():\n    lib.helper.wait()\n",
        "shared__lib__helper": "import time\ndef wait():\n    time.sleep(1)\n",
    }
    assert project("", **files) == []
    assert places(project('roots = ["code", "shared"]', **files)) == [("code/app.py", 3, "AC101")]


def test_markers(project):
    code = """\
import asyncompat, time
from asyncompat import nonblocking
@asyncompat.blocking
def slow(): ...
@nonblocking
def quick(): time.sleep(0)
async def f():
    slow()
    quick()
"""
    assert places(project("", app=code)) == [("app.py", 8, "AC108")]


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ("blockng = []", ["blockng", "did you mean 'blocking'"]),
        ('ignore = ["blocking-slep"]', ["blocking-slep", "did you mean 'blocking-sleep'"]),
        ('severity = { "AC999" = "info" }', ["AC999"]),
        ('severity = { "AC101" = "loud" }', ["loud"]),
        ('blocking = "x"', ["blocking"]),
        ('blocking = ["not a name"]', ["'not a name'"]),
        ('blocking = [{ name = "a.b", rule = "blocking-fil" }]', ["did you mean 'blocking-file'"]),
        ('blocking = [{ nam = "a.b" }]', ["blocking[0]", "'nam'", "did you mean 'name'"]),
        ('blocking = [{ name = "a.b", rule = "AC1" }]', ["'AC1' is more than one rule"]),
        ('blocking = [{ name = "a.b", rule = "AC201" }]', ["'AC201' is no rule about what blocks"]),
        ('select = "AC1"', ["select must be a list, and is a string"]),
        ("severity = { AC101 = 3 }", ["each of severity must be a string, and is a number"]),
        ("blocking = [3]", ["blocking[0] must be a string or a table, and is a number"]),
        ('blocking = [{ rule = "AC101" }]', ["blocking[0] lacks 'name'"]),
        ('severity = { AC101 = "warn" }', ["'warn'", "did you mean 'warning'"]),
        ('per-file-ignores = { "x" = ["AC9"] }', ["AC9"]),
        ('target-version = "new"', ["'new'"]),
        ("x = [", ["is not TOML"]),
    ],
)
def test_what_is_wrong_is_told(project, settings, words):
    with pytest.raises(ConfigError) as raised:
        project(settings)
    assert all(word in str(raised.value) for word in ["pyproject.toml", *words])


def test_the_command_reads_the_file_above_what_is_checked(tmp_path, monkeypatch, capsys):
    (tmp_path / "src" / "deep").mkdir(parents=True)
    (tmp_path / "src" / "deep" / "a.py").write_text(
        "import time\nasync def f():\n    time.sleep(1)\n"
    )
    (tmp_path / "pyproject.toml").write_text('[tool.asyncompat]\nignore = ["AC101"]\n')
    monkeypatch.chdir(tmp_path / "src")
    assert find(["deep"]) == tmp_path / "pyproject.toml"
    assert cli.main(["check", "--no-cache"]) == 0
    (tmp_path / "pyproject.toml").write_text("[tool.asyncompat]\nignor = []\n")
    capsys.readouterr()
    assert cli.main(["check", "--no-cache"]) == 2
    assert "did you mean 'ignore'" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("target", "project_table", "lowest"),
    [
        ("", "", None),
        ("", '[project]\nrequires-python = ">=3.8,<4"', (3, 8)),
        ("3.10-3.14", '[project]\nrequires-python = ">=3.8"', (3, 10)),
        ("3.9", "", (3, 9)),
        ("", '[tool.poetry.dependencies]\npython = "^3.10 | ~3.9"', (3, 9)),
        ("", '[tool.poetry.dependencies]\npython = {version = "^3.10", optional = true}', (3, 10)),
    ],
)
def test_the_oldest_python(tmp_path, target, project_table, lowest):
    file = tmp_path / "pyproject.toml"
    file.write_text(project_table)
    assert python_versions(target, file).lowest == lowest


@pytest.mark.parametrize(
    ("imports", "lowest", "instead"),
    [
        ("import asyncio", None, "await asyncio.to_thread(work, 1)"),
        ("import asyncio", (3, 9), "await asyncio.to_thread(work, 1)"),
        ("import asyncio", (3, 6), "await asyncio.get_event_loop().run_in_executor(None, work, 1)"),
        (
            "import asyncio",
            (3, 8),
            "await asyncio.get_running_loop().run_in_executor(None, work, 1)",
        ),
        ("import asyncompat as asyncio", (3, 8), "await asyncio.to_thread(work, 1)"),
        ("import anyio", (3, 8), "await anyio.to_thread.run_sync(work, 1)"),
        ("import trio", None, "await trio.to_thread.run_sync(work, 1)"),
    ],
)
def test_the_async_way_fits_the_versions_and_libraries(
    tmp_path, monkeypatch, imports, lowest, instead
):
    monkeypatch.chdir(tmp_path)
    code = f"{imports}\nimport time\ndef work(x): time.sleep(x)\nasync def f():\n    work(1)\n"
    Path("a.py").write_text(code)
    (found,) = check(["."], Settings(RULES, Config(), versions_from(lowest))).findings
    assert found.instead == instead


def test_the_twin_that_the_file_uses(project):
    (found,) = project("", app="import aiohttp, requests\nasync def f():\n    requests.get('')\n")
    assert found.hint == "`aiohttp.ClientSession`, which this file imports already"


def test_braces_and_keywords_in_what_is_wrapped(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code = "import time\ndef w(x, *, y): time.sleep(x)\nasync def f():\n    w({'a': 1}, y=2)\n"
    Path("a.py").write_text(code)
    (found,) = check(["."], Settings(RULES, Config(), versions_from((3, 8)))).findings
    assert found.instead == (
        "await asyncio.get_running_loop()"
        ".run_in_executor(None, functools.partial(w, {'a': 1}, y=2))"
    )


def test_settings_mean_the_same_wherever_the_command_is_run(tmp_path, monkeypatch, capsys):
    project = tmp_path / "project"
    for name, text in {
        "lib/store/m.py": "def load(p):\n    return open(p)\n",
        "app/a.py": "from store.m import load\nasync def f():\n    load('x')\n",
        "app/out.py": "import time\nasync def f():\n    time.sleep(1)\n",
        "app/skip.py": "import time\nasync def f():\n    time.sleep(1)\n",
        "pyproject.toml": "[tool.asyncompat]\nroots = ['lib']\nexclude = ['app/out.py']\n"
        "[tool.asyncompat.per-file-ignores]\n'app/skip.py' = ['AC101']\n",
    }.items():
        path = project / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    for folder, argument in [(project, "."), (tmp_path, "project"), (project / "app", "..")]:
        monkeypatch.chdir(folder)
        assert cli.main(["check", "--no-cache", argument]) == 1
        printed = capsys.readouterr().out
        assert "Found 1 warning" in printed
        assert "a.py:3:5: warning AC104" in printed


def test_a_root_that_is_not_there(tmp_path):
    file = tmp_path / "pyproject.toml"
    file.write_text("[tool.asyncompat]\nroots = ['nowhere']\n")
    with pytest.raises(ConfigError, match="roots: there is no folder 'nowhere'"):
        read(file, NAMES)


@pytest.mark.parametrize(
    "text", ["tool = 3", "[tool]\nasyncompat = 3", "project = 3", "[tool.poetry]\ndependencies = 3"]
)
def test_what_has_to_be_a_table(tmp_path, text):
    file = tmp_path / "pyproject.toml"
    file.write_text(text)
    with pytest.raises(ConfigError, match="must be a table"):
        read(file, NAMES)
        python_versions("", file)


def test_codes_and_their_beginnings_are_as_good_as_names(tmp_path):
    file = tmp_path / "pyproject.toml"
    file.write_text(
        "[tool.asyncompat]\n"
        'blocking = [{ name = "a.b", rule = "ac107" }]\n'
        'severity = { blocking-sleep = "info", AC1 = "warning", ac103 = "error" }\n'
    )
    config = read(file, NAMES)
    assert config.blocking[0].rule == "blocking-database"
    severities = [config.severity[code] for code in ("AC101", "AC102", "AC103")]
    assert severities == ["info", "warning", "error"]


@pytest.mark.parametrize("pattern", ["tests", "./tests", "/tests/", "tests/*.py", "test_?.py"])
def test_patterns(pattern, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "tests").mkdir()
    (tmp_path / "tests" / "test_a.py").write_text("import time\nasync def f(): time.sleep(1)\n")
    excluded = Settings(RULES, config=Config(exclude=(pattern,)))
    assert check(["."], excluded).files == 0
    ignored = Settings(RULES, config=Config(per_file_ignores={pattern: ("AC1",)}))
    assert (check(["."], ignored).files, check(["."], ignored).findings) == (1, [])


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("app.wrap.offlod", ["app/wrap.py has no 'offlod'", "did you mean 'app.wrap.offload'"]),
        ("app.wrap.Pool.rn", ["'Pool.rn'", "did you mean 'app.wrap.Pool.run'"]),
        ("app.wrp.offload", ["app/__init__.py has no 'wrp'"]),
        ("time.slep", ["time has no 'slep'", "did you mean 'time.sleep'"]),
        ("os.path.exsts", ["os.path has no 'exsts'", "did you mean 'os.path.exists'"]),
        ("os.something_newer", []),
        ("socket.socket.recv", []),
        ("app.wrap.offload", []),
        ("app.wrap.Pool.run", []),
        ("app.wrap.Pool.*", []),
        ("app.wrap.Heir.anything", []),
        ("app.wrap.made", []),
        ("app.open.anything", []),
        ("app.unread.f", []),
        ("elsewhere.f", []),
    ],
)
def test_functions_that_are_not_there(tmp_path, monkeypatch, name, words):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").mkdir()
    for file, text in {
        "__init__": "",
        "wrap": "import lib\ndef offload(f): ...\nclass Pool:\n    def run(self): ...\n"
        "class Heir(lib.Base): ...\nmade = lib.make()\n",
        "open": "def __getattr__(name): ...\n",
        "unread": "def g(): ...\n",
    }.items():
        (tmp_path / "app" / f"{file}.py").write_text(text)
    (tmp_path / "main.py").write_text("import app.wrap, app.open\n")
    settings = Settings(RULES, config=Config(offloads=(name,)))
    if words:
        with pytest.raises(ConfigError) as raised:
            check(["main.py"], settings)
        assert all(word in str(raised.value) for word in words)
    else:
        check(["main.py"], settings)


def test_the_file_is_told_that_names_what_is_not_there(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    Path("pyproject.toml").write_text('[tool.asyncompat]\nblocking = ["app.wait"]\n')
    Path("app.py").write_text("def waits(): ...\n")
    assert cli.main(["check", "--no-cache"]) == 2
    told = capsys.readouterr().err
    file = tmp_path / "pyproject.toml"
    assert told.startswith(f"asyncompat: {file}: 'app.wait': app.py has no 'wait'")
