"""What a call means: aliases, imports at every place, shadowing, receivers, other files."""

from __future__ import annotations

from textwrap import dedent, indent

import pytest

# Statements before the function, statements in it; the last one calls.
FOUND = {
    "module": ("import time", "time.sleep(1)"),
    "alias": ("import time as t", "t.sleep(1)"),
    "from-import": ("from time import sleep", "sleep(1)"),
    "from-import with alias": ("from time import sleep as pause", "pause(1)"),
    "import of a submodule": ("import urllib.request", "urllib.request.urlopen('u')"),
    "submodule with alias": ("import urllib.request as r", "r.urlopen('u')"),
    "submodule by from": ("from urllib import request", "request.urlopen('u')"),
    "function-local": ("", "import time\ntime.sleep(1)"),
    "function-local from": ("", "from time import sleep\nsleep(1)"),
    "builtin": ("", "open('f')"),
    "builtin by its module": ("import builtins", "builtins.open('f')"),
    "other name of a thing": ("import io", "io.open('f')"),
    "assigned name": ("import time\nnap = time.sleep", "nap(1)"),
    "assigned in the function": ("import time", "nap = time.sleep\nnap(1)"),
    "assigned twice": ("import time", "nap = print\nnap = time.sleep\nnap(1)"),
    "pair": ("import time, os", "nap, run = time.sleep, os.system\nrun('x')"),
    "walrus": ("import time", "(nap := time.sleep)(1)"),
    "walrus in a comprehension": ("import time", "[nap := time.sleep for _ in 'a']\nnap(1)"),
    "position behind a starred argument": ("import os", "os.waitpid(*naps, 1)"),
    "either of two that block": ("import os, subprocess", "(os.system or subprocess.call)('x')"),
    "fallback import": (
        "try:\n    from requests import get\nexcept ImportError:\n    get = None",
        "get('u')",
    ),
    "constructor": ("import requests", "requests.Session().get('u')"),
    "local receiver": ("import requests", "s = requests.Session()\ns.get('u')"),
    "global receiver": ("import requests\ns = requests.Session()", "s.get('u')"),
    "with": ("import httpx", "with httpx.Client() as c:\n    c.get('u')"),
    "factory": ("import requests", "requests.session().get('u')"),
    "other name of a class": ("from requests.sessions import Session", "Session().get('u')"),
    "annotated local": ("import httpx", "c: httpx.Client = make()\nc.get('u')"),
    "annotated without a value": ("import httpx", "c: httpx.Client\nc.get('u')"),
    "path": ("from pathlib import Path", "Path('a').read_text()"),
    "path operator": ("from pathlib import Path", "(Path('a') / 'b').read_text()"),
    "path property": ("from pathlib import Path", "Path('a').parent.joinpath('b').read_text()"),
    "class method": ("import pathlib", "pathlib.Path.home().joinpath('x').read_bytes()"),
    "comprehension": ("import time", "[time.sleep(1) for _ in range(3)]"),
    "name from outside a comprehension": (
        "import time",
        "nap = time.sleep\n[nap(1) for _ in 'ab']",
    ),
    "consumed generator": ("import time", "list(time.sleep(1) for _ in range(3))"),
    "generator in for": ("import time", "for _ in (time.sleep(1) for _ in 'ab'):\n    pass"),
    "first iterable of a generator": ("", "lines = (line for line in open('f'))"),
    "class body": ("import time", "class C:\n    time.sleep(1)"),
    "condition": ("import time", "if time.sleep(1):\n    pass"),
    "decorator of a nested function": ("import time", "@time.sleep(1)\ndef g():\n    pass"),
    "default of a nested function": ("", "def g(x=input()):\n    pass"),
    "call as an argument of to_thread": ("import asyncio", "await asyncio.to_thread(input())"),
    "global statement": ("import time\nnap = time.sleep", "global nap\nnap(1)"),
    "await of a call that blocks": ("import time", "await time.sleep(1)"),
    "in a lambda's default": ("", "lambda x=input(): x"),
    "socket that blocks": (
        "import socket",
        "s, t = socket.socket(), socket.socket()\nt.setblocking(False)\ns.setblocking(True)\n"
        "s.connect(x)",
    ),
    "two on one line": ("import time", "x = [input]; time.sleep(1)"),
}
NOT_FOUND = {
    "parameter of the same name": ("import time", "def g(time):\n    time.sleep(1)"),
    "reassigned": ("import time", "time = fake()\ntime.sleep(1)"),
    "loop variable": ("from time import sleep", "for sleep in naps:\n    sleep(1)"),
    "with variable": ("", "with lock as open:\n    open('f')"),
    "except variable": ("", "try:\n    pass\nexcept E as open:\n    open('f')"),
    "match variable": ("", "match x:\n    case [open]:\n        open('f')"),
    "nested function of the name": ("", "def open(p): ...\nopen('f')"),
    "class of the name": ("", "class open: ...\nopen('f')"),
    "local later bound": ("from time import sleep", "sleep = other\nsleep(1)"),
    "module function of the name": ("def open(p): ...", "open('f')"),
    "deleted": ("from time import sleep\ndel sleep", "sleep(1)"),
    "other module's function": ("from anyio import open_file as open", "open('f')"),
    "star of the unknown": ("from time import sleep", "sleep, *rest = stuff\nsleep(1)"),
    "nested function": ("import time", "def g():\n    time.sleep(1)\nawait to_thread(g)"),
    "lambda": ("import time", "await to_thread(lambda: time.sleep(1))"),
    "function handed over": ("import time", "await to_thread(time.sleep, 1)"),
    "generator handed over": ("import time", "await to_thread(list, (time.sleep(1) for _ in 'a'))"),
    "unknown receiver": ("", "client.get('u')"),
    "dict": ("", "{}.get('u')"),
    "async twin": ("import httpx", "async with httpx.AsyncClient() as c:\n    await c.get('u')"),
    "one of two is unknown": ("import requests", "s = a and requests.Session()\ns.get('u')"),
    "socket that does not block": (
        "import socket",
        "s = socket.socket()\ns.setblocking(False)\ns.connect(x)",
    ),
    "exempt argument": ("import time", "time.sleep(0)"),
    "relative of the same name": ("from .time import sleep", "sleep(1)"),
    "name that means itself": ("x = x", "x(1)"),
    "names that mean each other": ("a = b\nb = a", "a(1)"),
}


