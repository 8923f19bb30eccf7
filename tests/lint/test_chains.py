"""What blocks behind a call: in the same file, in others, behind objects whose type is known."""

from __future__ import annotations

from pathlib import Path
from textwrap import dedent

import pytest

from asyncompat_lint.engine import Settings, check
from asyncompat_lint.findings import Severity, Step
from asyncompat_lint.rules import RULES


def found(findings):
    return [(finding.path, finding.span.line) for finding in findings]


def test_the_chain(check_code):
    (finding,) = check_code(
        main="from config import load\nasync def startup():\n    settings = load('s')\n",
        config="def _read(path):\n    return open(path)\ndef load(path):\n    return _read(path)\n",
    )
    assert (finding.path, finding.span.line, finding.code) == ("main.py", 3, "AC104")
    assert finding.message == "load() reads or writes files while the event loop waits"
    assert finding.instead == "settings = await asyncio.to_thread(load, 's')"
    assert finding.chain == (
        Step("config.py", 4, "load", "_read()"),
        Step("config.py", 2, "_read", "open()"),
    )


def test_the_shortest_chain_is_told(check_code):
    code = """
    import time
    def long(): middle()
    def middle(): short()
    def short(): time.sleep(1)
    def either():
        long()
        short()
    async def f():
        either()
    """
    (finding,) = check_code(dedent(code))
    assert [step.function for step in finding.chain] == ["either", "short"]


# Definitions, and what an async function does with them; its last line blocks.
FOUND = {
    "method": ("class C:\n    def m(self): input()", "C().m()"),
    "method of a local": ("class C:\n    def m(self): input()", "c = C()\nc.m()"),
    "method of a parameter": ("class C:\n    def m(self): input()", "given.m()"),
    "inherited method": ("class B:\n    def m(self): input()\nclass C(B): pass", "C().m()"),
    "method through self": (
        "class C:\n    def a(self): self.b()\n    def b(self): input()",
        "C().a()",
    ),
    "class method": ("class C:\n    @classmethod\n    def m(cls): input()", "C.m()"),
    "class method through cls": (
        "class C:\n    @classmethod\n    def m(cls): cls.n()\n    @classmethod\n"
        "    def n(cls): input()",
        "C.m()",
    ),
    "static method": ("class C:\n    @staticmethod\n    def m(): input()", "C.m()"),
    "constructor": ("class C:\n    def __init__(self): input()", "C()"),
    "inherited constructor": ("class B:\n    def __init__(self): input()\nclass C(B): pass", "C()"),
    "attribute of self": (
        "import requests\nclass C:\n    def __init__(self): self.s = requests.Session()\n"
        "    def m(self): self.s.get('u')",
        "C().m()",
    ),
    "attribute of a base": (
        "import requests\nclass B:\n    def __init__(self): self.s = requests.Session()\n"
        "class C(B):\n    def m(self): self.s.get('u')",
        "C().m()",
    ),
    "annotated attribute": (
        "import httpx\nclass C:\n    s: httpx.Client\n    def m(self): self.s.get('u')",
        "C().m()",
    ),
    "attribute set to None first": (
        "import httpx\nclass C:\n    def __init__(self): self.s = None\n"
        "    def open(self): self.s = httpx.Client()\n    def m(self): self.s.get('u')",
        "C().m()",
    ),
    "annotated result": (
        "import httpx\ndef make() -> 'httpx.Client': ...",
        "make().get('u')",
    ),
    "inferred result": ("import httpx\ndef make():\n    return httpx.Client()", "make().get('u')"),
    "awaited result": (
        "import httpx\nasync def make() -> httpx.Client: ...",
        "(await make()).get('u')",
    ),
    "property": (
        "import httpx\nclass C:\n    @property\n    def s(self) -> httpx.Client: ...",
        "C().s.get('u')",
    ),
    "context manager": (
        "class C:\n    def __enter__(self): return self\n    def m(self): input()",
        "with C() as c:\n    c.m()",
    ),
    "async context manager": (
        "import httpx\nclass C:\n    async def __aenter__(self) -> httpx.Client: ...",
        "async with C() as c:\n    c.get('u')",
    ),
    "nested function called on the spot": ("", "def g():\n    input()\ng()"),
    "function under another name": ("def g(): input()\nh = g", "h()"),
    "comprehension in the helper": ("def g(): return [input() for _ in 'ab']", "g()"),
    "subclass of a library's class": (
        "import httpx\nclass C(httpx.Client): pass",
        "C().get('u')",
    ),
    "mutual recursion": ("def a(): b()\ndef b():\n    a()\n    input()", "a()"),
    "star import": ("from time import *", "sleep(1)"),
}
NOT_FOUND = {
    "function handed over": ("def g(): input()", "await to_thread(g)"),
    "async helper": ("async def g(): ...", "await g()"),
    "override that does not block": (
        "class B:\n    def m(self): input()\nclass C(B):\n    def m(self): pass",
        "C().m()",
    ),
    "generator that is not iterated": ("def g():\n    yield input()", "it = g()"),
    "decorator that makes it async": (
        "def offload(f):\n    async def run(*a): return await to_thread(f, *a)\n    return run\n"
        "@offload\ndef g(): input()",
        "g()",
    ),
    "awaited through an unknown decorator": ("@offload\ndef g(): input()", "await g()"),
    "helper's nested function": ("def g():\n    def h(): input()\n    return h", "g()"),
    "helper's lambda": ("def g(): return lambda: input()", "g()"),
    "same name, other class": (
        "class A:\n    def m(self): input()\nclass B:\n    def m(self): pass",
        "B().m()",
    ),
    "unknown receiver": ("class A:\n    def m(self): input()", "thing.m()"),
    "endless recursion": ("def a(): b()\ndef b(): a()", "a()"),
    "result that needs itself": ("def a(): return a()", "a().get('u')"),
    "class that is its own base": ("class C(C): pass", "C().m()"),
    "attribute that needs itself": (
        "class C:\n    def __init__(self): self.x = self.x",
        "C().x.get('u')",
    ),
}


