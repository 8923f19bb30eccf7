"""What has to hold for a function to block: each `# blocks` is found, and nothing else."""

from __future__ import annotations

import pytest

from asyncompat_lint.findings import Severity

PRELUDE = """\
import io, time
from collections.abc import Iterable
from typing import Any, Optional
def blocks():
    time.sleep(1)
class A: ...
class B(A): ...
class C: ...
"""

CASES = {
    "what exempts a library's call is a constant's name": """
import queue
NOT, NEVER = False, 0
WAIT = True
async def main(q: queue.Queue, some):
    block = False
    q.get(block)
    q.get(block=block)
    q.get(WAIT)  # blocks
    maybe = False
    if some:
        maybe = True
    q.get(maybe)  # blocks
""",
    "what exempts a library's call is passed on": """
import concurrent.futures, queue, threading
def take(q: queue.Queue, block=True): return q.get(block)
def take_until(q: queue.Queue, timeout=None): return q.get(timeout=timeout)
def close(pool: concurrent.futures.Executor, wait: bool): pool.shutdown(wait=wait)
def pause(seconds): time.sleep(seconds)
def longer(seconds): pause(seconds)
def at_least(seconds):
    seconds = max(seconds, 1)
    time.sleep(seconds)
class Work:
    thread: threading.Thread
    def wait(self, timeout=None):
        if timeout is None or timeout > 0:
            self.thread.join(timeout)
async def f(q, pool, work: Work, x):
    take(q, False)
    take(q, block=False)
    take_until(q, 0)
    close(pool, wait=False)
    pause(0)
    longer(0)
    work.wait(0)
    take(q)  # blocks
    take(q, True)  # blocks
    take(q, x)  # blocks
    take_until(q)  # blocks
    close(pool, True)  # blocks
    longer(1)  # blocks
    at_least(0)  # blocks
    work.wait()  # blocks
""",
    "a flag that changes from turn to turn": """
def fetch(url, attempt=0, first=True):
    while True:
        if attempt:
            blocks()
        attempt += 1
def once(url, first=True):
    for _ in range(3):
        if not first:
            blocks()
        first = False
def steady(url, attempt=0):
    while True:
        if attempt:
            blocks()
async def f():
    fetch("u")  # blocks
    once("u")  # blocks
    steady("u")
""",
    "how a text begins and ends": """
def secret(name, suffix=".txt"):
    if name.startswith("oidc/"):
        blocks()
    elif not name.endswith("_TOKEN"):
        blocks()
def through(name):
    secret(name)
async def f(name):
    secret("GITHUB_TOKEN")
    through("GITHUB_TOKEN")
    secret("oidc/TOKEN")  # blocks
    secret("GITHUB_KEY")  # blocks
    through(name)  # blocks
""",
    "a name of a constant": """
from typing import Final
LOCAL: Final = "disk"
CHANGED = "memory"
CHANGED = "disk"
def save(mode):
    if mode == "disk":
        blocks()
async def f():
    here = "memory"
    save(LOCAL)  # blocks
    save(CHANGED)  # blocks
    save(here)
""",
    "what is compared with a constant by its name": """
import enum
class Mode(enum.Enum):
    DISK = "disk"
    MEMORY = "memory"
    OTHER = enum.auto()
class Names:
    DISK = "disk"
DISK = "disk"
def save(mode):
    if mode == Mode.DISK.value:
        blocks()
def by_member(mode):
    if mode == Mode.DISK:
        blocks()
def by_name(mode):
    if DISK == mode or mode == Names.DISK:
        blocks()
def by_unknown(mode, other):
    if mode == other:
        blocks()
    if mode == Mode.OTHER:
        blocks()
async def f(mode):
    save("disk")  # blocks
    save("memory")
    save(Mode.MEMORY.value)
    by_member(Mode.MEMORY)
    by_member(Mode.DISK)  # blocks
    by_member(mode)  # blocks
    by_name("memory")
    by_name(Names.DISK)  # blocks
    by_unknown("disk", mode)  # blocks
""",
    "a text that the facts do not keep is not an empty one": f"""
def show(text=None):
    if not text:
        blocks()
def write(text=""):
    if text:
        blocks()
def none(text):
    if text is None:
        blocks()
async def f():
    write("{"x" * 100}")  # blocks
    show()  # blocks
    write()
    none("{"x" * 100}")
    none(f"{{write}}")
""",
    "one of several, and a text that is changed before it is asked": """
def secret(name):
    if name.startswith("env/"):
        name = name.replace("env/", "")
    if name.startswith(("oidc/", "file/")):
        blocks()
def cleaned(name):
    name = name.strip().lower()
    name = name.upper()
    if name == "A":
        blocks()
def unknown(name):
    name = name.title("x")
    if name == "A":
        blocks()
def either(kind, other):
    if kind == "a" or kind == "b":
        blocks()
def any_of_two(kind, other):
    if kind == "a" or other == "b":
        blocks()
def by_kind(kind):
    if kind in ("remote", "cached"):
        blocks()
def not_by_kind(kind):
    if kind not in ["local", "none"]:
        blocks()
def one_kind(kind):
    if kind == "local":
        by_kind(kind)
def one_of_two(kind):
    if kind in {"local", "cached"}:
        by_kind(kind)
async def f(name):
    secret("TOKEN")
    secret("env/TOKEN")
    secret("env/oidc/TOKEN")  # blocks
    secret("file/TOKEN")  # blocks
    secret(name)  # blocks
    cleaned("b")
    cleaned(" a")  # blocks
    unknown("b")  # blocks
    either("b", 0)  # blocks
    either("c", 0)
    any_of_two("c", name)  # blocks
    by_kind("local")
    by_kind("cached")  # blocks
    not_by_kind("local")
    not_by_kind("remote")  # blocks
    one_kind(name)
    one_of_two(name)  # blocks
""",
    "flags, by place, by name and by default": """
def save(data, sync=False, *, path=None):
    if sync:
        blocks()
    if path is not None:
        blocks()
async def f(data):
    save(1)
    save(1, True)  # blocks
    save(1, sync=0)
    save(1, path=None)
    save(1, path="x")  # blocks
    save(1, data)  # blocks
    save(*data)  # blocks
    save(1, **data)  # blocks
""",
    "the branches of a test": """
def either(text):
    if not text:
        blocks()
    elif text == "x":
        blocks()
def both(flag):
    if flag:
        blocks()
    else:
        blocks()
def leaves(flag, other=None):
    if flag or other is not None:
        return
    blocks()
def stays(flag):
    if flag:
        pass
    else:
        raise ValueError
    blocks()
async def f():
    either("")  # blocks
    either("x")  # blocks
    either("y")
    both(True)  # blocks
    both(False)  # blocks
    leaves(1)
    leaves(0, 1)
    leaves(0)  # blocks
    stays(0)
    stays(1)  # blocks
""",
    "a parameter that is another by then": """
def f(flag=None):
    flag = flag or time.time()
    if flag:
        blocks()
async def g():
    f()  # blocks
""",
    "passed on": """
def inner(wait):
    if wait:
        blocks()
def outer(x, wait=False):
    inner(wait)
def always(wait=False):
    inner(True)
def changes(wait=False):
    wait = time.time()
    inner(wait)
async def f(x):
    outer(x)
    outer(x, True)  # blocks
    outer(x, wait=x)  # blocks
    always()  # blocks
    changes()  # blocks
""",
    "classes": """
class File:
    def __init__(self, file, mode="r"):
        if isinstance(file, io.IOBase):
            self.file = file
        else:
            blocks()
def convert(x):
    if isinstance(x, (A, str)):
        return x
    blocks()
async def f(data, b: B, c: C, any: Any, some: Iterable, it: object, a):
    File(io.BytesIO(data))
    File("x")  # blocks
    convert(b)
    convert("x")
    convert(c)  # blocks
    convert(any)  # blocks
    convert(some)  # blocks
    convert(it)  # blocks
    convert(a)  # blocks
    if isinstance(a, B):
        convert(a)
""",
    "methods that are replaced": """
class Base:
    def load(self): blocks()
    def fill(self): self.load()
    @property
    def full(self): return self.fill()
class Heir(Base):
    def load(self): ...
class Own(Heir):
    async def f(self):
        self.fill()
        super().fill()
        self.full
class Same(Base):
    async def f(self):
        self.fill()  # blocks
        super().fill()  # blocks
        self.full  # blocks
async def f(base: Base, heir: Heir, either: Base | Heir):
    base.fill()  # blocks
    heir.fill()
    heir.full
""",
    "by another name": """
import functools
def work(wait=False):
    if wait:
        blocks()
async def f():
    ready = functools.partial(work, True)
    ready()  # blocks
    again = work
    again()  # blocks
""",
    "classes, passed on and in each other's way": """
def inner(x):
    if isinstance(x, A):
        blocks()
def outer(x):
    inner(x)
def never(x):
    if isinstance(x, C):
        inner(x)
def not_that(x):
    if not isinstance(x, A):
        inner(x)
def heir(x):
    if isinstance(x, B):
        inner(x)
async def f(b: B, c: C, x):
    outer(b)  # blocks
    outer(c)
    outer(x)  # blocks
    never(x)
    not_that(x)
    heir(x)  # blocks
""",
    "what is declared to be one of many classes": """
from typing import Hashable, Mapping, NamedTuple, Protocol, Sequence, SupportsInt, TypedDict
class Message(TypedDict):
    text: str
class Pair(NamedTuple):
    first: int
class Named(Protocol):
    name: str
class Own:
    def __iter__(self): ...
def of_list(x):
    if isinstance(x, list):
        blocks()
def of_dict(x):
    if isinstance(x, dict):
        blocks()
def of_tuple(x):
    if isinstance(x, tuple):
        blocks()
def of_int(x):
    if isinstance(x, int):
        blocks()
def of_iterable(x):
    if isinstance(x, Iterable):
        blocks()
async def f(
    some: Iterable[int], items: Sequence[int], table: Mapping[str, int], message: Message,
    pair: Pair, named: Named, key: Hashable, number: SupportsInt, own: Own, a: A, n: int,
):
    of_list(some)  # blocks
    of_list(items)  # blocks
    of_list(named)  # blocks
    of_list(message)
    of_list(pair)
    of_list(number)
    of_list(a)
    of_dict(table)  # blocks
    of_dict(message)  # blocks
    of_dict(items)
    of_tuple(pair)  # blocks
    of_int(key)  # blocks
    of_int(number)  # blocks
    of_int(some)
    of_iterable(own)  # blocks
    of_iterable(message)  # blocks
    of_iterable(n)
""",
    "methods of classes": """
class Base:
    def __init__(self, wait=False):
        if wait:
            blocks()
    @staticmethod
    def static(wait):
        if wait:
            blocks()
    @classmethod
    def of_class(cls, wait):
        if wait:
            blocks()
class Heir(Base):
    def __init__(self):
        Base.__init__(self, True)
class Other(Base):
    def __init__(self):
        Base.__init__(self, False)
async def f(base: Base):
    Heir()  # blocks
    Other()
    Base.static(True)  # blocks
    Base.static(False)
    base.static(False)
    Base.of_class(True)  # blocks
    Base.of_class(False)
    base.of_class(False)
""",
    "what is declared not to be None": """
def inner(path=None):
    if path is None:
        blocks()
def declared(path: str): inner(path)
def default(path: str = None): inner(path)
def optional(path: str | None): inner(path)
async def f(x: str, y):
    declared(y)
    default()  # blocks
    optional(y)  # blocks
    inner(lambda: 1)
    inner([y])
    inner(x)
    inner(y)  # blocks
Perhaps = Optional[C]
async def g(
    of_class: C,
    of_library: io.StringIO,
    anything: Any,
    unknown: Unknown,
    alias: Perhaps,
    default: C = None,
):
    inner(of_class)
    inner(of_library)
    inner(anything)  # blocks
    inner(unknown)  # blocks
    inner(alias)  # blocks
    inner(default)  # blocks
""",
    "what a coroutine asks itself": """
def inner(text=None):
    if text is None:
        blocks()
def to_file(path):
    if path.startswith("http:"):
        return
    blocks()
async def f(x, path):
    if x is not None:
        inner(x)
    else:
        inner(x)  # blocks
    if path.startswith("http:"):
        to_file(path)
    to_file(path)  # blocks
""",
    "what a setter is given": """
class Light:
    @property
    def on(self): return True
    @on.setter
    def on(self, on):
        on = bool(on)
        if on:
            blocks()
    def switch(self, on):
        on = bool(on)
        if not on:
            blocks()
async def f(light: Light, unknown):
    light.on = False
    light.on = True  # blocks
    light.on = unknown  # blocks
    light.on, other = unknown, False  # blocks
    light.on = unknown.on = False
    unknown.on = light.on = True  # blocks
    light.switch(1)
    light.switch("")  # blocks
""",
    "given something else in another branch": """
def inner(x):
    if isinstance(x, str):
        blocks()
def one_way(x, how):
    if how == "a":
        return inner(x)
    else:
        x = "b" + how
        return x
def left(x, how):
    if how == "a":
        x = "b"
        return x
    inner(x)
def both(x, how):
    if how == "a":
        x = "b"
    inner(x)
def turns(things, x=None):
    for how in things:
        if how == "a":
            x = "b"
            continue
        inner(x)
async def f(a: A, text: str):
    one_way(a, text)
    left(a, text)
    both(a, text)  # blocks
    turns(text)  # blocks
    one_way(text, text)  # blocks
""",
    "one value is not another": """
def inner(mode, other=None):
    if mode == "a":
        both(mode)
def both(mode):
    if mode == "b":
        blocks()
    if mode != "c":
        last(mode)
def last(mode):
    if mode:
        blocks()
async def f(x):
    inner(x)  # blocks
    both("c")
    both("")
    both("b")  # blocks
""",
    "called by a thread that takes it from a queue": """
class Worker:
    def call(self, function):
        if self.alive:
            self.queue.put_nowait((1, function))
        else:
            function()
    def now(self, function):
        function()
async def f(worker: Worker):
    worker.call(blocks)
    worker.now(blocks)  # blocks
""",
    "a number that is more, or less": """
MOST = 3
def connect(attempt=0):
    if attempt > 0: blocks()
def again(times):
    if 1 <= times: blocks()
def seldom(times):
    if times < MOST: blocks()
def whenever(seconds):
    return blocks() if seconds > -0.5 else None
async def f(x):
    connect()
    connect(0)
    connect(1)  # blocks
    connect(None)  # blocks
    again(0)
    again(0.5)
    again(1)  # blocks
    seldom(3)
    seldom(2.5)  # blocks
    seldom(x)  # blocks
    whenever(0)  # blocks
""",
    "asked by an expression": """
def copied(base: A | None = None):
    return blocks() if base is not None else A()
def anew(base: A | None = None):
    return A() if base else blocks()
def both(first, second=None):
    return first and second is None and blocks() or A()
def either(given=None):
    return (given or
            blocks())
def beside(given=None, last=None):
    return [given and 1, blocks()] if last else given
def changed(given=None):
    given = given or A()
    return given and blocks()
def über(given=None):
    return "ü" if given is None else blocks()
async def f(x):
    copied()
    copied(A())  # blocks
    anew()  # blocks
    anew(True)
    both(1)  # blocks
    both(1, 2)
    both(0)
    either()  # blocks
    either(3)
    beside(last=1)  # blocks
    beside(1)
    changed()  # blocks
    über()
    über(x)  # blocks
""",
    "asked by an expression that gives it something first": """
def found(): return A()
def within(user=None):
    return (
        (user := found()) is not None
        and user
        and blocks()
    )
def asked(user=None):
    return blocks() if (user := found()) and user else None
def on_the_line(url=None): url = url or found(); return blocks() if url else None
def entered(it=None):
    with found() as it: it and blocks()
def itself(it=None): it = it or blocks(); return it
async def f():
    within()  # blocks
    asked()  # blocks
    on_the_line()  # blocks
    entered()  # blocks
    itself()  # blocks
    itself(1)
""",
    "asked by an expression beside what is passed on": """
def call(op): op()
def outer(op, flag=False):
    return [1 if flag else 2, call(op)]
def perhaps(op, flag=False):
    return call(op) if flag else None
def both(op, flag=False):
    return flag and call(op)
async def f():
    outer(blocks)  # blocks
    perhaps(blocks)
    both(blocks)
""",
    "itself": """
def walk(node, deep=False):
    if deep:
        blocks()
    walk(node, True)
async def f():
    walk(1)  # blocks
""",
}


