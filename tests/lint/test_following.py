"""A part of a project is checked: what it imports of the rest is read, and nothing told of it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from asyncompat_lint import cli, indexing
from asyncompat_lint.cache import Cache
from asyncompat_lint.config import Config
from asyncompat_lint.engine import Settings, check
from asyncompat_lint.rules import RULES

HANDLER = "async def handler():\n    wait()\n    await later()\n"
HELPER = "import time\ndef wait():\n    time.sleep(1)\nasync def later():\n    time.sleep(2)\n"


@pytest.fixture
def tree(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def write(files):
        for name, text in files.items():
            path = Path(name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return write


def found(*paths, cache=None, **settings):
    result = check(paths, Settings(RULES, **settings), cache or Cache(None))
    return [(f.path, f.span.line, f.code, [s.path for s in f.chain]) for f in result.findings]


@pytest.mark.parametrize(
    ("handler", "imported", "helper"),
    [
        ("app/web/handler.py", "from app.helper import wait, later", "app/helper.py"),
        ("app/web/handler.py", "from ..helper import wait, later", "app/helper.py"),
        ("app/web/handler.py", "import app.helper\nwait = app.helper.wait", "app/helper.py"),
        ("app/web/handler.py", "from .helper import *", "app/web/helper.py"),
        ("handler.py", "from helper import wait, later", "helper.py"),
        ("handler.py", "from space.inner.helper import wait, later", "space/inner/helper.py"),
        ("my-app/handler.py", "from . import wait, later", "my-app/__init__.py"),
        ("v1.0/handler.py", "from . import wait, later", "v1.0/__init__.py"),
        ("src/app/web/handler.py", "from app.helper import wait, later", "src/app/helper.py"),
    ],
)
def test_a_file_alone(tree, handler, imported, helper):
    packages = [
        f"{base}/{name}/__init__.py" for base in (".", "src") for name in ("app", "app/web")
    ]
    tree(dict.fromkeys(packages, "") | {handler: f"{imported}\n{HANDLER}", helper: HELPER})
    line = 3 + imported.count("\n")
    assert found(handler) == [(handler, line, "AC101", [helper])]
    both = found(handler, helper)
    assert [each[:2] for each in both] == sorted([(handler, line), (helper, 5)])


def test_all_that_is_imported_by_its_own_name(tree):
    names = ("first", "second", "third")
    calls = "".join(f"    {name}.wait()\n" for name in names)
    imports = "".join(f"import {name}\n" for name in names)
    tree({"handler.py": f"{imports}async def f():\n{calls}"})
    tree({f"{name}.py": HELPER for name in names})
    assert [line for _, line, _, _ in found("handler.py")] == [5, 6, 7]


def test_a_package_by_way_of_others(tree):
    tree(
        {
            "app/__init__.py": "",
            "app/api.py": f"from core import wait, later\n{HANDLER}",
            "core/__init__.py": "from ._waiting import *\nfrom . import unused\n",
            "core/_waiting.py": HELPER,
            "core/unused.py": "",
        }
    )
    assert found("app") == [("app/api.py", 3, "AC101", ["core/_waiting.py"])]


def test_the_folders_of_the_settings(tree):
    tree(
        {
            "services/web/handler.py": f"from helper import wait, later\n{HANDLER}",
            "shared/helper.py": HELPER,
            "src/helper.py": HELPER,
        }
    )
    handler = "services/web/handler.py"
    assert found(handler) == []
    config = Config(roots=("shared",))
    assert found(handler, config=config) == [(handler, 3, "AC101", ["shared/helper.py"])]
    assert found(handler, project=os.getcwd()) == [(handler, 3, "AC101", ["src/helper.py"])]


def test_what_is_left_out_is_read_where_it_is_imported(tree):
    tree({"a/handler.py": f"from .made import wait, later\n{HANDLER}", "a/made.py": HELPER})
    config = Config(exclude=("made.py",))
    assert found("a", config=config) == [("a/handler.py", 3, "AC101", ["a/made.py"])]


def test_standard_modules_and_libraries_are_not_looked_for(tree):
    tree(
        {
            "handler.py": "from queue import wait\nfrom requests import later\n" + HANDLER,
            "queue.py": HELPER,
            "requests.py": HELPER,
        }
    )
    assert found("handler.py") == []


def test_a_library_that_is_checked_itself(tree):
    tree(
        {
            "redis/__init__.py": "",
            "redis/helper.py": HELPER,
            "redis/handler.py": f"from redis.helper import wait, later\n{HANDLER}",
            "plugins/requests/helper.py": "from requests.helper import wait\n",
            "plugins/requests/__init__.py": "",
            "plugins/handler.py": f"from requests.helper import wait, later\n{HANDLER}",
            "docs/requests/__init__.py": HELPER,
            "docs/handler.py": f"from requests import wait, later\n{HANDLER}",
        }
    )
    handlers = [each for each in found(".") if each[0].endswith("handler.py")]
    assert handlers == [("redis/handler.py", 3, "AC101", ["redis/helper.py"])]


def test_files_that_cannot_be_read_or_import_each_other(tree):
    tree(
        {
            "handler.py": f"import broken\nfrom one import wait, later\n{HANDLER}",
            "broken.py": "def (:\n",
            "one.py": f"import two, handler\n{HELPER}",
            "two.py": "import one\n",
        }
    )
    assert found("handler.py") == [("handler.py", 4, "AC101", ["one.py"])]


def test_what_changes_comes_or_goes_is_seen(tree, tmp_path):
    cache = Cache(tmp_path / "kept")
    tree({"handler.py": f"from sub.helper import wait, later\n{HANDLER}", "sub/other.py": ""})

    def codes():
        return [each[2] for each in found("handler.py", cache=cache)]

    assert codes() == codes() == []
    tree({"sub/helper.py": HELPER})
    assert codes() == codes() == ["AC101"]
    tree({"sub/helper.py": HELPER.replace("sleep", "monotonic")})
    assert codes() == codes() == []
    tree({"sub/helper.py": HELPER})
    assert codes() == ["AC101"]
    Path("sub/helper.py").unlink()
    assert codes() == []


def test_folders_that_become_packages_or_lie_beside_modules_are_seen(tree, tmp_path):
    cache = Cache(tmp_path / "kept")
    names = "wait, later = helper.wait, helper.later\n"
    tree({"one.py": f"from helper import wait, later\n{HANDLER}"})
    tree({"other.py": f"import helper\n{names}{HANDLER}"})
    Path("helper").mkdir()

    def codes():
        kept = [each[2] for each in found("one.py", "other.py", cache=cache)]
        assert kept == [each[2] for each in found("one.py", "other.py")]
        return kept

    assert codes() == []
    tree({"helper.py": HELPER})
    assert codes() == ["AC101"] * 2
    tree({"helper/__init__.py": HELPER.replace("sleep", "monotonic")})
    assert codes() == []
    Path("helper.py").unlink()
    tree({"helper/__init__.py": HELPER})
    assert codes() == ["AC101"] * 2


def test_environments_are_left_out(tree):
    tree({"app/handler.py": f"{HELPER}{HANDLER}", "app/env/handler.py": f"{HELPER}{HANDLER}"})
    assert {each[0] for each in found(".")} == {"app/handler.py", "app/env/handler.py"}
    tree({"app/env/pyvenv.cfg": ""})
    assert {each[0] for each in found(".")} == {"app/handler.py"}
    assert {each[0] for each in found("app/env")} == {"app/env/handler.py"}


def test_the_rest_stays_in_the_cache(tree, tmp_path, monkeypatch):
    cache = Cache(tmp_path / "kept")
    tree({f"app/part{n}.py": HELPER + f"# {n}\n" for n in range(5)})
    found("app", cache=cache)
    tree({"app/part1.py": ""})
    Path("app/part2.py").unlink()
    found("app/part1.py", cache=cache)
    indexed = []
    index_module = indexing.index_module
    monkeypatch.setattr(
        indexing, "index_module", lambda source: indexed.append(source) or index_module(source)
    )
    assert [each[0] for each in found("app", cache=cache)] == [f"app/part{n}.py" for n in (0, 3, 4)]
    assert indexed == []
    assert len(cache.facts("facts")) == 4


def test_the_command(tree, capsys):
    tree(
        {
            "pyproject.toml": "[tool.asyncompat]\n",
            "src/app/handler.py": f"from shared.helper import wait, later\n{HANDLER}",
            "src/shared/helper.py": HELPER,
        }
    )
    assert cli.main(["check", "--no-cache", "src/app/handler.py"]) == 1
    out = capsys.readouterr().out
    assert "in 1 file" in out
    assert "src/shared/helper.py:3" in out


def test_modules_of_one_name_in_folders_that_are_no_packages(tree):
    tree(
        {
            "app/orders/service.py": HELPER,
            "app/users/service.py": "import requests\ndef wait(): ...\ndef fetch():\n"
            "    requests.get('u')\n",
            "app/main.py": "from app.users import service\n"
            "from app.orders import service as orders\n"
            "import app.users.service as users\n"
            "async def main():\n    service.wait()\n    users.wait()\n"
            "    service.fetch()\n    users.fetch()\n    orders.wait()\n",
        }
    )
    others = [each for each in found(".") if each[0] == "app/main.py"]
    assert [each[1:3] for each in others] == [(7, "AC102"), (8, "AC102"), (9, "AC101")]


@pytest.mark.parametrize("package", [True, False], ids=["packages", "folders"])
def test_the_same_package_in_two_services(tree, package):
    main = "from app.client import Client\nasync def main():\n    Client().ping()\n"
    tree(
        {
            "services/a/app/client.py": "import time\nclass Client:\n    def ping(self):\n"
            "        time.sleep(1)\n",
            "services/b/app/client.py": "class Client:\n    def ping(self):\n        open('f')\n",
            "services/a/app/main.py": main,
            "services/b/app/main.py": main,
        }
    )
    if package:
        tree({f"services/{each}/app/__init__.py": "" for each in "ab"})
    assert [(each[0], *each[2:]) for each in found("services")] == [
        ("services/a/app/main.py", "AC101", ["services/a/app/client.py"]),
        ("services/b/app/main.py", "AC104", ["services/b/app/client.py"]),
    ]
