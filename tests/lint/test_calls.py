"""Where code runs: each `# blocks` is found, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

PRELUDE = """\
import abc, asyncio, contextlib, functools, threading, time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

def blocks():
    time.sleep(1)
"""

CASES = {
    "what pydantic calls to make an object": """
import time
from pydantic import BaseModel, field_validator, model_validator
class Checked(BaseModel):
    path: str
    @field_validator("path")
    @classmethod
    def check(cls, path):
        time.sleep(1)
        return path
class Both(BaseModel):
    @model_validator(mode="after")
    def check_all(self):
        time.sleep(1)
        return self
class Below(Both): ...
class Plain(BaseModel):
    def check(self):
        time.sleep(1)
class Over(Checked):
    def check(cls, path): ...
def validator(name):
    return lambda function: function
class Others:
    @validator("x")
    def check(self):
        time.sleep(1)
async def f():
    Checked(path="x")  # blocks
    Both()  # blocks
    Below()  # blocks
    Plain()
    Over(path="x")
    Others()
""",
    "validators of a field check what is passed for it": """
import pydantic
from pydantic import BaseModel, field_validator, validator
class Checked(BaseModel):
    a: str | None = None
    b: int = 1
    @field_validator("a", mode="after")
    @classmethod
    def check(cls, v):
        time.sleep(1)
        return v
class Below(Checked):
    c: int = 0
class Always(BaseModel):
    a: int = 0
    @validator("a", always=True)
    def check(cls, v): time.sleep(1)
    @classmethod
    def parse(cls, x): return cls.model_validate(x)
class Each(BaseModel):
    a: int = 0
    @pydantic.field_validator("*")
    @classmethod
    def check(cls, v): time.sleep(1)
class After(BaseModel):
    def model_post_init(self, context): time.sleep(1)
class Own(Checked):
    def __init__(self, x): super().__init__(a=x)
class Plain(BaseModel):
    a: int
NAME = "b"
class Named(BaseModel):
    b: int
    @field_validator("a", NAME, check_fields=False)
    @classmethod
    def check(cls, v): time.sleep(1)
async def f(x, **kw):
    Checked()
    Checked(b=2)
    Checked(a="x")  # blocks
    Checked(**kw)  # blocks
    Below(c=1)
    Below(a=1, c=1)  # blocks
    Always()  # blocks
    Each(a=1)  # blocks
    Own(1)  # blocks
    Checked.model_validate(x)  # blocks
    Below.model_validate_json(x)  # blocks
    Always.parse(x)  # blocks
    After.model_validate(x)  # blocks
    Checked.parse_obj(x)  # blocks
    Checked.model_construct(a=1)
    Plain.model_validate(x)
    Checked(alias="x")  # blocks
    Named(b=1)  # blocks
""",
    "decorators that hand over what calls the function, or have it called later": """
def by_lambda(function):
    @functools.wraps(function)
    def inner(*args):
        loop = asyncio.get_running_loop()
        return loop.run_in_executor(None, lambda: function(*args))
    return inner
def by_thread(function):
    def inner(*args):
        def target():
            function(*args)
        threading.Thread(target=target).start()
    return inner
def later(delay):
    def decorated(function):
        def inner(*args):
            asyncio.get_running_loop().call_later(delay, function, *args)
        return inner
    return decorated
def at_once(function):
    def inner(*args):
        return (lambda: function(*args))()
    return inner
@by_lambda
def one(): blocks()
@by_thread
def two(): blocks()
@later(1)
def three(): blocks()
@at_once
def four(): blocks()
async def f():
    await asyncio.gather(one(), one())
    two()
    three()
    four()  # blocks
""",
    "a callback that is awaited is an async one": """
import inspect
async def dispatch(callback):
    if inspect.iscoroutinefunction(callback):
        return await callback()
    return await asyncio.to_thread(callback)
async def called(callback):
    callback()
async def f():
    await dispatch(blocks)
    await called(blocks)  # blocks
""",
    "letters that mean the same": """
import sys
async def f():
    sys.e\uff58it()
    blocks()
""",
    "code that is never come to": """
import sys
async def f(x):
    while True:
        blocks()  # blocks
        for y in x:
            break
        if x:
            return
    blocks()
async def g(x):
    while 1:
        if x:
            break
    blocks()  # blocks
    if x:
        sys.exit(blocks())  # blocks
        blocks()
    while x:
        await asyncio.sleep(1)
    blocks()  # blocks
async def i(x):
    if x:
        raise ValueError
    elif x is None:
        sys.exit()
    else:
        return
    blocks()
async def j(x):
    if x:
        return
    else:
        x()
    blocks()  # blocks
    assert False
    blocks()
async def h(x):
    try:
        while True:
            await x()
    except ValueError:
        blocks()  # blocks
    blocks()  # blocks
""",
    "functions that are called until they give something": """
async def main():
    for chunk in iter(blocks, b""):  # blocks
        pass
    for each in iter([blocks]):
        pass
    chunks = iter(functools.partial(time.sleep, 1), 3)
    list(chunks)  # blocks
""",
    "functions that are called where what they are mapped to is gone through": """
import itertools
class Slow:
    def __init__(self, x): blocks()
class Worker:
    def work(self, x): blocks()
    def all(self): return map(self.work, [1])
    async def f(self):
        for x in self.all():  # blocks
            ...
def slow(x):
    blocks()
    return x
async def f():
    lazily = map(slow, [1])
    await asyncio.sleep(0)
    list(lazily)  # blocks
class Endless:
    def __iter__(self):
        return self
    def __next__(self):
        blocks()
async def by_iterator():
    endless = iter(Endless())
    next(endless)  # blocks
    for x in endless:  # blocks
        ...
    lazily = iter(map(slow, [1]))
    next(lazily)  # blocks
    next(iter([1]))
async def consumed(found):
    found += map(slow, [1])  # blocks
    found += (slow(x) for x in [1])  # blocks
    found += slow
    collections.Counter(map(slow, [1]))  # blocks
    for key, group in itertools.groupby([1], key=slow):  # blocks
        ...
async def g():
    map(slow, [1])
    filter(slow, [1])
    return itertools.groupby([1], slow)
async def h(worker: Worker, pool: ThreadPoolExecutor):
    for x in filter(slow, [1]):  # blocks
        ...
    [x for x in map(Slow, [1])]  # blocks
    [*map(lambda x: slow(x), [1])]  # blocks
    sum(itertools.starmap(worker.work, [(1,)]))  # blocks
    list(map(functools.partial(slow, 1), []))  # blocks
    a, b = map(time.sleep, [1, 2])  # blocks
    next(worker.all())  # blocks
    pool.submit(list, map(slow, [1]))
""",
    "generators that are unpacked, or asked for something": """
def numbers():
    blocks()
    yield 1
class Numbers:
    def __iter__(self):
        blocks()
        return iter([1])
async def f():
    1 in numbers()  # blocks
    [a, *b] = numbers()  # blocks
    2 not in Numbers()  # blocks
    c = numbers()
""",
    "classes that make decorators": """
class retry:
    def __init__(self, times): ...
    def __call__(self, function):
        @functools.wraps(function)
        def inner(*args):
            blocks()
            return function(*args)
        return inner
class offload:
    def __init__(self, pool=None): ...
    def __call__(self, function):
        async def inner(*args):
            return await asyncio.to_thread(function, *args)
        return inner
@retry(3)
def often(): ...
@offload()
def elsewhere(): blocks()
async def f():
    often()  # blocks
    await elsewhere()
""",
    "callbacks that helpers hand to the loop by another function": """
def by_closure(callback):
    def inner():
        callback()
    asyncio.get_running_loop().call_soon(inner)
def by_lambda(callback):
    asyncio.get_running_loop().call_later(1, lambda: callback(1))
def by_partial(callback):
    asyncio.get_running_loop().call_soon(functools.partial(callback, 1))
def by_flag(callback, thread=False):
    loop = asyncio.get_running_loop()
    if thread:
        loop.run_in_executor(None, callback)
        return
    loop.call_soon(callback)
def given_to_another(callback):
    def inner(callback):
        callback()
    asyncio.get_running_loop().call_soon(inner, print)
def first():
    time.sleep(1)  # blocks
def second(x):
    time.sleep(1)  # blocks
def third(x):
    time.sleep(1)  # blocks
def fourth():
    time.sleep(1)  # blocks
def elsewhere():
    time.sleep(1)
def never():
    time.sleep(1)