@pytest.mark.parametrize("code", CASES.values(), ids=CASES.keys())
def test_what_has_to_hold(check_marked, code):
    check_marked(PRELUDE + code)


def test_constants_of_other_modules(check_code):
    found = check_code(
        main="""\
import time
import settings
from settings import MODE, OTHER as RENAMED
def save(mode):
    if mode == "disk":
        time.sleep(1)
async def main():
    save(MODE)
    save(settings.MODE)
    save(RENAMED)
    save(settings.OTHER)
    save(settings.GONE)
""",
        settings='MODE = "memory"\nOTHER = "disk"\n',
    )
    assert [each.span.line for each in found] == [10, 11, 12]


def test_texts_of_a_form_that_nobody_may_ever_pass_are_told_as_info(check_code):
    unknown, known = check_code(
        """\
import requests
def load(source):
    if source.startswith(("http:", "https:")):
        requests.get(source)
def through(source):
    load(source)
async def main(source):
    through(source)
    load("http://localhost")
""",
    )
    assert (unknown.severity, known.severity) == (Severity.INFO, Severity.ERROR)
    assert "if it is given what begins with 'http:' or 'https:'" in unknown.message
    assert "if it is given" not in known.message


def test_what_is_remembered_for_each_value_blocks_once_for_a_constant(check_code):
    found = check_code(
        """\
import importlib, ssl
CONTEXTS = {}
def load(name, *rest):
    return importlib.import_module(name)
def through(name):
    return load(name)
def context(file):
    if file not in CONTEXTS:
        CONTEXTS[file] = ssl.create_default_context(cafile=file)
    return CONTEXTS[file]
async def main(name, file):
    load("json")
    through("json")
    context(file)
    load(name)
    through(name)
""",
    )
    severities = [(each.span.line, each.severity) for each in found]
    assert severities == [
        (12, Severity.INFO),
        (13, Severity.INFO),
        (14, Severity.INFO),
        (15, Severity.WARNING),
        (16, Severity.WARNING),
    ]


