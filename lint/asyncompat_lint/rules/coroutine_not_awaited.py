from __future__ import annotations

from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.findings import Edit, Fix, Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.misuse import MisuseRule
from asyncompat_lint.spans import Span


class CoroutineNotAwaited(MisuseRule):
    """An async function that is called as if it were a sync one: nothing of it runs.

    The call makes a coroutine, which is dropped, or taken for what it would give: in a test it is
    always true. So does whoever calls it for you: ``to_thread``, an executor, ``call_later``.
    Python warns of it at best ("was never awaited").
    ``await`` it, or make a task of it and keep that. The function may stand in any file.
    """

    code = "AC201"
    name = "coroutine-not-awaited"
    severity = Severity.ERROR
    INVALID = (
        """\
async def save(): ...
async def close():
    save()
""",
        """\
import asyncio
async def work():
    asyncio.sleep(1)
""",
        """\
class Store:
    async def save(self): ...
def close(store: Store):
    store.save()
""",
        """\
async def save(): ...
def soon():
    return save()
async def close():
    soon()
""",
        """\
async def is_valid(x): ...
async def save(x):
    if not is_valid(x):
        return
""",
        """\
import asyncio
async def save(): ...
async def close():
    await asyncio.to_thread(save)
""",
        """\
import asyncio
from functools import partial
async def save(x): ...
async def close():
    asyncio.get_running_loop().call_later(1, partial(save, 1))
""",
        """\
import threading
async def save(): ...
def start():
    threading.Thread(None, save).start()
""",
        """\
async def find(x): ...
async def name(x):
    return find(x).name
""",
        """\
async def is_valid(x): ...
async def save(them):
    return all(is_valid(x) for x in them)
""",
        """\
async def pair(): ...
async def first():
    one, two = pair()
    return one
""",
        """\
async def options(): ...
async def start(**others):
    return {**options(), **others}
""",
        """\
async def options(): ...
def start(run):
    return run(**options())
""",
        """\
async def find(x): ...
async def name(x):
    found = find(x)
    return found["name"]
""",
        """\
async def find(): ...
class Store:
    def list(self): ...
    async def all(self):
        return list(find())
""",
        """\
import unittest
async def answer(): ...
class TestAnswer(unittest.IsolatedAsyncioTestCase):
    async def test_it(self):
        self.assertEqual(answer(), 42)
""",
    )
    VALID = (
        """\
from tornado.ioloop import IOLoop, PeriodicCallback
async def save(): ...
def start():
    IOLoop.current().add_callback(save)
    PeriodicCallback(save, 1000).start()
""",
        """\
import asyncio
async def connected(reader, writer): ...
async def save(): ...
async def serve():
    print(await save())
    coro = await asyncio.to_thread(save)
    await coro
    await (await asyncio.to_thread(save))
    await asyncio.start_server(connected)
    await asyncio.to_thread(asyncio.run, save())
    await asyncio.to_thread(lambda: asyncio.run(save()))
""",
        """\
class Client:
    async def ask(self): ...
    def get(self):
        return self.ask()
class Sync(Client):
    def ask(self):
        return 1
def get(client: Sync):
    client.get()
""",
        """\
import asyncio
from collections.abc import Coroutine
async def save(): ...
def soon():
    return asyncio.create_task(save())
def perhaps(x):
    return save() if x else None
def declared() -> Coroutine[None, None, None] | None:
    return save()
async def close():
    soon()
    perhaps(1)
    declared()
""",
        """\
async def save(): ...
async def sum(x):
    return await x
async def start():
    return await sum(save())
""",
        """\
import asyncio
async def find(x): ...
async def all_of(them):
    found = find(them)
    found = await found
    for each in found:
        print(each.name)
    task = asyncio.create_task(find(them))
    return task.get_name()
""",
        """\
import inspect
async def find(x): ...
async def named(x):
    coro = find(x)
    print(coro.__name__)
    return await coro
async def sorted_by_name(x):
    found = find(x)
    items = await found
    return sorted([found.name for found in items], key=lambda found: found.size)
async def any_of(x):
    found = find(x)
    if inspect.isawaitable(found):
        return None
    return found.name
""",
        """\
async def is_valid(x): ...
async def save(x):
    valid = is_valid(x)
    if valid is None or await valid:
        is_valid(x).close()
""",
        """\
async def save(): ...
async def close():
    await save()
""",
        """\
import functools
def started(function):
    @functools.wraps(function)
    def wrapper(): ...
    return wrapper
@started
async def save(): ...
async def close():
    save()
""",
    )

    def tell(self, node: cst.BaseExpression, misuse: Misuse) -> None:
        what = misuse.what
        if misuse.handed_to:
            wants = f"{misuse.handed_to}() wants a sync function"
            message = f"{wants}, and {what} is an async one: nothing of it runs"
            self.report(node, message, hint=f"`await {what}()`, or a task of it")
            return
        message = f"{what}() is a coroutine that is never awaited: nothing of it runs"
        if not self.may_await(node):
            self.report(node, message, hint="an async function around it, that awaits it")
            return
        span = self.span_of(node)
        start = Span(span.line, span.column, span.line, span.column)
        end = Span(span.end_line, span.end_column, span.end_line, span.end_column)
        edits = [Edit(start, "await ")]
        if isinstance(self.parent_of(node), cst.Attribute | cst.Subscript):
            edits = [Edit(start, "(await "), Edit(end, ")")]
        self.report(node, message, instead=f"await {self.code_of(node)}", fix=Fix(tuple(edits)))