def project(before, body):
    lines = "".join(f"    {line}\n" for line in body.splitlines())
    return f"{before}\nasync def f(given: 'C', thing):\n{lines}"


@pytest.mark.parametrize(("before", "body"), FOUND.values(), ids=FOUND)
def test_found(before, body, check_code):
    code = project(before, body)
    (finding,) = check_code(code)
    assert finding.span.end_line == len(code.splitlines())


@pytest.mark.parametrize(("before", "body"), NOT_FOUND.values(), ids=NOT_FOUND)
def test_not_found(before, body, check_code):
    assert check_code(project(before, body)) == []


def test_a_method_of_another_files_object(check_code):
    findings = check_code(
        main="from store import Store\nasync def f(store: Store):\n    store.load()\n",
        store="from base import Base\nclass Store(Base):\n    pass\n",
        base="class Base:\n    def load(self):\n        return open(self.path)\n",
    )
    assert found(findings) == [("main.py", 3)]
    assert findings[0].chain[0].function == "Base.load"


def test_what_calls_what_it_is_passed_may_have_another_name_elsewhere(check_code):
    findings = check_code(
        main="import time\nfrom x import sleep\nasync def f():\n    sleep(lambda: time.sleep(1))\n",
        x="import y\ndef sleep(op): y.other(op)\n",
        y="from w import calls as other\n",
        w="def calls(op): op()\n",
    )
    assert found(findings) == [("main.py", 4)]


def test_what_runs_only_once_weighs_little(check_code):
    code = """
    from functools import lru_cache
    @lru_cache(maxsize=None)
    def settings():
        return open("settings")
    async def f():
        settings()
    """
    (finding,) = check_code(dedent(code))
    assert finding.severity is Severity.INFO
    assert finding.message.endswith("the first time")


def test_findings_are_the_same_whatever_the_order_of_the_files(check_code):
    files = {f"m{number}": f"def g():\n    return m{number + 1}.g()\n" for number in range(5)}
    files = {name: f"import m{int(name[1:]) + 1}\n{text}" for name, text in files.items()}
    files["m5"] = "def g():\n    input()\n"
    files["main"] = "import m0, m3\nasync def f():\n    m0.g()\n    m3.g()\n"
    first = check_code(**files)
    assert [len(finding.chain) for finding in first] == [6, 3]
    assert check_code(**dict(reversed(files.items()))) == first


def test_every_reason_of_a_function_is_known(check_code):
    code = """\
import os, time, requests
def config(path):
    if os.path.exists(path):
        return open(path).read()
def load(url):
    time.sleep(0.1)
    return requests.get(url)
async def main():
    config("x")
    load("y")
"""
    found = [(e.span.line, e.code) for e in check_code(code)]
    # Of a call the heaviest is told.
    assert found == [(9, "AC104"), (10, "AC102")]