TEMPLATES = """\
import abc, time
class Base:
    def run(self):
        self.prepare()
        self.step()
    def prepare(self): pass
    def step(self): pass
    def all(self):
        self.run()
class Slow(Base):
    def step(self):
        time.sleep(1)
class Slower(Slow):
    def step(self):
        super().step()
class Deep(Base):
    def prepare(self):
        self.inner()
    def inner(self):
        self.last()
    def last(self):
        input()
class Fast(Base):
    def step(self): return 1
class FastAgain(Slow):
    def step(self): return 1
class Each(Base):
    def step(self): self.prepare()
    def prepare(self): self.step()
class Asked(Base):
    def step(self, really=False):
        if really:
            time.sleep(1)
class Abstract(abc.ABC):
    @abc.abstractmethod
    def work(self): ...
    def go(self): self.work()
    @property
    def value(self): raise NotImplementedError
    def shown(self): return self.value
class One(Abstract):
    def work(self): time.sleep(1)
    @property
    def value(self): return input()
class Two(Abstract):
    def work(self): return 2
    @property
    def value(self): return 2
"""


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        ("Slow().run()", "AC101 error"),
        ("Slow().all()", "AC101 error"),
        ("Slower().run()", "AC101 error"),
        ("Deep().run()", "AC109 error"),
        ("One().go()", "AC101 error"),
        ("One().shown()", "AC109 error"),
        ("Base().all()", ""),
        ("Fast().all()", ""),
        ("FastAgain().all()", ""),
        ("Each().all()", ""),
        ("Asked().all()", ""),
        ("Two().go()", ""),
        ("Two().shown()", ""),
        ("base.run()", ""),
        ("thing.run()", ""),
        ("abstract.go()", "AC101 info"),
        ("abstract.shown()", "AC109 info"),
        ("(Slow() if thing else Slower()).run()", "AC101 error"),
        ("(Slow() if thing else Fast()).run()", ""),
    ],
)
def test_a_method_that_a_base_class_calls_is_the_objects_own(check_code, call, expected):
    main = f"async def main(base: Base, abstract: Abstract, thing):\n    {call}\n"
    found = check_code(f"{TEMPLATES}{main}")
    assert [f"{each.code} {each.severity}" for each in found] == list(filter(None, [expected]))
    for each in found:
        assert ("overrides" in each.message) == call.startswith("abstract")
        assert each.chain[-1].call in ("time.sleep()", "input()")


