"""What has to hold for a function to block: each `# blocks` is found, and nothing else."""

from __future__ import annotations

import pytest

PRELUDE = """\
import io, time
from collections.abc import Iterable
from typing import Any
def blocks():
    time.sleep(1)
class A: ...
class B(A): ...
class C: ...
"""

CASES = {
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
