"""What is kept of a module holds only as long as nothing that it depends on tells anything else."""

from __future__ import annotations

from pathlib import Path

import pytest

from asyncompat_lint.cache import Cache
from asyncompat_lint.engine import Settings, check
from asyncompat_lint.rules import RULES
from asyncompat_lint.versions import parse_range

MADE = "import httpx, requests\n"
ASKS = (
    "    import inspect\n    def w(*a):\n        {}(f)\n        time.sleep(1)\n"
    "        return f(*a)\n    return w\n"
)
IN_ORDER = [
    "        c = httpx.AsyncClient()\n",
    "        self.x = c\n",
    "        c = requests.Session()\n",
]


# Each is a list of what some files have, one after the other, which is found to be another thing.
VERSIONS = [
    # What a name is depends on the order of the lines.
    [
        {"a.py": f"{MADE}class K:\n    def __init__(self):\n{lines}", "b.py": reader}
        for lines in ("".join(IN_ORDER), "".join([IN_ORDER[0], *IN_ORDER[:0:-1]]))
        for reader in ["from a import K\nasync def f(k: K):\n    k.x.get('u')\n"]
    ],
    # A decorator stops to ask whether a function is async.
    [
        {
            "a.py": "import time\ndef deco(f):\n" + ASKS.format(asked),
            "b.py": "from a import deco\n@deco\nasync def g(): ...\n"
            "async def f():\n    await g()\n",
        }
        for asked in ("inspect.iscoroutinefunction", "print")
    ],
    # What a package imports by its own name is in another one of this name, or not.
    [
        {
            "foo/__init__.py": "from foo import load\nasync def f():\n    load()\n",
            "foo/foo.py": inner,
        }
        for inner in (
            "def load(): ...\n",
            "import time\ndef load(): time.sleep(1)\n",
            "import time\ndef other(): time.sleep(1)\n",
        )
    ],
    # A metaclass keeps what it makes.
    [
        {
            "a.py": f"class Meta(type):\n    kept = {{}}\n    def __call__(cls):\n{body}",
            "b.py": "import a, time\nclass C(metaclass=a.Meta):\n    def __init__(self):\n"
            "        time.sleep(1)\n",
            "c.py": "import b\nasync def f():\n    b.C()\n",
        }
        for body in (
            "        return super().__call__()\n",
            "        if cls not in cls.kept:\n"
            "            cls.kept[cls] = super().__call__()\n"
            "        return cls.kept[cls]\n",
        )
    ],
    # Two modules change places.
    [
        {
            f"{one}.py": f"{MADE}def make(): return requests.Session()\n",
            f"{two}.py": f"{MADE}def make(): return httpx.AsyncClient()\n",
            "b.py": "import c, d\nasync def f():\n    c.make().get('u')\n"
            "async def g():\n    await d.make().get('u')\n",
        }
        for one, two in ("cd", "dc")
    ],
    # Others than those who import it take out what a module has put there.
    [
        {
            "a.py": f"{MADE}def setup(app):\n    app['c'] = {client}()\n",
            "b.py": "async def f(app):\n    (app)['c'].get('u')\n",
        }
        for client in ("httpx.AsyncClient", "requests.Session")
    ],
    # A mixin by another name.
    [
        {
            "a.py": f"{MADE}from m import M as Base\nclass K(Base):\n"
            f"    def __init__(self):\n        self.client = {client}()\n",
            "m.py": "class M:\n    async def f(self):\n        self.client.get('u')\n",
        }
        for client in ("httpx.AsyncClient", "requests.Session")
    ],
    # What a class leaves to those below it is asked for by a method, or no longer.
    [
        {
            "a.py": f"{MADE}class K:\n    client = None\n    def f(self): {asks}\n"
            "class L(K): client = requests.Session()\n",
            "b.py": "from a import K\nasync def f(k: K):\n    k.client.get('u')\n",
        }
        for asks in ("print()", "self.client.get('v')")
    ],
    # What is called of what a function is passed, by another that it passes it to.
    *(
        [
            {
                "c.py": f"def call(op): {calls}\ndef leave(op): ...\n",
                "a.py": f"from c import call, leave\ndef outer(op): return {passes}(op)\n",
                "b.py": "import time\nfrom a import outer\nasync def f():\n"
                "    outer(lambda: time.sleep(1))\n",
            }
            for calls, passes in versions
        ]
        for versions in (
            (("op()", "leave"), ("op()", "call")),
            (("print(op)", "call"), ("op()", "call")),
        )
    ),
    # It is passed on only if another parameter says so.
    [
        {
            "c.py": "def call(op): op()\n",
            "a.py": "from c import call\ndef outer(op, if_so=False):\n"
            f"    if {asked}:\n        return call(op)\n",
            "b.py": "import time\nfrom a import outer\nasync def f():\n"
            "    outer(lambda: time.sleep(1))\n",
        }
        for asked in ("if_so", "op")
    ],
    # A module of a package is asked for something, and imported by others only.
    *(
        [
            {
                "pkg/__init__.py": "",
                "pkg/c.py": "",
                "pkg/two/__init__.py": "",
                "pkg/two/d.py": waits,
                "a.py": f"{imports}\nasync def f():\n    pkg.two.d.wait(1)\n",
                "other.py": "import pkg.two.d\n",
            }
            for waits in ("def wait(x): ...\n", "from time import sleep as wait\n")
        ]
        for imports in ("import pkg", "import pkg.c", "from pkg import two\nimport pkg")
    ),
    # A function's own variable comes to others in one way or another.
    *(
        [
            {"a.py": MADE + tells.format(f"{client}()"), "b.py": f"import a\n{asks}"}
            for client in ("object", "requests.Session")
        ]
        for tells, asks in (
            (
                "def make():\n    c = {}\n    return c\n",
                "async def f():\n    a.make().get('u')\n",
            ),
            (
                "class K:\n    def __init__(self):\n        c = {}\n        d = c\n"
                "        self.x = d\n",
                "async def f(k: a.K):\n    k.x.get('u')\n",
            ),
            (
                "def setup(app):\n    c = {}\n    app['c'] = c\n",
                "async def f(app):\n    app['c'].get('u')\n",
            ),
            (
                "def make():\n    c = {}\n    def inner():\n        d = c\n        return d\n"
                "    return inner\n",
                "async def f():\n    a.make()().get('u')\n",
            ),
            (
                "def make():\n    c = {}\n    def inner():\n        def deep():\n"
                "            return c\n        return deep\n    return inner\n",
                "async def f():\n    a.make()()().get('u')\n",
            ),
            (
                "def make():\n    c = {}\n    class Q:\n        @property\n"
                "        def x(self): return c\n    return Q\nK = make()\n",
                "async def f(k: a.K):\n    k.x.get('u')\n",
            ),
            (
                "C = None\ndef start():\n    global C\n    c = {}\n    C = c\n",
                "async def f():\n    a.C.get('u')\n",
            ),
        )
    ),
    # What asks what it is passed, and who passes it does not tell others.
    *(
        [
            {"a.py": f"{MADE}import b\n{passes}", "b.py": "async def f(it): it.get('u')\n"}
            for passes in versions
        ]
        for versions in (
            [
                f"def g():\n    c = {made}()\n    d = c\n    b.f(d)\n"
                for made in ("object", "requests.Session")
            ],
            [
                f"def g():\n    c = {made}()\n    def h():\n        b.f(c)\n"
                for made in ("object", "requests.Session")
            ],
            [
                "def g(c):\n    if isinstance(c, requests.Session):\n        print(c)\n"
                f"{indent}b.f(c)\n"
                for indent in ("    ", "        ")
            ],
        )
    ),
    # What calls what it is passed goes by another name.
    [
        {
            "a.py": "def call(op): op()\ndef leave(op): ...\n"
            f"def outer(op):\n    run = {runs}\n    run(op)\n    {then}\n",
            "b.py": "import time\nfrom a import outer\nasync def f():\n"
            "    outer(lambda: time.sleep(1))\n",
        }
        for runs, then in (("leave", "run = call"), ("call", "run = call"))
    ],
    [
        {
            "a.py": "def call(op): op()\ndef leave(op): ...\n"
            f"def outer(op):\n    run = leave\n{lines}",
            "b.py": "import time\nfrom a import outer\nasync def f():\n"
            "    outer(lambda: time.sleep(1))\n",
        }
        for lines in ("    run(op)\n    run = call\n", "    run = call\n    run(op)\n")
    ],
]
NAMES = (
    "order decorator namesake metaclass places shared mixin open handed handed-further handed-if"
    " package beside both returned given put inner deep method global"
    " passed passed-inside passed-if by-name by-order"
).split()
OLD = "import time\nfrom x import get\nasync def f():\n    get(lambda: time.sleep(1))\n"
WRAPS = "import asyncio\ndef deco(fn):\n    def wrapper(*a):\n        {}\n    return wrapper\n"
ELSEWHERE = "asyncio.get_event_loop().run_in_executor(None, {})"
FURTHER = {
    "other-paths": [
        {
            "x.py": f"import os\ndef where(base): return base / 'x'\n{more}",
            "m.py": "import pathlib\nfrom x import where\n"
            "async def f(b):\n    where(b).read_text()\n",
        }
        for more in ("", "def g():\n    import yarl\n")
    ],
    "asked": [
        {
            "a.py": f"{MADE}import b\nclass K:\n    def g(self):\n"
            "        if isinstance(self.c, requests.Session):\n            print(1)\n"
            f"{indent}b.f(self.c)\n",
            "b.py": "async def f(it): it.get('u')\n",
        }
        for indent in ("        ", "            ")
    ],
    "line": [
        {
            "a.py": f"{MADE}import b\ndef g(x):\n    if not isinstance(x, requests.Session):\n"
            f"        x = requests.Session(){between}b.f(x)\n",
            "b.py": "async def f(it): it.get('u')\n",
        }
        for between in ("; ", "\n        ")
    ],
    "line-of-attribute": [
        {
            "a.py": f"{MADE}class K:\n    c = None\n    @classmethod\n    def g(cls):\n"
            f"        v = print()\n        v = requests.Session(){between}cls.c = v\n",
            "b.py": "from a import K\nasync def f():\n    K.c.get('u')\n",
        }
        for between in ("; ", "\n        ")
    ],
    "re-exported": [
        {
            "pkg/__init__.py": "",
            "pkg/sub.py": f"import requests\nget = {does}\n",
            "a.py": "import pkg\n",
            "m.py": "from a import pkg\nasync def f():\n    pkg.sub.get()\n",
        }
        for does in ("print", "input")
    ],
    "re-exported-and-gone": [
        {
            "pkg/__init__.py": "",
            "pkg/sub.py": does,
            "a.py": "import pkg\n",
            "m.py": "from a import pkg\nasync def f():\n    pkg.sub.get()\n",
            "other.py": "async def get(): ...\n",
        }
        for does in ("async def get(): ...\n", "get = print\n")
    ],
    "untold-of-another-module": [
        {
            "x.py": f"{MADE}async def load(h):\n    c = h.client\n    c.get('u')\n",
            "y.py": "def load(z): z.foo()\n",
            "main.py": f"{MADE}from x import load\nclass H:\n    def __init__(self):\n"
            f"        self.client = {client}()\nasync def f():\n    await load(H())\n",
        }
        for client in ("requests.Session", "object")
    ],
    **{
        f"wrapper-{name}": [
            {"d.py": WRAPS.format(does), "x.py": "from d import deco\n@deco\ndef get(op): op()\n"}
            | {"m.py": OLD}
            for does in (ELSEWHERE.format(given), f"print({given})")
        ]
        for name, given in {"itself": "fn", "lambda": "lambda: fn()"}.items()
    },
    **{
        f"wrapper-class{name}": [
            {
                "d.py": "import asyncio, functools\nclass deco:\n    def __init__(self, fn):\n"
                f"        self.fn = fn\n    def __call__(self, *a):\n        {run}\n",
                "x.py": "from d import deco\n@deco\ndef get(op): op()\n",
                "m.py": OLD,
            }
            for run in runs
        ]
        for name, runs in {
            "": [ELSEWHERE.format("self.fn"), "print(None, self.fn)"],
            "-by-name": [
                f"go = {go}\n        go(None, functools.partial(self.fn, *a))"
                for go in ("asyncio.get_event_loop().run_in_executor", "print")
            ],
        }.items()
    },
    "wrapper-beside": [
        {
            "d.py": WRAPS.format(f"{defined}fn()"),
            "x.py": "from d import deco\n@deco\ndef get(op): op()\n",
            "m.py": OLD,
        }
        for defined in (f"def go(): {ELSEWHERE.format('fn')}\n        ", "")
    ],
    "wrapper-of-marked": [
        {
            "d.py": WRAPS.format(does),
            "m.py": "import time\nfrom sanic import Sanic\nfrom d import deco\napp = Sanic('a')\n"
            "@app.get('/')\n@deco\ndef page(request): time.sleep(1)\n",
        }
        for does in (ELSEWHERE.format("fn"), "fn()")
    ],
    "test": [
        {
            "compat.py": f"import sys\nNEW = sys.version_info >= (3, {minor})\n",
            "m.py": "import asyncio\nfrom compat import NEW\nasync def f():\n    if NEW:\n"
            "        await asyncio.timeout(1)\n",
        }
        for minor in (11, 8)
    ],
    # What has another name by now, and is passed to those who ask and mention neither name.
    **{
        f"renamed-{what}": [
            {
                "a.py": "def use(x):\n    x.client.get('u')\n",
                "b.py": f"{MADE}import a\n{code.format(name, client)}",
            }
            for name, client in (("alpha_one", "requests.Session()"), ("beta_one", "object()"))
        ]
        for what, code in {
            "class": "class {}:\n    client = {}\n    async def mmm(self): a.use(self)\n",
            "class-in-function": "async def {}():\n    class K:\n        client = {}\n"
            "    a.use(K())\n",
            "attribute": "class {}:\n    def __init__(self): self.it = self.K()\n"
            "    class K:\n        client = {}\n"
            "    async def mmm(self): a.use(self.it)\n",
        }.items()
    },
    "renamed-and-moved": [
        {
            "a.py": "def use(x):\n    x.run()\n",
            "b.py": f"import a, time\n{before}class {name}:\n"
            f"    {kind} run(self): time.sleep(1)\n    {asks} mmm(self): a.use(self)\n",
        }
        for before, name, kind, asks in (
            ("def zero_one(): ...\ndef zero_two(): ...\n", "Alpha", "async def", "def"),
            ("", "Betab", "def", "async def"),
        )
    ],
    "renamed-around-an-heir": [
        {
            "a.py": "class Mixin:\n    def go(self):\n        self.client.get('u')\n",
            "c.py": "import a\nasync def main(m: a.Mixin):\n    m.go()\n",
            "b.py": f"{MADE}import a\nclass Client:\n    def get(self, u): ...\n"
            f"def {name}():\n    class Heir(a.Mixin):\n        client = {client}()\n"
            "    return Heir\n",
        }
        for name, client in (("alpha_one", "requests.Session"), ("beta_one", "Client"))
    ],
    "entered": [
        {
            "a.py": f"import time\nclass K:\n    def other(self): ...\n{more}",
            "m.py": "from a import K\nasync def f(k: K):\n    with k:\n        pass\n",
        }
        for more in ("", "    def __enter__(self): time.sleep(1)\n")
    ],
    "validated": [
        {
            "a.py": "import pydantic, time\nclass K(pydantic.BaseModel):\n    x: int\n"
            f"    def other(self): ...\n{more}",
            "m.py": "from a import K\nasync def f():\n    K(x=1)\n",
        }
        for more in (
            "",
            "    @pydantic.field_validator('x')\n    def check(cls, v): time.sleep(1)\n",
        )
    ],
    "made-with-a-mixin-too": [
        {
            "m.py": "class M:\n    async def f(self):\n        self.client.get('u')\n",
            "a.py": f"{MADE}from m import M\n{more}"
            "class L(M):\n    def __init__(self): self.client = httpx.AsyncClient()\n",
        }
        for more in (
            "class K(M):\n    def __init__(self): self.client = requests.Session()\n",
            "",
        )
    ],
    "taken": [
        {
            "y.py": "def grab(): return fetch()\ndef fetch(): ...\n",
            "x.py": "async def fetch(): ...\ngrab = fetch\n",
            "m.py": "import y, x\nasync def f():\n    y.grab()\n    if x.grab() == 3: pass\n",
            "z.py": f"{kind} grab(): ...\n",
        }
        for kind in ("class", "async def")
    ],
}