by_closure(first)
by_lambda(second)
by_partial(third)
by_flag(elsewhere, thread=True)
given_to_another(never)
asyncio.get_running_loop().call_later(delay=1, callback=fourth)
""",
    "library functions that are handed to the loop": """
def f(loop, event):
    loop = asyncio.get_running_loop()
    loop.call_soon(time.sleep, 1)  # blocks
    loop.call_later(1, time.sleep, 0)
    loop.call_later(1, functools.partial(time.sleep, 1))  # blocks
    loop.call_later(1, print, 1)
    loop.call_soon(functools.partial(time.sleep, 0))
    loop.call_soon(functools.partial(time.sleep), 0)
    loop.run_in_executor(None, time.sleep, 1)
async def g(path):
    asyncio.get_running_loop().call_at(1, callback=time.sleep)  # blocks
""",
    "callbacks that helpers hand to the loop": """
class Timer:
    def __init__(self, callback):
        asyncio.get_running_loop().call_later(3, callback)
    @staticmethod
    def soon(callback, *args):
        asyncio.get_running_loop().call_soon(callback, *args)
    def again(self, seconds, callback):
        def start():
            asyncio.get_running_loop().call_later(seconds, callback)
        start()
def schedule(callback): Timer.soon(callback)
def kept(callback):
    callback = print
    asyncio.get_running_loop().call_soon(callback)
def first():
    time.sleep(1)  # blocks
def second():
    time.sleep(1)  # blocks
class State:
    def save(self):
        time.sleep(1)  # blocks
def never():
    time.sleep(1)
async def f(state: State):
    schedule(first)
    kept(never)
    timer = Timer(second)
    timer.again(3, state.save)
    timer.again(3, callback=lambda: time.sleep(1))  # blocks
""",
    "callbacks of servers, and for exceptions": """
def connected(reader, writer):
    time.sleep(1)  # blocks
def failed(loop, context):
    time.sleep(1)  # blocks
async def f():
    asyncio.get_running_loop().set_exception_handler(failed)
    await asyncio.start_server(connected, "localhost", 80)
""",
    "methods, inherited and by super": """
class Base:
    def wait(self): blocks()
class Heir(Base):
    def wait(self):
        super().wait()
class Quick(Base):
    def wait(self): ...
async def f(base: Base, heir: Heir, quick: Quick):
    base.wait()  # blocks
    heir.wait()  # blocks
    quick.wait()
class Child(Quick):
    async def g(self):
        super().wait()
        self.wait()
""",
    "what a name is defined as, for good or in branches": """
from typing import overload
@overload
def told(x: int) -> int: ...
@overload
def told(x: str) -> str: ...
def told(x): blocks()
def anew(): blocks()
def anew(): ...
if threading.active_count() > 1:
    def branched(): ...
else:
    def branched(): blocks()
if threading.active_count() > 1:
    def never(): ...
else:
    def never(): ...
async def f():
    told(1)  # blocks
    anew()
    branched()  # blocks
    never()
""",
    "properties that are given a value": """
class Device:
    @property
    def level(self): return 1
    @level.setter
    def level(self, value): blocks()
    @property
    def slow(self): blocks()
    @slow.setter
    def slow(self, value): ...
    @slow.deleter
    def slow(self): blocks()
async def f(device: Device):
    device.level = 3  # blocks
    device.level += 1  # blocks
    device.slow = 3
    return device.level
""",
    "what a class has from those that it is mixed with": """
class Mixin:
    def go(self): return self.wait()
    def quick(self): return self.harmless()
class Waits:
    def wait(self): blocks()
    def harmless(self): ...
class Mixed(Mixin, Waits): ...
class Lonely:
    def go(self): return self.wait()
class Given:
    def __init__(self, wait): self.wait = wait
    def go(self): return self.wait()
class MixedGiven(Given, Waits): ...
class Unknown(anything):
    def go(self): return self.wait()
class WithUnknown(Unknown, Waits): ...
async def f(mixed: Mixed, lonely: Lonely, unknown: WithUnknown, given: MixedGiven):
    given.go()
    mixed.go()  # blocks
    mixed.quick()
    lonely.go()
    unknown.go()
""",
    "what is behind the end of a function or a turn": """
def never():
    return 1
    blocks()
async def f():
    for _ in range(3):
        continue
        blocks()
    blocks()  # blocks
    never()
    raise ValueError
    blocks()
""",
    "generators that stars and queues go through": """
import collections
def slow():
    blocks()
    yield 1
async def f():
    slow()
    [*slow()]  # blocks
    print(*slow())  # blocks
    collections.deque(slow(), 0)  # blocks
    first, *rest = slow()  # blocks
    first, *rest = [slow()]
""",
    "decorators whose wrapper is async": """
def on_the_loop(function):
    @functools.wraps(function)
    async def wrapper(*args):
        if asyncio.iscoroutinefunction(function):
            return await function(*args)
        return function(*args)
    return wrapper
def with_arguments(number):
    def decorator(function):
        async def wrapper(*args):
            return function(*args)
        return wrapper
    return decorator
def in_a_thread(function):
    async def wrapper(*args):
        return await asyncio.to_thread(function, *args)
    return wrapper
@on_the_loop
def one(): blocks()
@with_arguments(2)
def two(): blocks()
@in_a_thread
def three(): blocks()
async def f():
    await one()  # blocks
    await two()  # blocks
    await three()
""",
    "making an instance": """
class A:
    def __init__(self): blocks()
class B(A): ...
class C(A):
    def __init__(self): ...
class D:
    def __new__(cls):
        blocks()
@dataclass
class E:
    x: int
    def __post_init__(self): blocks()
async def f():
    A()  # blocks
    B()  # blocks
    C()
    D()  # blocks
    E(1)  # blocks
""",
    "with": """
class Manager:
    def __enter__(self): blocks()
    def __exit__(self, *args): ...
class Other:
    def __enter__(self): return self
    def __exit__(self, *args): blocks()
class Quiet:
    def __enter__(self): ...
    def __exit__(self, *args): ...
@contextlib.contextmanager
def manager():
    blocks()
    yield
async def f(given: Manager):
    with Manager():  # blocks
        pass
    with given as x:  # blocks
        pass
    with Other():  # blocks
        pass
    with Quiet(), manager():  # blocks
        pass
    manager()
    Manager()
    with Quiet():
        pass
""",
    "iterating": """
class Items:
    def __iter__(self):
        blocks()
        return iter([])
class Steps:
    def __iter__(self): return self
    def __next__(self): blocks()
class Lazy:
    def __iter__(self):
        blocks()
        yield 1
def generator():
    blocks()
    yield 1
def outer():
    yield from generator()
async def f(items: Items, steps: Steps):
    for x in items:  # blocks
        pass
    for x in steps:  # blocks
        pass
    [x for x in Lazy()]  # blocks
    generator()
    made = generator()
    for x in made:  # blocks
        pass
    list(generator())  # blocks
    next(generator())  # blocks
    for n, x in enumerate(outer()):  # blocks
        pass
    lazy = (blocks() for x in [1])
    sum(lazy)  # blocks
    print(*(blocks() for x in [1]))  # blocks
    several = [1, *(blocks() for x in [1])]  # blocks
    all(blocks() for x in [1])  # blocks
""",
    "calling an instance": """
class Work:
    def __call__(self): blocks()
async def f(given: Work):
    Work()()  # blocks
    given()  # blocks
    work = Work()
    work()  # blocks
""",
    "properties": """
class Owner:
    @property
    def slow(self):
        return blocks()
    @property
    def quick(self): return 1
    @slow.setter
    def slow(self, value): ...
class Heir(Owner): ...
async def f(owner: Owner, heirs: list[Heir]):
    owner.slow  # blocks
    owner.quick
    print(heirs[0].slow.x)  # blocks
    owner.slow = 1
""",
    "lambdas and nested functions": """
async def f(executor, items):
    def inner(): blocks()
    later = lambda: blocks()
    inner()  # blocks
    later()  # blocks
    await asyncio.to_thread(inner)
    await asyncio.to_thread(lambda: blocks())
    sorted(items, key=lambda x: blocks())  # blocks
    max(items, key=inner)  # blocks
    list(map(inner, items))  # blocks
    register(inner)
""",
    "a project's function that calls what it is given": """
def call(function): return function()
def keep(function): return function
class Runner:
    def run(self, what, function): function()
async def f(runner: Runner):
    call(blocks)  # blocks
    call(lambda: blocks())  # blocks
    call(function=blocks)  # blocks
    keep(blocks)
    runner.run(1, blocks)  # blocks
    call(functools.partial(blocks))  # blocks