def test_what_is_not_selected_hides_nothing(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(
        "import time, requests\ndef load(url):\n    time.sleep(0.1)\n    return requests.get(url)\n"
        "async def main():\n    load('y')\n"
    )
    rules = [rule for rule in RULES if rule.code != "AC101"]
    assert [e.code for e in check(["."], Settings(rules)).findings] == ["AC102"]


def test_the_overrides_that_block_are_counted_when_all_are_known(check_code):
    (found,) = check_code(
        """\
import abc, time
class Base(abc.ABC):
    @abc.abstractmethod
    def work(self): ...
class A(Base):
    def work(self):
        time.sleep(1)
class B(Base):
    def work(self):
        helper()
class C(B):
    def work(self):
        super().work()
def helper():
    time.sleep(1)
async def main(base: Base):
    base.work()
"""
    )
    assert "in 3 of its 3 overrides" in found.message
    assert found.severity is Severity.ERROR


def test_super_asks_no_other_class_of_the_same_base(check_code):
    found = check_code(
        """\
import abc, time
class Base(abc.ABC):
    @abc.abstractmethod
    def __init__(self): ...
class Slow(Base):
    def __init__(self):
        time.sleep(1)
class Quick(Base):
    def __init__(self):
        super().__init__()
async def main():
    Quick()
"""
    )
    assert found == []


def test_overrides_in_classes_whose_base_goes_by_another_name(check_code):
    (found,) = check_code(
        main="""\
import abc
class Driver(abc.ABC):
    @abc.abstractmethod
    def work(self): ...
async def main(driver: Driver):
    driver.work()
""",
        other="""\
import time
from main import Driver as BaseDriver
class Driver(BaseDriver):
    def work(self):
        time.sleep(1)
""",
    )
    assert "in its only override" in found.message
    assert found.severity is Severity.ERROR


def test_an_override_that_is_abstract_itself_and_blocks(check_code):
    (found,) = check_code(
        """\
import abc, time
class Base(abc.ABC):
    @abc.abstractmethod
    def work(self): ...
class Half(Base):
    @abc.abstractmethod
    def work(self):
        time.sleep(1)
async def main(base: Base):
    base.work()
"""
    )
    assert "in its only override" in found.message


def test_what_a_decorator_puts_around_a_function(check_marked):
    check_marked(
        """\
import functools, time
def slow(function):
    @functools.wraps(function)
    def wrapper(*args):
        time.sleep(1)
        return function(*args)
    return wrapper
def times(n):
    def decorate(function):
        def wrapper():
            time.sleep(n)
        return wrapper
    return decorate
class Slow:
    def __init__(self, function): ...
    def __call__(self):
        time.sleep(1)
def plain(function):
    return function
@slow
def a(): ...
@times(3)
def b(): ...
@Slow
def c(): ...
@plain
def d(): ...
class K:
    @slow
    def m(self): ...
async def main(k: K):
    a() # blocks
    b() # blocks
    c() # blocks
    d()
    k.m() # blocks
"""
    )


def test_what_a_decorator_puts_around_an_async_function(check_marked):
    check_marked(
        """\
import asyncio, functools, time
def logged(function):
    @functools.wraps(function)
    def inner(*arguments):
        time.sleep(1)
        return function(*arguments)
    return inner
def of_both(function):
    if asyncio.iscoroutinefunction(function):
        @functools.wraps(function)
        async def inner_async(*arguments):
            return await function(*arguments)
        return inner_async
    def inner(*arguments):
        time.sleep(1)
        return function(*arguments)
    return inner
def of_either(function):
    def inner(*arguments):
        if asyncio.iscoroutinefunction(function):
            return function(*arguments)
        time.sleep(1)
        return function(*arguments)
    return inner
def of_flags(function):
    def inner(*arguments):
        if function.__code__.co_flags & 128:
            return function(*arguments)
        time.sleep(1)
    return inner
class Asks:
    def __init__(self, function):
        self.is_async = asyncio.iscoroutinefunction(function)
    def __call__(self, *arguments):
        if self.is_async:
            return self.call(*arguments)
        time.sleep(1)
class Counted:
    def __init__(self, function): self.function = function
    def __call__(self, *arguments):
        time.sleep(1)
        return self.function(*arguments)
@logged
async def one(): ...
@of_both
async def two(): ...
@of_either
async def three(): ...
@Counted
async def four(): ...
@of_flags
async def six(): ...
@Asks
async def seven(): ...
class Methods:
    @logged
    async def five(self): ...
async def main(its: Methods):
    await one()  # blocks
    await asyncio.gather(one(), two())  # blocks
    await two()
    await three()
    await six()
    await seven()
    await four()  # blocks
    await its.five()  # blocks
"""
    )


def test_what_is_written_on_many_lines_is_told_on_one(check_code):
    found = check_code(
        """\
import requests, time
async def f(a, b):
    requests.get(
        a
        or b,  # which
        timeout=(
            1 if a
            else 2
        ),
        headers={"x": [
            i for i in b
            if i and a
        ]},
    )
    time.sleep((a
        .b
        (1,
         2)
        [
             0
         ]) + (
            not a
        ))
"""
    )
    assert [each.instead for each in found] == [
        "await asyncio.to_thread(requests.get, a or b, timeout=(1 if a else 2), "
        'headers={"x": [i for i in b if i and a]})',
        "await asyncio.sleep((a.b(1, 2)[0]) + (not a))",
    ]


def test_a_client_all_of_whose_methods_block_is_known_in_other_files(check_code):
    """The module that uses it imports nothing of the library's."""
    found = check_code(
        clients="""\
import boto3
s3 = boto3.client("s3")
def queue(): return boto3.client("sqs")
class Kept:
    def __init__(self): self.table = boto3.resource("dynamodb").Table("x")
""",
        uses="""\
import clients
from clients import Kept, queue, s3
async def f(kept: Kept):
    s3.list_buckets()
    clients.s3.list_buckets()
    sqs = queue()
    sqs.list_queues()
    kept.table.put_item()
    kept.other.put_item()
""",
    )
    lines = {(each.path.lstrip("./"), each.span.line) for each in found}
    assert lines == {("uses.py", line) for line in (4, 5, 6, 7, 8)}


def test_what_a_function_gives_is_called(check_marked):
    check_marked(
        """\
import functools
import time
def slow(x=0):
    time.sleep(x)
def pick():
    return slow
def bound_to(x):
    return functools.partial(slow, x)
def made():
    return lambda: time.sleep(1)
class Registry:
    def __init__(self):
        self.function = slow
    def getter(self):
        return self.function
    def method(self):
        time.sleep(1)
    def bound(self):
        return self.method
async def run(r: Registry):
    pick()(1)  # blocks
    f = pick()
    f(1)  # blocks
    bound_to(1)()  # blocks
    g = bound_to(1)
    g()  # blocks
    made()()  # blocks
    r.getter()(1)  # blocks
    r.bound()()  # blocks
    pick()
    r.bound()
"""
    )


def test_the_least_certain_override_of_a_chain_is_told(check_code):
    (finding,) = check_code(
        """\
import abc
import time
class Backend(abc.ABC):
    @abc.abstractmethod
    def save(self): ...
class Disk(Backend):
    def save(self): time.sleep(1)
class Memory(Backend):
    def save(self): pass
class Store(abc.ABC):
    @abc.abstractmethod
    def put(self): ...
class Only(Store):
    def __init__(self, backend: Backend): self.backend = backend
    def put(self): self.backend.save()
async def f(store: Store):
    store.put()
"""
    )
    assert "in 1 of its 2 overrides" in finding.message
    assert finding.severity is Severity.INFO


def test_what_a_metaclass_may_have_kept_runs_only_once(check_code):
    code = """\
import time
class Kept(type):
    made = {}
    def __call__(cls, *args):
        if cls not in cls.made:
            cls.made[cls] = super().__call__(*args)
        return cls.made[cls]
class Plain(type):
    def __call__(cls, *args):
        made = super().__call__(*args)
        made.ready = True
        return made
class KeptToo(Kept): ...
class Base(metaclass=Kept): ...
class Config(Base):
    def __init__(self):
        time.sleep(1)
class Other(metaclass=Plain):
    def __init__(self):
        time.sleep(1)
class Third(metaclass=KeptToo):
    def __init__(self):
        time.sleep(1)
async def f():
    Config()
    Third()
    Other()
"""
    *kept, other = check_code(code)
    assert [each.message.endswith("the first time") for each in kept] == [True, True]
    assert {each.severity for each in kept} == {Severity.INFO}
    assert other.severity is Severity.ERROR


def test_what_a_flag_lets_run_once_among_other_things(check_code):
    code = """
    _done = False
    def prepare(kind):
        global _done
        if kind == "x" and not _done:
            open("settings")
            _done = True
    async def f(kind):
        prepare(kind)
    """
    (finding,) = check_code(dedent(code))
    assert finding.severity is Severity.INFO
    assert "the first time" in finding.message