def test_a_hook_is_told_of_where_it_is_filled(check_code):
    found = check_code("""\
import time
class Hook:
    async def main(self):
        self.run()
    def run(self): self.step()
    def step(self): pass
class Slow(Hook):
    async def all(self):
        self.run()
    def step(self): time.sleep(1)
class Slower(Slow):
    async def some(self):
        self.run()
class Fast(Hook):
    async def none(self):
        self.run()
    def step(self): return 1
class FastAgain(Slow):
    async def nothing(self):
        self.run()
    def step(self): return 1
""")
    assert [(each.span.line, str(each.severity)) for each in found] == [(9, "error"), (13, "error")]


def test_of_several_reasons_that_is_told_which_most_overrides_have(check_code):
    classes = "".join(
        f"class C{n}(Base):\n    def step(self): return {call}\n"
        for n, call in enumerate(("input()", "time.sleep(n)", "time.sleep(n)"))
    )
    base = "import time\nclass Base:\n    def step(self): raise NotImplementedError\n"
    (found,) = check_code(f"{base}{classes}async def main(it: Base): it.step()\n")
    assert "sleeps" in found.message
    assert "2 of its 3 overrides" in found.message


def test_an_override_that_is_found_later_counts_too(check_code):
    found = check_code("""\
import time
class Base:
    def run(self): self.step()
    def step(self): pass
class Near(Base):
    def step(self): time.sleep(1)
class Far(Base):
    def step(self): one()
def one(): two()
def two(): time.sleep(1)
async def main():
    Near().run()
    Far().run()
""")
    assert [each.span.line for each in found] == [12, 13]