""",
    "callbacks of the loop": """
def callback():
    blocks()  # blocks
def other():
    blocks()
class Owner:
    def on_done(self, task):
        time.sleep(1)  # blocks
async def f(task: asyncio.Task, owner: Owner):
    loop = asyncio.get_running_loop()
    loop.call_soon(callback)
    loop.call_later(1, lambda: time.sleep(2))  # blocks
    task.add_done_callback(owner.on_done)
    loop.call_soon(print, other)
""",
    "an async function that is not awaited does not run here": """
async def work():
    blocks()  # blocks
async def f():
    work()
    await work()
    asyncio.create_task(work())
""",
    "decorators that go elsewhere": """
def in_thread(function):
    @functools.wraps(function)
    async def wrapper(*args):
        return await asyncio.to_thread(function, *args)
    return wrapper
def in_pool(function):
    def wrapper(*args):
        return ThreadPoolExecutor().submit(function, *args)
    return wrapper
def logged(function):
    @functools.wraps(function)
    def wrapper(*args):
        return function(*args)
    return wrapper
def configured(name):
    def decorator(function):
        async def wrapper():
            return await asyncio.to_thread(function)
        return wrapper
    return decorator
@in_thread
def a(): blocks()
@in_pool
def b(): blocks()
@logged
def c(): blocks()
@configured("x")
def d(): blocks()
async def f():
    await a()
    b()
    c()  # blocks
    await d()
""",
    "decorators that have a wrapper for sync functions, and one for async ones": """
def traced(function):
    @functools.wraps(function)
    async def async_wrapper(*args):
        return await function(*args)
    @functools.wraps(function)
    def sync_wrapper(*args):
        return function(*args)
    return async_wrapper if asyncio.iscoroutinefunction(function) else sync_wrapper
def timed(name):
    def decorator(function):
        if asyncio.iscoroutinefunction(function):
            async def wrapper(*args): return await function(*args)
        else:
            def wrapper(*args): return function(*args)
        return wrapper
    return decorator
def in_pool(make_pool):
    def decorator(function):
        pool = make_pool()
        async def wrapper(*args):
            return await asyncio.get_running_loop().run_in_executor(pool, function, *args)
        return wrapper
    return decorator
def chosen(function):
    def wrapper(*args): return function(*args)
    async def async_wrapper(*args): return await function(*args)
    of_its_kind = async_wrapper if asyncio.iscoroutinefunction(function) else wrapper
    return of_its_kind
@in_pool(dict)
def five(): blocks()
@chosen
def six(): blocks()
def in_thread(function):
    def call(*args): return function(*args)
    async def wrapper(*args): return await asyncio.to_thread(call, *args)
    return wrapper
@traced
def one(): blocks()
@traced
async def two(): blocks()  # blocks
@in_thread
def three(): blocks()
@timed("four")
def four(): blocks()
async def f():
    one()  # blocks
    await two()
    await three()
    four()  # blocks
    await five()
    six()  # blocks
""",
    "decorators that are given an async twin": """
def dispatch(twin):
    def decorator(function):
        def wrapper(*args): return (twin if twin else function)(*args)
        return wrapper
    return decorator
async def aread(): ...
@dispatch(aread)
def read(): blocks()
async def f():
    await read()
    coro = read()
""",
    "a method that the class overrides": """
class Base(abc.ABC):
    @abc.abstractmethod
    def work(self): ...
    async def all_do(self):
        self.work()  # blocks
class One(Base):
    def work(self): blocks()
class Two(Base):
    def work(self): time.sleep(2)
""",
    "locks": """
quick, slow = threading.Lock(), threading.Lock()
class Owner:
    def __init__(self):
        self._quick = threading.Lock()
        self._slow = threading.RLock()
    def hold(self):
        with self._slow:
            blocks()
        with self._quick:
            x = 1
    async def f(self):
        with self._quick:
            pass
        with self._slow:  # blocks
            pass
        self._slow.acquire()  # blocks
        self._slow.acquire(blocking=False)
def hold():
    with slow:
        blocks()
async def f():
    with quick:
        pass
    with slow:  # blocks
        pass
""",
    "nested classes and closures": """
def outer():
    def inner(): blocks()
    return inner
async def f():
    outer()
    outer()()  # blocks
""",
    "recursion": """
def a(n): return b(n)
def b(n):
    if n: return a(n - 1)
    blocks()
async def f():
    a(3)  # blocks
""",
    "what never runs": """
from typing import TYPE_CHECKING
async def f(flag):
    if False and flag:
        blocks()
    if TYPE_CHECKING:
        blocks()
    else:
        blocks()  # blocks
""",
    "where no loop runs": """
def run(work):
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        blocks()
        return asyncio.run(work())
    return loop.create_task(work())
def run_or_not(loop, work):
    if loop.is_running():
        return loop.create_task(work())
    return asyncio.run(work())
def run_always(work):
    return asyncio.run(work())
async def f(work, loop):
    run(work)
    run_or_not(loop, work)
    run_always(work)  # blocks
""",
    "what is awaited is none of the sync class": """
import httpx, os
async def f(client: httpx.Client):
    await client.get("")
    os.waitpid(1, os.WNOHANG)
    os.waitpid(1, 0)  # blocks
""",
    "lazy producers": """
from pathlib import Path
import os, glob
from concurrent.futures import as_completed
async def f(executor: ThreadPoolExecutor, futures):
    found = Path(".").glob("*.py")
    executor.map(print, [1])
    for future in as_completed(futures):  # blocks
        pass
    list(executor.map(print, [1]))  # blocks
    for path in found:  # blocks
        path.read_text()  # blocks
""",
    "what stands in an await or an async with, and runs before it": """
class Session:
    def __init__(self): blocks()
    async def __aenter__(self): ...
    async def __aexit__(self, *args): ...
class Api:
    def get(self, path):
        blocks()
        return self.session.get(path)
def opened():
    blocks()
    return Session()
async def retried(function):
    return function()
async def f(api: Api):
    async with Session() as session:  # blocks
        pass
    async with opened():  # blocks
        pass
    await api.get("/")  # blocks
    await retried(blocks)  # blocks
    await retried(print)
""",
    "tables and lists of functions": """
def harmless(): ...
TABLE = {"a": blocks, "b": blocks}
MIXED = {"a": blocks, "b": harmless}
class Bus:
    def __init__(self):
        self.handlers = {"x": blocks}
        self.hooks = [blocks]
    async def publish(self):
        self.handlers["x"]()  # blocks
        for hook in self.hooks:
            hook()  # blocks
async def f(name):
    TABLE[name]()  # blocks
    TABLE.get(name)()  # blocks
    MIXED[name]()  # may block
    for function in [blocks, blocks]:
        function()  # blocks
    for key, function in TABLE.items():
        function()  # blocks
    for function in TABLE.values():
        function()  # blocks
    for function in (harmless, print):
        function()
""",
    "what class methods and static methods are passed": """
def harmless(): ...
class Runner:
    @classmethod
    def run(cls, function, cleanup): return function()
    @staticmethod
    def just(function): return function()
async def f():
    Runner.run(harmless, blocks)
    Runner.run(blocks, harmless)  # blocks
    Runner().run(blocks, harmless)  # blocks
    Runner.just(blocks)  # blocks
    Runner().just(blocks)  # blocks
""",
    "what is passed on in one way of several": """
from inspect import iscoroutinefunction
from asgiref.sync import sync_to_async
def harmless(): ...
def call(op): return op()
def schedule(op):
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        return call(op)
    return loop.run_in_executor(None, op)
class Service:
    @sync_to_async
    def in_thread(self, function): return call(function)
async def maybe(function): return await function()
async def safe(function):
    if iscoroutinefunction(function):
        return await maybe(function)
    return await asyncio.get_running_loop().run_in_executor(None, function)
def run(fallback, op=None):
    if op is not None:
        return call(op)
    return call(fallback)
class Executor:
    def run(self, op): return op()
    def go(self, op): return self.run(op)
class Threaded(Executor):
    def run(self, op): return asyncio.to_thread(op)
def each(op, ops): return [call(op) for op in ops]
def third(op): return op()
def second(op):
    first(op)
    return third(op)
def first(op): return second(op)
def both(weak, strong):
    weak()
    return strong()
def by_keyword(first, *others, done=None): return call(done)
def choose(op, other, use_other): return call(other) if use_other else call(op)
class Not:
    def go(self, op): return [op]
