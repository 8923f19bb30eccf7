"""What variables stand for: within a function, and by what functions give."""

import os
import subprocess
import sys

from asyncompat_lint.index import index_module
from asyncompat_lint.sources import SourceText

DEFINED = """\
import contextlib
import functools
import time
from collections.abc import Callable


def block(*_):
    time.sleep(1)


def run(function):
    function()


def pick():
    return block


def pick_later():
    chosen = block
    return chosen


def pick_lambda():
    return lambda: block()


def factory():
    def inner():
        block()

    return inner


def outer_factory():
    def middle():
        def inner():
            block()

        return inner

    return middle


class Holder:
    handler = block

    def __init__(self, save):
        self.data = block
        self._save = save

    def go(self):
        self.data()

    @property
    def chosen(self):
        return block

    def pick(self):
        result = self.data
        return result


class Maker:
    def __call__(self):
        return block


@contextlib.contextmanager
def managed():
    time.sleep(1)
    yield block


TABLE = {"a": block}
"""


def test_what_variables_stand_for(check_marked):
    check_marked(
        DEFINED
        + """\
async def a():
    data = block
    data()  # blocks


async def b():
    data = pick()
    data()  # blocks


async def c():
    pick_later()()  # blocks


async def d():
    data = pick_lambda()
    data()  # blocks


async def e():
    factory()()  # blocks


async def f():
    outer_factory()()()  # blocks


async def g():
    make = outer_factory()
    inner = make()
    inner()  # blocks


async def h(holder: Holder):
    holder.go()  # blocks
    holder.chosen()  # blocks
    holder.pick()()  # blocks
    Holder.handler()  # blocks


async def i():
    maker = Maker()
    it = maker()
    it()  # blocks


async def j():
    with managed() as it:  # blocks
        it()  # blocks


async def k():
    for each in TABLE.values():
        each()  # blocks
    for each in [pick()]:
        each()  # blocks


async def l():
    def inner():
        block()

    result = inner
    result()  # blocks
    run(result)  # blocks
    run(inner)  # blocks
    run(lambda: inner())  # blocks
    run(functools.partial(result))  # blocks


async def m():
    it = (block() for _ in range(3))
    other = it
    for _ in other:  # blocks
        pass


async def n():
    data = None

    def give():
        nonlocal data
        data = block

    give()
    data()  # blocks


async def o():
    global current
    current = block
    current()  # blocks


async def p():
    class Local:
        def __init__(self):
            block()

    made = Local
    made()  # blocks


async def q(data: Callable[[], None] = block):
    first, second = block, pick()
    first()  # blocks
    second()  # blocks
    (x := block)()  # blocks
    y = x
    y()  # blocks


async def r():
    fns = [e for e in (block,)]
    for one in fns:
        one()  # blocks
    two = fns[0]
    two()  # blocks
    many = {"a": pick}
    many["a"]()()  # blocks


async def s():
    async def inner():
        block()  # blocks

    await inner()
    t = inner
    await t()
    w = factory
    w()()  # blocks
    z = w()
    z()  # blocks
    run(w())  # blocks
    run(z)  # blocks
"""
    )


def test_what_is_given_by_what_is_given(check_marked):
    check_marked(
        """\
import time


def block():
    time.sleep(1)


def pick():
    return block


def again():
    return pick()


def many():
    return [pick() for _ in range(3)]


async def later():
    return pick()


async def a():
    again()()  # blocks
    x = again()
    x()  # blocks


async def b():
    for each in many():
        each()  # blocks
    for each in [pick() for _ in range(3)]:
        each()  # blocks
    it = [pick() for _ in range(3)]
    it[0]()  # blocks


async def c():
    (await later())()  # blocks
    y = await later()
    y()  # blocks
"""
    )