@pytest.mark.parametrize("versions", [*VERSIONS, *FURTHER.values()], ids=[*NAMES, *FURTHER])
def test_a_change_elsewhere_is_never_missed(tmp_path, monkeypatch, versions):
    monkeypatch.chdir(tmp_path)
    results = []
    for files in versions:
        put(files)
        results.append(findings())
    assert results[0] != results[1]


def put(files):
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text)


def found(*paths, kept="kept"):
    """What is found with what is kept, which is what is found without."""
    return [(each.path, each.code) for each in findings(*paths, kept=kept)]


def findings(*paths, kept="kept"):
    paths = paths or (".",)
    settings = Settings(RULES, versions=parse_range("3.8-3.15"))
    found = check(paths, settings, Cache(Path(kept).absolute())).findings
    assert found == check(paths, settings).findings
    return found


CALLS = "from x import *\nasync def f(): input()\n"
HIDES = "import requests\ndef input(): ...\n"


def test_what_is_kept_is_of_one_time(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    put({"x.py": "import requests\n", "m.py": "async def f(): ...\n"})
    found()
    put({"x.py": HIDES})  # and nobody mentions it
    found()
    put({"m.py": CALLS})
    assert found() == []
    put({"x.py": "import requests\n"})
    assert found("empty") == []  # the facts are of another time now
    assert found() == [("m.py", "AC109")]


def test_two_folders_may_have_one_cache(tmp_path, monkeypatch):
    for folder, last in [("one", HIDES), ("two", "import requests\n")]:
        (tmp_path / folder).mkdir()
        monkeypatch.chdir(tmp_path / folder)
        put({"x.py": "import requests\n", "m.py": "async def f(): ...\n"})
        if folder == "one":
            found(kept=tmp_path / "kept")
            put({"x.py": HIDES})
            found(kept=tmp_path / "kept")
        put({"x.py": last, "m.py": CALLS})
        assert found(kept=tmp_path / "kept") == [("m.py", "AC109")] * (folder == "two")


def test_a_file_that_is_only_followed_counts(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("empty").mkdir()
    asks = "from x import *\ndef get(): input()\n"
    files = {"x.py": "import requests\n", "more/w.py": asks}
    put(files | {"main.py": "from more.w import get\nasync def f(): get()\n"})
    assert found("main.py", "x.py") == [("main.py", "AC109")]
    put({"more/w.py": "def get(): ...\n"})
    found("empty")
    put({"x.py": HIDES, "more/w.py": asks})
    assert found("main.py", "x.py") == []


def test_whose_a_module_is_and_all_its_names_count(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    put({"src/a.py": "def get(): input()\n"})
    put({"src/b.py": "import src.a\nasync def f():\n    src.a.get()\n"})
    settings = Settings(RULES)
    for _ in range(2):
        for path in ["./src", "."]:
            kept = check([path], settings, Cache(tmp_path / "kept")).findings
            assert kept == check([path], settings).findings
    put(
        {
            "redis/__init__.py": "",
            "redis/client.py": "class Redis:\n    def get(self, key): ...\n",
            "redis/a.py": "import redis.client\nfrom redis.client import Redis\n"
            "async def f():\n    Redis().get('a')\n",
        }
    )
    asked = [str(tmp_path / "redis" / name) for name in ("__init__.py", "a.py", "client.py")]
    assert [code for _, code in found(*asked[:2])] == ["AC107"]
    assert found(*asked) == []