async def f(x):
    by_keyword(harmless, blocks, done=harmless)
    by_keyword(harmless, done=blocks)  # blocks
    choose(harmless, blocks, False)
    (Executor() if x else Not()).go(blocks)
    await schedule(blocks)
    await Service().in_thread(blocks)
    await safe(blocks)
    run(harmless, blocks)  # blocks
    run(blocks, harmless)
    await Threaded().go(blocks)
    each(blocks, [harmless])
    second(blocks)  # blocks
    first(blocks)  # blocks
    both(blocks, harmless)  # blocks
    both(harmless, blocks)  # blocks
""",
    "what lambdas are called with, for each of something": """
import heapq, itertools
class Client:
    def fetch(self): time.sleep(1)
async def f(clients: list[Client], all: dict[str, Client]):
    sorted(clients, key=lambda c: c.fetch())  # blocks
    max(all.values(), key=lambda c: c.fetch())  # blocks
    list(map(lambda c: c.fetch(), clients))  # blocks
    list(filter(lambda c: c.fetch(), clients))  # blocks
    filter(lambda c: c.fetch(), clients)
    clients.sort(key=lambda c: c.fetch())  # blocks
    heapq.nlargest(3, clients, key=lambda c: c.fetch())  # blocks
    for key, group in itertools.groupby(clients, lambda c: c.fetch()):  # blocks
        ...
    for c in itertools.takewhile(lambda c: c.fetch(), clients):  # blocks
        ...
    max(1, 2, key=lambda c: c.fetch())
    sorted(*clients, key=lambda c: c.fetch())
    sorted([c for c in clients], key=lambda c: c.fetch())  # blocks
    sorted(clients, key=lambda clients: clients.fetch())  # blocks
    sorted(all, key=lambda c: c.fetch())
    sorted(all.items(), key=lambda pair: pair[1].fetch())  # blocks
""",
    "what is passed on to what calls it": """
from typing import Any, Optional, TypeVar
from collections.abc import Callable
T = TypeVar("T")
def harmless(): ...
def call(op): return op()
def outer(op: Callable[[], T]) -> T: return call(op)
def outermost(first, op: "Optional[Callable[[], T]]" = None): return outer(op=op)
def leaves(op): return [op]
def left(op): return leaves(op)
def other(op):
    op = harmless
    return call(op)
def around(op): return back(op)
def back(op): return around(op) or op()
def of_text(op: str): return call(op)
class Runner:
    def run(self, op): return op()
    def through(self, op, *args): return self.run(op)
    async def here(self, op, **kw):
        try:
            return op(**kw)
        except ValueError:
            return None
async def run(op):
    result = op()
    return await result if asyncio.iscoroutine(result) else result
async def run_maybe(op): return await run(op)
async def starts(op): asyncio.create_task(run(op))
async def awaits(op): return await op()
async def off(op): return await asyncio.to_thread(op)
async def off_too(op): return await off(op)
def reads():
    return time.sleep(1)
async def f(x):
    outer(blocks)  # blocks
    outermost(blocks, harmless)
    outermost(harmless, blocks)  # blocks
    outermost(harmless, op=lambda: blocks())  # blocks
    left(blocks)
    other(blocks)
    around(blocks)  # blocks
    of_text(blocks)
    Runner().through(blocks, x)  # blocks
    await Runner().here(reads)  # blocks
    await run(reads)  # blocks
    await run_maybe(reads)  # blocks
    await run_maybe(harmless)
    await asyncio.wait_for(run_maybe(reads), 1)  # blocks
    run_maybe(reads)
    await starts(reads)
    await awaits(reads)
    await off(reads)
    await off_too(reads)
""",
    "what a comprehension calls of what is passed": """
def each(function): return [function(n) for n in range(3)]
async def f():
    each(lambda n: blocks())  # blocks
    each(print)
""",
    "handlers of what fails beside asking for the loop": """
async def f():
    try:
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, print)
    except Exception:
        blocks()  # blocks
def g():
    try:
        return asyncio.get_running_loop().create_task(f())
    except ValueError:
        blocks()
    except RuntimeError:
        time.sleep(2)
def h():
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        blocks()
async def i():
    g()  # blocks
    h()
""",
    "queues that have a size": """
import queue
bounded, free = queue.Queue(10), queue.Queue()
class Worker:
    def __init__(self, size):
        self.some = queue.Queue(maxsize=100)
        self.any = queue.Queue(maxsize=0)
        self.told = queue.LifoQueue(size)
    async def feed(self, item):
        self.some.put(item)  # blocks
        self.some.put(item, False)
        self.some.put_nowait(item)
        self.any.put(item)
        self.told.put(item)  # blocks
        bounded.put(item)  # blocks
        free.put(item)
        if not self.some.full():
            self.some.put(item)
""",
    "where a helper has told that no loop runs": """
import asyncio
def running_loop():
    try:
        return asyncio.get_running_loop()
    except RuntimeError:
        return None
def is_in_loop():
    return running_loop() is not None and asyncio.get_running_loop().is_running()
def is_loop_wanted():
    return False
def by_name():
    loop = running_loop()
    if loop is not None:
        return loop.call_soon(print)
    blocks()
def by_another_name(loop):
    loop = running_loop()
    loop = None
    if loop is None:
        blocks()
def in_the_test():
    if not is_in_loop():
        blocks()
def elsewhere():
    if not is_in_loop():
        blocks()
    else:
        blocks()
def unasked():
    if not is_loop_wanted():
        blocks()
def walrus():
    if (loop := running_loop()) is None:
        blocks()
def asyncios_own():
    if asyncio._get_running_loop() is None:
        blocks()
def either(x):
    if x or not is_in_loop():
        blocks()
def both(x):
    if x and not is_in_loop():
        blocks()
async def f(x):
    by_name()
    by_another_name(x)  # blocks
    in_the_test()
    elsewhere()  # blocks
    unasked()  # blocks
    walrus()
    asyncios_own()
    either(x)  # blocks
    both(x)
""",
    "what was asked before whether there is anything to wait for": """
import queue
from concurrent.futures import Future
async def f(items: queue.Queue, future: Future, event: threading.Event):
    while not items.empty():
        items.get()
    items.get()  # blocks
    while not event.is_set():
        event.wait(5)  # blocks
    future.result()  # blocks
async def g(future: Future, other: Future):
    if future.done():
        return future.result()
    if not other.done():
        return other.exception() if other.done() else None
    return other.result()
async def h(futures: list[Future], future: Future, made: Future, other: Future):
    for each in futures:
        if each.done() and each.exception() is None or not each.done() or each.result():
            pass
    made.set_result(1)
    made.result()
    await asyncio.wrap_future(future)
    future.result()
    other.result()  # blocks
""",
    "constants that are false, and private": """
_SYNC = False
_GIVEN = False
_GIVEN = True
PUBLIC = False
def work(also):
    if _SYNC:
        blocks()
    if _SYNC and also:
        blocks()
def given():
    if _GIVEN:
        blocks()
def public():
    if PUBLIC:
        blocks()
def otherwise():
    if _SYNC:
        pass
    else:
        blocks()
async def f():
    work(1)
    given()  # blocks
    public()  # blocks
    otherwise()  # blocks
""",
    "sockets and hosts of which nothing is waited for": """
import socket
async def f(connection: socket.socket, other: socket.socket):
    try:
        connection.recv(1)
    except BlockingIOError:
        pass
    connection.recv(1)  # blocks
    try:
        other.recv(1)  # blocks
    except OSError:
        pass
    socket.getaddrinfo("127.0.0.1", 1)
    socket.getaddrinfo("::1", 1)
    socket.getaddrinfo("", 1)
    socket.getaddrinfo("localhost", 1)  # blocks
""",
    "what Tornado's server and loop call": """
from tornado import gen, web
from tornado.concurrent import run_on_executor
from tornado.ioloop import IOLoop, PeriodicCallback
from tornado.websocket import WebSocketHandler
class Base(web.RequestHandler):
    def prepare(self):
        blocks()  # blocks
    def helper(self):
        time.sleep(1)
class Main(Base):
    def get(self):
        self.helper()  # blocks
    @run_on_executor
    def post(self):
        blocks()
    @gen.coroutine
    def put(self):
        blocks()  # blocks
        yield IOLoop.current().run_in_executor(None, blocks)
    @web.authenticated
    def delete(self):
        blocks()  # blocks
    def not_a_handler_of_anything(self):
        blocks()