def function(before: str, body: str) -> str:
    return f"{before}\nasync def f(client, lock, naps, x):\n{indent(body, '    ')}\n"


@pytest.mark.parametrize(("before", "body"), FOUND.values(), ids=FOUND)
def test_found(before, body, check_code):
    assert len(check_code(function(before, body))) == 1


@pytest.mark.parametrize(("before", "body"), NOT_FOUND.values(), ids=NOT_FOUND)
def test_not_found(before, body, check_code):
    assert check_code(function(before, body)) == []


ANNOTATIONS = [
    "httpx.Client",
    "'httpx.Client'",
    "httpx.Client | None",
    "'httpx.Client | None'",
    "Optional[httpx.Client]",
    "typing.Union[httpx.Client, None]",
    "Annotated[httpx.Client, 'shared']",
]


@pytest.mark.parametrize("annotation", ANNOTATIONS)
def test_annotated_parameter(annotation, check_code):
    code = f"""
    import httpx, typing
    from typing import Annotated, Optional
    async def f(client: {annotation} = None):
        client.get("u")
    """
    assert [finding.code for finding in check_code(dedent(code))] == ["AC102"]


@pytest.mark.parametrize(
    "annotation", ["httpx.AsyncHTTPTransport", "httpx.Client | Mine", "'not a type'", "3"]
)
def test_annotation_that_says_nothing(annotation, check_code):
    code = f"import httpx\nasync def f(client: {annotation}):\n    client.get('u')\n"
    assert check_code(code) == []


def test_a_parameter_named_like_its_type(check_code):
    code = "from pathlib import Path\nasync def f(Path: Path):\n    Path.read_text()\n"
    assert len(check_code(code)) == 1


def test_sync_functions_are_left_alone(check_code):
    assert check_code("import time\ndef f():\n    time.sleep(1)\ntime.sleep(1)\n") == []


def test_a_class_does_not_lend_its_names_to_its_methods(check_code):
    code = """
    import time
    class C:
        nap = time.sleep
        async def method(self):
            nap(1)
    """
    assert check_code(dedent(code)) == []


