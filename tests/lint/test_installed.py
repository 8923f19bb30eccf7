"""``--follow-installed``: what blocks inside libraries, and nothing told about them."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncompat_lint import cli
from asyncompat_lint.cache import Cache
from asyncompat_lint.engine import Settings, check
from asyncompat_lint.installed import NoEnvironmentError, site_packages
from asyncompat_lint.rules import RULES


@pytest.fixture
def environment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    site = tmp_path / ".venv" / "lib" / "python3.12" / "site-packages"
    for name, text in {
        "gadget/__init__.py": "from .client import Client\n",
        "gadget/client.py": "from gadget_core import wait\nclass Client:\n    def ask(self):\n"
        "        return wait()\n    async def bad(self):\n        wait()\n",
        "gadget_core.py": "import time\ndef wait():\n    time.sleep(1)\n",
        "unused.py": "import time\n",
        "requests/__init__.py": "import time\ndef get(url): ...\n",
    }.items():
        path = site / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    Path("app").mkdir()
    Path("app/main.py").write_text(
        "import gadget, requests\nasync def f(c: gadget.Client):\n    c.ask()\n"
        "    requests.get('')\n"
    )
    return tmp_path / ".venv"


def found(site, cache=None):
    settings = Settings(RULES, site_packages=site)
    result = check(["app"], settings, cache or Cache(None))
    return [(f.path, f.span.line, f.code, [s.path for s in f.chain]) for f in result.findings]


def test_a_blocking_call_in_a_library_of_a_library(environment):
    assert found(()) == [("app/main.py", 4, "AC102", [])]
    assert found(site_packages(None)) == [
        ("app/main.py", 3, "AC101", ["gadget/client.py", "gadget_core.py"]),
        ("app/main.py", 4, "AC102", []),
    ]


def test_libraries_are_read_again_only_when_they_change(environment, monkeypatch):
    cache = Cache(environment / "kept")
    site = site_packages(str(environment))
    assert len(found(site, cache)) == 2
    core = Path(site[0]) / "gadget_core.py"
    core.write_text("def wait(): ...\n")
    assert [each[1] for each in found(site, cache)] == [4]


def test_the_command(environment, capsys):
    assert cli.main(["check", "app", "--no-cache", "--follow-installed"]) == 1
    assert "wait (gadget_core.py:3)" in capsys.readouterr().out
    assert cli.main(["check", "app", "--no-cache", "--follow-installed=nowhere"]) == 2
    assert "there are no installed libraries in 'nowhere'" in capsys.readouterr().err


def test_without_an_environment(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("VIRTUAL_ENV", raising=False)
    with pytest.raises(NoEnvironmentError, match="--follow-installed=DIR"):
        site_packages(None)


def test_an_async_function_of_a_library_is_told_of_where_it_is_awaited(environment):
    site = Path(site_packages(None)[0])
    (site / "waiter.py").write_text(
        "import time\nasync def connect():\n    time.sleep(1)\n"
        "class Session:\n    async def __aenter__(self):\n        await connect()\n"
        "async def gently(): ...\n"
    )
    Path("app/main.py").write_text(
        "import waiter\nasync def f():\n    await waiter.connect()\n    await waiter.gently()\n"
        "    later = waiter.connect()\n    async with waiter.Session():\n        await later\n"
    )
    assert found(site_packages(None)) == [
        ("app/main.py", 3, "AC101", ["waiter.py"]),
        ("app/main.py", 6, "AC101", ["waiter.py", "waiter.py"]),
    ]