class Socket(WebSocketHandler):
    def on_message(self, message):
        blocks()  # blocks
def tick():
    blocks()  # blocks
def main():
    PeriodicCallback(tick, 100).start()
    blocks()
""",
    "a callback that a decorator hands to the loop": """
def debounced(function):
    def wrapper(*args): asyncio.get_running_loop().call_later(1, function, *args)
    return wrapper
@debounced
def save(): blocks()  # blocks
async def main():
    save()
    asyncio.get_running_loop().call_soon(save)
""",
    "handlers that Sanic calls on the loop": """
from sanic import Blueprint, Sanic
app, some = Sanic("app"), Blueprint("some")
@app.get("/")
def index(request):
    blocks()  # blocks
@some.route("/")
def route(request):
    blocks()  # blocks
def in_thread(function):
    async def wrapper(*args): return await asyncio.to_thread(function, *args)
    return wrapper
@app.post("/")
@in_thread
def offloaded(request):
    blocks()
def other(request):
    blocks()
""",
    "what runs only where no loop does, whichever way it is asked for": """
async def work(): ...
def plan():
    try:
        asyncio.get_event_loop().create_task(work())
    except RuntimeError:
        asyncio.run(work())
def run():
    try:
        asyncio.get_event_loop().run_until_complete(work())
    except RuntimeError:
        asyncio.run(work())
def ask():
    try:
        asyncio.get_event_loop().call_soon(print, int(input))
    except Exception:
        time.sleep(1)
async def main():
    plan()
    run()  # blocks
    ask()  # blocks
""",
    "an abstract method of a method that is replaced with it": """
import abc
class Parser(abc.ABC):
    @abc.abstractmethod
    def parse(self): ...
    @abc.abstractmethod
    def read(self): ...
    async def later(self): return self.parse()
    async def soon(self): return self.read()  # blocks
    @abc.abstractmethod
    def start(self): ...
    async def begin(self): self.start()  # blocks
class Slow(Parser):
    def parse(self): time.sleep(1)
    def read(self): time.sleep(1)
    def start(self): time.sleep(1)
    async def later(self): await asyncio.sleep(1)
    async def soon(self): return await super().soon()
    async def begin(self): await self.retry()
    async def retry(self): await again(super().begin)
""",
    "what Home Assistant calls of what is made for it, and what it has a thread do": """
import json, os
from homeassistant.config_entries import ConfigEntry, ConfigFlow
from homeassistant.core import HomeAssistant, callback
class Coordinator:
    def work(self): time.sleep(1)
Entry = ConfigEntry[Coordinator]
def lines(name):
    with open(name) as file:
        yield from file
@callback
def told(event):
    blocks()  # blocks
def tick(now):
    blocks()
async def setup(hass: HomeAssistant, entry: Entry, other: ConfigEntry[Coordinator]):
    await hass.async_add_executor_job(blocks)
    entry.runtime_data.work()  # blocks
    other.runtime_data.work()  # blocks
    for line in await hass.async_add_executor_job(lines, "x"):  # blocks
        print(line)
class Flow(ConfigFlow, domain="x"):
    def __init__(self):
        blocks()  # blocks
""",
    "what a thread has given is what it would be here": """
import anyio, trio
from asgiref.sync import sync_to_async
from PIL import Image
from starlette.concurrency import run_in_threadpool
def numbers():
    yield time.sleep(1)
async def f(loop, path):
    (await anyio.to_thread.run_sync(Image.open, path)).save(path)  # blocks
    (await trio.to_thread.run_sync(Image.open, path)).save(path)  # blocks
    (await run_in_threadpool(Image.open, path)).save(path)  # blocks
    (await sync_to_async(Image.open)(path)).save(path)  # blocks
    (await loop.run_in_executor(None, Image.open, path)).save(path)  # blocks
    for each in await run_in_threadpool(numbers): ...  # blocks
    for each in await sync_to_async(numbers)(): ...  # blocks
    for each in await loop.run_in_executor(None, numbers): ...  # blocks
""",
    "views of Sanic's": """
from sanic.views import HTTPMethodView
class View(HTTPMethodView):
    def get(self, request):
        blocks()  # blocks
    def helper(self):
        blocks()
""",
    "what Textual calls of applications and of what they show": """
from textual import on, work
from textual.app import App
from textual.screen import ModalScreen
from textual.widgets import Button, Static
class Base(Static): ...
class Clock(Base):
    def on_mount(self):
        self.set_interval(1, self.tick)
        self.set_timer(1, lambda: time.sleep(1))  # blocks
    def tick(self):
        blocks()  # blocks
    def watch_time(self, old, new):
        blocks()  # blocks
    def other(self):
        blocks()
    @work(thread=True)
    def on_hide(self):
        blocks()
    @on(Button.Pressed, "#start")
    def start(self):
        blocks()  # blocks
    @property
    def on_top(self):
        blocks()
    @classmethod
    def on_screen(cls):
        blocks()
class Question(ModalScreen[bool]):
    def action_answer(self):
        blocks()  # blocks
class Program(App):
    def compose(self):
        blocks()  # blocks
        yield Clock()
    def on_button_pressed(self, event):
        self.push_screen(Question(), self.done)
        self.work()
    def done(self, result):
        blocks()  # blocks
    @work(thread=True)
    def work(self):
        blocks()
        self.call_from_thread(self.show)
    def show(self):
        blocks()  # blocks
""",
    "handlers and hooks that frameworks call on the loop": """
import chainlit
import socketio
from blacksheep import Application
from fastapi import FastAPI
from nicegui import app, run, ui
from prompt_toolkit.key_binding import KeyBindings
from semantic_kernel.functions import kernel_function
server, in_threads = socketio.AsyncServer(), socketio.Server()
site, service, keys = Application(), FastAPI(), KeyBindings()
@server.event
def connect(sid, environ):
    blocks()  # blocks
@server.on("named")
def named(sid):
    blocks()  # blocks
def handed(sid):
    blocks()  # blocks
server.on("handed", handed)
@in_threads.event
def message(sid):
    blocks()
class Room(socketio.AsyncNamespace):
    def on_message(self, sid):
        blocks()  # blocks
    def helper(self):
        blocks()
@chainlit.on_message
def answer(message):
    blocks()  # blocks
@chainlit.on_stop
async def stop():
    await chainlit.make_async(blocks)()
@ui.page("/")
def page():
    ui.button("now", on_click=lambda: blocks())  # blocks
    ui.button("later", on_click=click)
    ui.timer(1.0, tick)
    blocks()  # blocks
async def click():
    await run.io_bound(blocks)
def tick():
    blocks()  # blocks
@app.on_startup
def first():
    blocks()  # blocks
def last():
    blocks()  # blocks
app.on_shutdown(last)
@service.on_event("startup")
def begin():
    blocks()  # blocks
@service.get("/")
def route():
    blocks()
@site.router.get("/")
def home():
    blocks()  # blocks
@keys.add("c-c")
def key(event):
    blocks()  # blocks
class Plugin:
    @kernel_function(name="x")
    def call(self):
        blocks()  # blocks
""",
    "lambdas that are handed over at a module's top": """
from nicegui import ui
ui.timer(1.0, lambda: blocks())  # blocks
with ui.row():
    ui.button(
        "now",
        on_click=lambda: time.sleep(1),  # blocks
        on_other=lambda: time.sleep(1),
    )
""",
    "what is called where a stack is left, and in a context": """
import contextvars
async def main():
    with contextlib.ExitStack() as stack:
        stack.callback(blocks)  # blocks
        stack.callback(print, 1)
    async with contextlib.AsyncExitStack() as stack:
        stack.callback(time.sleep, 1)  # blocks
        stack.push_async_callback(asyncio.sleep, 1)
    contextvars.copy_context().run(blocks)  # blocks
    context = contextvars.copy_context()
    context.run(blocks)  # blocks
""",
    "rows of files": """
import csv, io
async def main(path):
    with open(path) as file:  # blocks
        for row in csv.reader(file):  # blocks
            print(row[0])
        rows = csv.DictReader(file)
        list(rows)  # blocks
    for row in csv.reader(io.StringIO("x")):
        print(row)
    for row in csv.reader(["a,b"]):
        print(row)
""",
    "standard input, and consoles": """
import sys
from rich.console import Console
async def main(console: Console):
    for line in sys.stdin:  # blocks
        console.print(line)
    lines = [line for line in sys.stdin.buffer]  # blocks
    list(sys.argv)
    console.input("name: ")  # blocks
""",
    "what an exit stack enters": """