def test_async_function_in_a_sync_one_and_in_a_class(check_code):
    code = """
    import time
    def outer():
        async def inner():
            time.sleep(1)
    class C:
        async def method(self):
            time.sleep(1)
    """
    assert [(f.function, f.span.line) for f in check_code(dedent(code))] == [
        ("async def inner", 5),
        ("async def method", 8),
    ]


class TestOtherFiles:
    MAIN = "async def f():\n    nap(1)\n"

    @pytest.mark.parametrize(
        "statement",
        [
            "from compat import nap",
            "from .compat import nap",
            "from . import compat\nnap = compat.nap",
            "import compat\nnap = compat.nap",
            "import compat as c\nfrom compat import nap",
        ],
    )
    def test_re_export(self, statement, check_code):
        (finding,) = check_code(
            main=f"{statement}\n{self.MAIN}", compat="from time import sleep as nap"
        )
        assert finding.path == "main.py"

    def test_through_a_package(self, check_code):
        findings = check_code(
            main=f"from pkg import nap\n{self.MAIN}",
            **{
                "pkg/__init__": "from .inner.deep import nap",
                "pkg/inner/deep": "from ...pkg.low import nap",
                "pkg/low": "import time\nnap = time.sleep",
            },
        )
        assert [finding.path for finding in findings] == ["main.py"]

    def test_through_several_star_imports(self, check_code):
        (finding,) = check_code(
            main=f"from pkg import *\nprint(1)\n{self.MAIN}",
            **{
                "pkg/__init__": "from .one import *\nfrom .two import *",
                "pkg/one": "from .two import *\nfrom . import *",
                "pkg/two": "from time import sleep as nap",
            },
        )
        assert finding.path == "main.py"

    def test_a_global_client_of_another_file(self, check_code):
        (finding,) = check_code(
            main="import state\nasync def f():\n    state.client.get('u')\n",
            state="import httpx\nclient = httpx.Client()\n",
        )
        assert finding.code == "AC102"

    def test_a_function_of_the_project(self, check_code):
        assert not check_code(main=f"from util import nap\n{self.MAIN}", util="def nap(s): ...")

    def test_import_cycle(self, check_code):
        assert not check_code(
            main=f"from other import nap\n{self.MAIN}", other="from main import nap"
        )

    def test_a_file_named_like_a_standard_module_is_not_it(self, check_code):
        findings = check_code(
            main="import time\nasync def f():\n    time.sleep(1)", time="sleep = 1"
        )
        assert len(findings) == 1

    def test_a_file_named_like_a_library_is_not_it(self, check_code):
        findings = check_code(
            main="import requests\nasync def f():\n    requests.get('u')",
            **{"scripts/requests": "get = 1"},
        )
        assert len(findings) == 1


def test_a_name_that_the_module_never_has(check_code):
    code = (
        "import asyncio\ndef f():\n    global args\n    if args.old:\n"
        "        asyncio.get_event_loop().run_until_complete(x())\n"
    )
    assert [each.code for each in check_code(code)] == ["AC302"]


def test_a_namespace_below_a_folder_that_has_no_name(check_code):
    inside = "packages/my-one/src/space/one"
    found = check_code(
        **{
            f"{inside}/__init__": "",
            f"{inside}/helper": "import time\ndef wait(): time.sleep(1)\n",
            f"{inside}/handler": (
                "from space.one.helper import wait\nasync def f():\n    wait()\n"
            ),
        }
    )
    assert [(each.path, each.span.line) for each in found] == [(f"{inside}/handler.py", 3)]


def test_a_package_in_one_of_its_own_name(check_code):
    found = check_code(
        **{
            "parts/waste/__init__": "from waste import load\nasync def f():\n    load()\n",
            "parts/waste/waste/__init__": "from .shell import load\n",
            "parts/waste/waste/shell": "import time\ndef load(): time.sleep(1)\n",
        }
    )
    assert [(each.path, each.span.line) for each in found] == [("parts/waste/__init__.py", 3)]


def test_what_a_package_has_itself_is_not_what_is_in_one_of_its_name(check_code):
    uses = "import foo\nasync def f():\n    foo.own()\n"
    found = check_code(
        **{
            "foo/__init__": "import foo, time\ndef own(): time.sleep(1)\n" + uses[11:],
            "foo/aaa": uses,
            "foo/foo": "def own(): ...\n",
        }
    )
    assert [(each.path, each.span.line) for each in found] == [
        ("foo/__init__.py", 4),
        ("foo/aaa.py", 3),
    ]