def test_what_very_many_classes_replace_is_not_followed(check_code):
    classes = "".join(f"class C{n}(Base):\n    def step(self): time.sleep(1)\n" for n in range(21))
    base = "import time\nclass Base:\n    def run(self): self.step()\n    def step(self): pass\n"
    assert check_code(f"{base}{classes}async def main(): C1().run()\n") == []


@pytest.mark.parametrize(
    ("versions", "expected"), [("", [7, 9, 11, 13, 16, 18, 25, 26]), ("3.9-3.15", [9, 11, 16, 18])]
)
def test_what_no_version_runs_does_not_block(check_code, versions, expected):
    code = """\
import asyncio, sys, time
PY39 = sys.version_info >= (3, 9)
def slow():
    time.sleep(1)
async def main():
    if sys.version_info < (3, 8):
        time.sleep(1)
    else:
        time.sleep(1)
    if sys.version_info >= (3, 10):
        time.sleep(1)
    if not PY39:
        time.sleep(1)
    try:
        import importlib
        time.sleep(1)
    except ImportError:
        time.sleep(1)
if sys.version_info < (3, 9):
    def old(): slow()
else:
    def old(): pass
async def calls():
    if not hasattr(asyncio, "to_thread"):
        time.sleep(1)
    old()
"""
    found = check_code(code, versions)
    assert [each.span.line for each in found if each.code == "AC101"] == expected