@contextlib.contextmanager
def slow():
    blocks()
    yield
@contextlib.contextmanager
def quick():
    yield
class Manager:
    def __enter__(self): blocks()
    def __exit__(self, *error): ...
async def f():
    with contextlib.ExitStack() as stack:
        stack.enter_context(slow())  # blocks
        stack.enter_context(quick())
    async with contextlib.AsyncExitStack() as stack:
        await stack.enter_async_context(work())
        stack.enter_context(Manager())  # blocks
@contextlib.asynccontextmanager
async def work():
    yield
""",
    "what a loop has waited for": """
import queue
async def f(items: queue.Queue, other: queue.Queue, left: queue.Queue):
    while items.empty():
        await asyncio.sleep(0)
    items.get()
    while not other.empty():
        await asyncio.sleep(0)
    other.get()  # blocks
    while left.empty():
        if other:
            break
    left.get()  # blocks
""",
    "bases that have a base in common": """
class Base:
    def wait(self): blocks()
class Loud(Base): ...
class Quick(Base):
    def wait(self): ...
class First(Loud, Quick): ...
class Second(Quick, Loud): ...
class Apart:
    def wait(self): ...
class Third(Loud, Apart): ...
class Refused(Base, Loud): ...
async def f():
    First().wait()
    Second().wait()
    Third().wait()  # blocks
    Loud().wait()  # blocks
    Refused().wait()  # blocks
""",
    "what gives something to await has not waited for it": """
class Client:
    def sync(self, function):
        if self.asynchronous:
            return function()
        return waited(function)
    def acquire(self):
        return self.sync(self._acquire)
    async def _acquire(self): ...
def waited(function):
    blocks()
async def work(): ...
def begin():
    blocks()
    return work()
async def f(client: Client):
    await client.acquire()
    client.acquire()  # blocks
    await begin()  # blocks
""",
    "databases in memory": """
import sqlite3
class Pool:
    def __init__(self, path):
        self._own = sqlite3.connect(":memory:")
        self._other = sqlite3.connect(path)
    def add(self):
        self._own.execute("x")
    def store(self):
        self._other.cursor().execute("x")
async def f(pool: Pool):
    connection = sqlite3.connect(database=":memory:")
    connection.cursor().execute("x")
    connection.execute("x").fetchall()
    pool.add()
    pool.store()  # blocks
""",
    "files in memory and modes, told by name": """
import io, tarfile
async def f(data, path):
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        archive.getnames()
    with open(path, mode="rb") as file:  # blocks
        file.read()  # blocks
""",
    "processes that are left, and their events": """
import multiprocessing, subprocess
async def f(loop, command):
    with subprocess.Popen(command) as process:  # blocks
        pass
    with subprocess.Popen(command) as process:
        await loop.run_in_executor(None, process.wait)
    event = multiprocessing.Event()
    event.wait()  # blocks
    event.set()
""",
}


@pytest.mark.parametrize("title", CASES)
def test_where_code_runs(title, check_marked):
    check_marked(PRELUDE + CASES[title])


def test_an_override_of_several_is_told_with_less_weight(check_code):
    (found,) = check_code("""\
import time
class Base:
    def work(self):
        raise NotImplementedError
    async def all_do(self):
        self.work()
class One(Base):
    def work(self): time.sleep(1)
class Two(Base):
    def work(self): return 2
""")
    assert str(found.severity) == "info"
    assert "in 1 of its 2 overrides" in found.message


def test_one_of_several_things_that_a_name_may_be_is_told_with_less_weight(check_code):
    findings = check_code("""\
import httpx, requests, time

class Slow:
    def fetch(self): time.sleep(1)
class Quick:
    def fetch(self): return 1

async def f(flag, *, it: Slow | Quick, client: httpx.Client | httpx.AsyncClient):
    it.fetch()
    (time.sleep if flag else print)(1)
    await client.get("https://example.org")
    session = requests.Session() if flag else httpx.Client()
    session.get("https://example.org")
""")
    assert [(each.span.line, str(each.severity)) for each in findings] == [
        (9, "info"),
        (10, "info"),
        (13, "error"),
    ]
    assert ", for 1 of the 2 things that it may be" in findings[0].message


def test_what_has_all_that_a_protocol_asks_for_stands_for_it(check_code):
    """One that blocks of two, without naming it: its methods are as they are called."""
    findings = check_code(
        """\
import time
from typing import Protocol, TypeVar

T = TypeVar("T")

class Storage(Protocol[T]):
    def save(self, key: str, value: T) -> None: ...
    def load(self, key: str) -> T:
        \"""Return what was saved.\"""

class Files:
    def save(self, key, value): time.sleep(1)
    def load(self, key): time.sleep(1)

class Memory:
    def save(self, key, value): self.kept = value
    def load(self, key): return self.kept

class Part:
    def save(self, key, value): time.sleep(1)

class Other:
    def save(self, value): time.sleep(1)
    def load(self, key): time.sleep(1)

class Closing(Protocol):
    def close(self): ...

class Closed:
    def close(self): time.sleep(1)

class Waiting(Protocol):
    async def wait(self): ...

class Waits:
    def wait(self): time.sleep(1)

async def f(storage: Storage[int], closing: Closing, waiting: Waiting):
    storage.save("x", 1)
    storage.load("x")
    closing.close()
    await waiting.wait()
"""
    )
    assert [(each.span.line, str(each.severity)) for each in findings] == [
        (39, "info"),
        (40, "info"),
    ]
    assert "in 1 of its 2 implementations" in findings[0].message


KEEPING = """\
kept = None
table = {{}}
def load():
    return open("x").read()
def get():
{}
async def main():
    return get()
"""


@pytest.mark.parametrize(
    "body",
    [
        "    global kept\n    if kept is None:\n        kept = load()\n    return kept",
        "    if not hasattr(load, 'kept'):\n        load.kept = load()\n    return load.kept",
        "    global kept\n    if kept is not None:\n        return kept\n"
        "    for _ in range(3):\n        kept = load()\n    return kept",
        "    global kept\n    if kept:\n        return\n    kept = True\n    load()",
        "    value = table.get('x')\n    if value is None:\n        value = load()\n"
        "        table['x'] = value\n    return value",
        "    if 'x' in table:\n        return table['x']\n"
        "    value = table['x'] = load()\n    return value",
        "    if (value := table.get('x')):\n        return value\n"
        "    value = table['x'] = load()\n    return value",
    ],
)
def test_what_is_done_once_is_told_with_less_weight(check_code, body):
    (found,) = check_code(KEEPING.format(body))
    assert str(found.severity) == "info"
    assert found.message.endswith("the first time")


def test_what_is_renewed_is_not_done_once(check_code):
    (found,) = check_code("""\
import time
kept, until = None, 0
def get():
    global kept
    if kept is None or time.time() > until:
        kept = open("x").read()
    return kept
async def main():
    return get()
""")
    assert str(found.severity) == "warning"


def test_what_fills_what_was_missing_is_done_once(check_code):
    findings = check_code("""\
kept = None
def fill():
    global kept
    kept = open("x").read()
def get():
    if kept is None:
        fill()
    return kept
class Store:
    kept = None
    def __init__(self):
        self.its = None
    @classmethod
    def fill(cls):
        cls.kept = open("x").read()
    @classmethod
    def get(cls):
        if cls.kept is not None:
            return cls.kept
        cls.fill()
        return cls.kept
    def get_its(self):
        if self.its is not None:
            return self.its
        self.its = open("x").read()
        return self.its
async def main(store: Store):
    get()
    store.get()
    store.get_its()
""")
    assert [(e.span.line, str(e.severity)) for e in findings] == [
        (28, "info"),
        (29, "info"),
        (30, "warning"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        "    if kept:\n        return\n    load()",
        "    global kept\n    if kept:\n        return\n    kept = True\n"
        "    load()\n    kept = False",
        "    table = {}\n    if 'x' in table:\n        return\n    table['x'] = load()",
    ],
)
def test_what_a_guard_does_not_keep_from_is_not_done_once(check_code, body):
    (found,) = check_code(KEEPING.format(body))
    assert str(found.severity) == "warning"


def test_a_local_default_is_not_done_once(check_code):
    (found,) = check_code("""\
def get(text=None):
    if text is None:
        text = open("x")
    return text
async def main():
    return get()
""")
    assert str(found.severity) == "warning"