def leads(code: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    names = index_module(SourceText(code)).names
    return names.aliases, names.variables


def test_variables_are_no_names_for_others():
    assert leads("def f():\n    data = get\n    result = data\n    result()\n") == (
        [],
        [("get", "data"), ("get", "result")],
    )
    assert leads("class A:\n    def f(self):\n        data = get\n        self.it = data\n") == (
        [("get", "it")],
        [("get", "data")],
    )
    assert leads("def f():\n    global data\n    data = get\n") == ([("get", "data")], [])


def test_what_classes_in_functions_are_made_from_has_a_name_for_all():
    code = "def f():\n    B = a.Base\n    from a import Other as C\n    class X(B, C): ...\n"
    assert leads(code) == ([("Base", "B"), ("Other", "C")], [])


def test_what_is_made_counts_where_it_is_called():
    assert leads("def f():\n    data = get()\n    a.b(data)\n") == ([], [])
    assert leads("def f():\n    data = get()\n    data()\n") == ([], [("get()", "data")])
    assert leads("def f():\n    for each in get():\n        each()\n") == ([], [("get()", "each")])


def test_what_a_function_gives_is_not_the_function():
    assert leads("def f():\n    data = get\n    return data\n") == (
        [("get", "f()"), ("get()", "f()")],
        [("get", "data")],
    )
    assert leads("@property\ndef f(self):\n    return get\n") == (
        [("get", "f"), ("get", "f()")],
        [],
    )


def test_parameters_lead_on_only_where_they_are_kept():
    kept = "class A:\n    def __init__(self, save):\n        self._save = save\n"
    assert leads(kept) == ([("save", "_save")], [])
    assert leads("def f(result):\n    return result\n") == ([], [])
    imported = "def f():\n    from a import get as data\n    return data\n"
    assert leads(imported) == ([("get", "f()"), ("get()", "f()")], [("get", "data")])


def test_functions_in_functions_and_lambdas_are_known_by_their_scopes():
    names = index_module(
        SourceText(
            "def f():\n    def inner(): ...\n    result = inner\n    return result\ng = lambda: 1\n"
        )
    ).names
    assert names.inner == [
        (2, "f()", False),
        (2, "f()", True),
        (2, "result", False),
        (3, "g", False),
    ]
    assert not names.aliases


def test_what_is_kept_for_other_files(check_marked, tmp_path):
    (tmp_path / "kept.py").write_text(
        """\
import time
def factory():
    def inner():
        time.sleep(1)
    return inner
handler = factory()
class Kept:
    def __init__(self):
        self.a = factory()
        b = factory()
        self.b = b
        self.c = {"x": factory()}
        self.d, self.e = factory(), 1
class Entered:
    def __enter__(self):
        time.sleep(1)
    def __exit__(self, *_): ...
def entered():
    return Entered()
def again():
    return entered()
def rows():
    return (time.sleep(1) for _ in [1])
"""
    )
    check_marked(
        """\
from kept import Kept, again, factory, handler as handles, rows
async def f(kept: Kept):
    handles()  # blocks
    kept.a()  # blocks
    kept.b()  # blocks
    kept.c["x"]()  # blocks
    kept.d()  # blocks
    x = again()
    y = x
    with y:  # blocks
        pass
    for _ in rows():  # blocks
        pass
    list(rows())  # blocks
"""
    )


def test_decorators_in_variables_local_factories_and_classes_that_are_declared(check_marked):
    check_marked(
        """\
import time
def with_arguments(n):
    def decorate(function):
        def wrapper(): time.sleep(n)
        return wrapper
    return decorate
four = with_arguments(4)
@four
def p(): ...
class D:
    def __init__(self): time.sleep(1)
    def other(self):
        k = type(self)
        return k()
class A:
    d = with_arguments(1)
    @d
    def m(self): ...
async def f(c: type[D], o: type[D] | None, d: D, a: A):
    p()  # blocks
    a.m()  # blocks
    c()  # blocks
    if o is not None:
        o()  # blocks
    d.other()  # blocks
    def make():
        def inner(): time.sleep(1)
        return inner
    make()()  # blocks
    def rows():
        return (time.sleep(1) for _ in [1])
    for _ in rows():  # blocks
        pass
    g = rows()
    sum(g)  # blocks
"""
    )


def test_what_makes_much_is_followed_everywhere(check_marked):
    many = "".join(f"def f{n}():\n    v{n} = Entered()\n    w{n} = v{n}\n" for n in range(60))
    check_marked(
        f"""\
import time
class Entered:
    def __enter__(self): time.sleep(1)
    def __exit__(self, *_): ...
    def __call__(self): time.sleep(1)
    def __iter__(self):
        time.sleep(1)
        yield
{many}
async def f():
    it = Entered()
    with it:  # blocks
        it()  # blocks
    for _ in it:  # blocks
        pass
"""
    )


HASHED = """\
import hashlib, msgspec
from asyncompat_lint.index import index_module
from asyncompat_lint.sources import SourceText
lines = ["import m", "def f(kind):"]
for n in "alpha beta gamma delta epsilon zeta eta theta".split():
    lines += [f"    {n} = m.{n}_of", f"    {n} = m.other_{n}", f"    {n}()"]
    lines += [f"    call = {n}", "    call()"]
facts = index_module(SourceText("\\n".join(lines)))
print(hashlib.sha256(msgspec.msgpack.encode(facts)).hexdigest())
"""


def test_what_is_known_of_a_module_does_not_depend_on_the_order_of_sets():
    told = {
        subprocess.run(
            [sys.executable, "-c", HASHED],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(told) == 1