def test_a_long_chain_is_told_with_less_weight(check_code):
    steps = "".join(f"def f{n}(): f{n - 1}()\n" for n in range(1, 6))
    code = f"import time\ndef f0(): time.sleep(1)\n{steps}async def g():\n    f3()\n    f4()\n"
    assert [str(finding.severity) for finding in check_code(code)] == ["error", "info"]


@pytest.mark.parametrize(
    ("argument", "severity"), [("'UTC'", "info"), ("name", "warning"), ("f'{name}'", "warning")]
)
def test_what_is_remembered_blocks_once_for_a_constant(check_code, argument, severity):
    code = f"from zoneinfo import ZoneInfo\nasync def f(name):\n    ZoneInfo({argument})\n"
    (found,) = check_code(code)
    assert str(found.severity) == severity


def test_what_does_not_wait(check_marked):
    check_marked(
        """\
import asyncio, concurrent.futures, io, socket, sqlite3, zipfile
async def main(loop: asyncio.AbstractEventLoop, work):
    udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    udp.connect(("192.0.2.1", 1))
    archive = zipfile.ZipFile(io.BytesIO(), "w")
    archive.writestr("x", "y")
    sqlite3.connect(":memory:")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        await loop.run_in_executor(pool, work)
    with concurrent.futures.ThreadPoolExecutor() as pool: # blocks
        pool.submit(work)
async def quiet():
    s = socket.socket()
    s.setblocking(False)
    s.connect(("192.0.2.1", 1))
async def loud():
    s = socket.socket()
    s.connect(("192.0.2.1", 1)) # blocks
"""
    )


def test_attributes_of_databases_are_collections(check_marked):
    check_marked(
        """\
from pymongo import MongoClient
client = MongoClient()
async def main():
    client.shop.users.find_one({}) # blocks
    for user in client.shop.users.find(): # blocks
        print(user)
    client.get_database("x").users.insert_one({}) # blocks
"""
    )


def test_stubs_of_grpc(check_marked):
    check_marked(
        """\
import grpc
class Stub:
    def __init__(self, channel: grpc.Channel):
        self.Say = channel.unary_unary("/say")
async def main():
    stub = Stub(grpc.insecure_channel("x"))
    stub.Say(1) # blocks
"""
    )


def test_coroutines_of_what_is_made_here(check_code):
    found = check_code(
        "import asyncio\nasync def f():\n    q = asyncio.Queue()\n    q.put(1)\n"
        "    asyncio.Event().wait()\n"
    )
    assert [(e.code, e.span.line) for e in found] == [("AC201", 4), ("AC201", 5)]


def test_files_in_memory_and_what_is_opened_from_them(check_marked):
    check_marked(
        """\
import io, json, os, tarfile, tempfile, zipfile
import pandas as pd
async def main(content, path):
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        with archive.open("a") as inside:
            inside.read()
            pd.read_csv(inside)
            json.load(inside)
        archive.extractall(path) # blocks
    with zipfile.ZipFile(path) as archive: # blocks
        with archive.open("a") as inside:
            inside.read() # blocks
    buffer = io.BytesIO()
    with open(path, "wb") as file: # blocks
        file.write(buffer.getvalue()) # blocks
    open(os.devnull, "w")
    os.open("/dev/null", os.O_RDWR)
    zipfile.ZipFile(tempfile.SpooledTemporaryFile(), "w")
    zipfile.ZipFile(tempfile.TemporaryFile(), "w") # blocks
"""
    )


def test_all_methods_of_a_client_but_a_few(check_marked):
    check_marked(
        """\
import redis
from redis.cluster import RedisCluster
class Mixin:
    def mixed(self): ...
class Kept(redis.Redis, Mixin):
    def own(self): ...
async def main(client: redis.Redis, nodes: RedisCluster, kept: Kept):
    client.xautoclaim("a", "b", "c", 1) # blocks
    client.pipeline().set("a", 1)
    client.connection_pool.reset()
    nodes.xautoclaim("a", "b", "c", 1) # blocks
    nodes.pipeline()
    nodes._asked()
    nodes.get_primaries()
    kept.set("a", 1) # blocks
    kept.xautoclaim("a", "b", "c", 1) # blocks
    kept.mixed()
    kept.own()
"""
    )


def test_versions_of_a_service_are_one_library(check_marked):
    check_marked(
        """\
async def main():
    from google.cloud import texttospeech_v1beta1 as tts
    tts.TextToSpeechClient().synthesize_speech(request=1) # blocks
    tts.TextToSpeechClient().common_project_path("a")
"""
    )


def test_what_may_be_in_memory_or_on_a_disk_is_told_as_info(check_code):
    found = check_code(
        """\
import io, zipfile
class Kept:
    def __init__(self, path):
        self.file = open(path)
    def in_memory(self):
        self.file = io.BytesIO()
    async def go(self):
        self.file.read()
async def alone():
    io.BytesIO().read()
async def of_one(content, zipped):
    file = io.BytesIO(content)
    if zipped:
        file = zipfile.ZipFile(file).open("a")
    file.read()
"""
    )
    assert [(each.span.line, str(each.severity)) for each in found] == [(8, "info")]


def test_a_file_for_bytes_is_called_so(check_code):
    found = check_code(
        "from pathlib import Path\nasync def f(path: Path):\n    with path.open('rb') as a:\n"
        "        a.read()\n    with open(path) as b:\n        b.read()\n"
        "    import tempfile\n"
        "    with tempfile.NamedTemporaryFile() as a:\n        a.read()\n"
        "    with tempfile.NamedTemporaryFile(mode='w') as b:\n        b.read()\n"
    )
    told = [each.message.partition(" ")[0] for each in found if ".read" in each.message]
    assert told == ["io.BufferedIOBase.read()", "io.TextIOWrapper.read()"] * 2


def test_locks_that_are_made_not_to_wait(check_marked):
    check_marked(
        """\
from dataclasses import dataclass
from filelock import BaseFileLock, FileLock
@dataclass
class Held:
    lock: BaseFileLock
    @classmethod
    def make(cls, path): return cls(lock=FileLock(path))
    def __enter__(self): self.take(3)
    def __exit__(self, *_): ...
    def take(self, timeout): self.lock.acquire(timeout=timeout)
class Both:
    def __init__(self, path): self.lock = FileLock(path, timeout=0)
    def again(self, path): self.lock = FileLock(path)
    async def go(self):
        with self.lock: ... # blocks
async def main(path):
    lock = FileLock(path, timeout=0)
    lock.acquire()
    lock.acquire(timeout=3) # blocks
    with FileLock(path, blocking=False): ...
    with FileLock(path, 0): ...
    lock.acquire(**path) # blocks
    with FileLock(path, timeout=3): ... # blocks
    with FileLock(path): ... # blocks
    with Held.make(path): ... # blocks
"""
    )


def test_what_has_ended_is_not_waited_for(check_marked):
    check_marked(
        """\
import asyncio, socket, subprocess, threading
async def loops(p: subprocess.Popen, t: threading.Thread):
    while p.poll() is None:
        await asyncio.sleep(1)
    p.wait()
    while t.is_alive():
        await asyncio.sleep(1)
        if t:
            break
    t.join() # blocks
async def branches(p: subprocess.Popen, t: threading.Thread):
    if not t.is_alive():
        t.join()
    else:
        t.join() # blocks
    if p.poll() is None:
        p.wait() # blocks
    if p.poll() is not None:
        p.wait()
async def at_work(p: subprocess.Popen | None):
    if p is None or p.poll() is not None:
        return
    p.wait() # blocks
async def ended(p: subprocess.Popen):
    if p and p.poll() is None:
        return
    p.wait()
async def for_another_reason(p: subprocess.Popen, t: threading.Thread, end, force):
    while end and p.poll() is None:
        await asyncio.sleep(1)
    p.wait() # blocks
    if force or not t.is_alive():
        t.join() # blocks
    if force and t.is_alive():
        return
    t.join() # blocks
async def leaves(t: threading.Thread):
    if not t.is_alive():
        return
    t.join() # blocks
async def leaves_else(t: threading.Thread):
    if t.is_alive():
        return
    t.join()
async def at_once(s: socket.socket):
    s.recv(1, socket.MSG_DONTWAIT)
    s.recv(1) # blocks
"""
    )


def test_what_fulfils_a_protocol_without_naming_it_is_told_as_info(check_code):
    code = """\
import time
from typing import Protocol
class Runner(Protocol):
    def run(self) -> None: ...
class Job{}:
    def run(self) -> None: time.sleep(1)
async def main(it: Runner): it.run()
"""
    assert [str(each.severity) for each in check_code(code.format(""))] == ["info"]
    assert [str(each.severity) for each in check_code(code.format("(Runner)"))] == ["error"]


def test_tasks_that_end_in_their_first_step_need_nobody(check_code):
    found = check_code(
        "import asyncio\nasync def soon(): print()\nasync def late():\n    async with x: ...\n"
        "async def each():\n    return [i async for i in x]\nclass K:\n"
        "    async def method(self): ...\nasync def loop():\n    async for _ in x: ...\n"
        "async def main(k: K):\n"
        "    asyncio.create_task(soon())\n    asyncio.create_task(late())\n"
        "    asyncio.create_task(each())\n    asyncio.create_task(k.method())\n"
        "    asyncio.create_task(loop())\n"
    )
    assert [(each.span.line, each.code) for each in found] == [(n, "AC202") for n in range(13, 17)]


def test_a_coroutine_that_a_subclass_may_not_give_is_not_told(check_code):
    base = "class B:\n    async def f(self): ...\n    async def g(self): ...\n"
    heir = "from base import B\nclass C(B):\n    async def g(self): ...\n    def f(self):\n"
    uses = "from base import B\nasync def main(b: B):\n    b.f()\n    b.g()\n    it = B()\n"
    heir += "        super().f()\n"
    uses += "    it.f()\n    B().f()\n    B.f(b)\n"
    found = check_code(base=base, heir=heir, uses=uses)
    assert {each.code for each in found} == {"AC201"}
    assert [each.span.line for each in found] == [5, 4, 6, 7, 8]


def test_a_debugger_is_told_of_where_it_stands(check_marked):
    check_marked(
        """\
import pdb
def debug():
    pdb.set_trace()
async def main():
    debug()
    breakpoint() # blocks
"""
    )


def test_callbacks_of_protocols(check_marked):
    check_marked(
        """\
import asyncio, time, typing
def work():
    time.sleep(1)
class Base(asyncio.Protocol):
    def connection_made(self, transport):
        work() # blocks
    def helper(self):
        work()
class Echo(Base):
    def data_received(self, data):
        time.sleep(1) # blocks
        self.helper() # blocks
class Datagrams(asyncio.DatagramProtocol):
    def datagram_received(self, data, address):
        work() # blocks
class Other(typing.Protocol):
    def data_received(self, data):
        work()
"""
    )


def test_a_coroutine_under_another_name_is_lost_as_well(check_code):
    found = check_code(
        one="async def save(item): ...\n",
        two="from one import save as persist\nimport one as o\n"
        "async def f():\n    persist(1)\n    o.save(2)\n    await persist(3)\n",
    )
    assert [(each.path, each.span.line, each.code) for each in found] == [
        ("two.py", 4, "AC201"),
        ("two.py", 5, "AC201"),
    ]


def test_what_an_environment_variable_has_to_ask_for(check_code):
    found = check_code(
        """\
import os, time
from os import environ, getenv
DEBUG = os.environ.get("DEBUG", "0").lower() in ("1", "true")
DUMP = int(getenv("DUMP", "0"))
ON = os.getenv("ON", "1") == "1"
NAME = environ.get("NAME")
LIMIT = int(os.getenv("LIMIT"))
def dump():
    if not DUMP:
        return
    time.sleep(1)
def crash(also):
    if DEBUG and also:
        time.sleep(1)
def either(also):
    if DEBUG or also:
        time.sleep(1)
def on():
    if ON != False and not LIMIT:
        time.sleep(1)
def turns(xs):
    for x in xs:
        if not DUMP:
            continue
        time.sleep(1)
    time.sleep(2)
def named():
    if NAME is None:
        time.sleep(1)
async def f(xs):
    dump() # info
    crash(xs) # info
    either(xs) # error
    on() # error
    turns(xs) # error
    named() # error
    if getenv("Y"):
        time.sleep(1) # info
    else:
        time.sleep(1) # error
    if NAME is not None: time.sleep(1) # info
    time.sleep(1) # error
"""
    )
    lines = Path("code.py").read_text().splitlines()
    told = {n: line.rpartition("# ")[2] for n, line in enumerate(lines, 1) if "# " in line}
    assert {each.span.line: str(each.severity) for each in found} == told
    assert found[0].message.endswith(", if an environment variable is set")


@pytest.mark.parametrize(
    "code",
    [
        "@memoize\ndef f():\n    return open('x')\n",
        "S = {}\ndef f():\n    if len(S) == 0:\n        S['x'] = open('x')\n",
        "class C:\n    s = []\n    @classmethod\n    def f(cls):\n        if cls.s == []:\n"
        "            cls.s = open('x').readlines()\nf = C.f\n",
        "S = {}\ndef f():\n    try:\n        return S['x']\n    except KeyError:\n"
        "        S['x'] = open('x')\n",
        "from typing import BinaryIO\ng: BinaryIO\ndef f():\n    g.read()\n",
    ],
)
def test_what_is_read_once_or_perhaps_from_memory_weighs_little(check_code, code):
    findings = check_code(f"{code}async def main():\n    f()\n")
    assert [str(each.severity) for each in findings] == ["info"]


def test_what_a_script_imports_is_first_looked_for_beside_it(check_code):
    found = check_code(
        requests="def get(url): ...\n",
        queue="import time\ndef get():\n    time.sleep(1)\n",
        app="import queue\nimport requests\nimport time\n"
        "async def f():\n    requests.get(1)\n    queue.get()\n    time.sleep(1)\n",
        time="def sleep(x): ...\n",
    )
    told = [(each.path, each.span.line, len(each.chain)) for each in found]
    assert told == [("app.py", 6, 1), ("app.py", 7, 0)]


def test_coroutines_of_libraries_are_lost_as_well(check_code):
    found = check_code(
        """\
import asyncio
import httpx
from sqlalchemy.ext.asyncio import AsyncSession
async def f(session: AsyncSession):
    session.commit()
    await session.commit()
    session.add(1)
    rows = session.execute("x").scalars()
    return session.get(int, 1)
async def g():
    async with httpx.AsyncClient() as client:
        client.get("x")
        await asyncio.gather(client.get("x"), client.get("y"))
        task = asyncio.create_task(client.get("x"))
        return await task
"""
    )
    assert [(each.span.line, each.code) for each in found] == [
        (5, "AC201"),
        (8, "AC201"),
        (12, "AC201"),
    ]


def test_who_asks_for_the_loop_where_none_is_fails(check_marked):
    check_marked(
        """\
import asyncio
import contextlib


async def io(): ...


async def a():
    loop = asyncio.get_running_loop()
    loop.run_until_complete(io())  # blocks


async def b():
    asyncio.get_running_loop()
    asyncio.run(io())  # blocks


def helper():
    loop = asyncio.get_running_loop()
    loop.run_until_complete(io())


async def c():
    helper()


def safe():
    try:
        loop = asyncio.get_running_loop()
    except RuntimeError:
        loop = None
    if loop is None:
        asyncio.run(io())
    else:
        loop.create_task(io())


async def d():
    safe()


def other():
    loop = None
    with contextlib.suppress(RuntimeError):
        loop = asyncio.get_running_loop()
    if loop is None:
        asyncio.run(io())


async def e():
    other()


def third():
    loop = asyncio.get_event_loop()
    if loop.is_running():
        return loop.create_task(io())
    return loop.run_until_complete(io())


async def f():
    third()
"""
    )


def test_zero_by_its_place_and_shells_that_only_start(check_marked):
    check_marked(
        """\
import queue, subprocess, time
from pathlib import Path
import requests
class Both:
    def __enter__(self) -> Path: ...
    async def __aenter__(self) -> requests.Session: ...
class K:
    nap = staticmethod(time.sleep)
async def f(q: queue.Queue, k: K, tup: tuple[str, Path]):
    async with Both() as s:
        s.read_text()
        s.get("u")  # blocks
    with Both() as s:
        s.read_text()  # blocks
    q.get(True, 0)
    q.put(1, True, 0)
    q.get(True, 1)  # blocks
    subprocess.run("x &", shell=True)
    subprocess.call("x &", shell=True)
    subprocess.check_output("x &", shell=True)  # blocks
    k.nap(1)  # blocks
    K.nap(1)  # blocks
    tup[-1].read_text()  # blocks
    tup[-2].read_text()
"""
    )


def test_a_name_that_its_own_pattern_matches(check_code):
    code = "import transformers\ndef f(model: transformers.PreTrainedModel):\n    model.get()\n"
    assert check_code(code) == []
