from __future__ import annotations

from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.misuse import MisuseRule


class AwaitHoldingLock(MisuseRule):
    """An ``await`` while a lock of ``threading`` is held.

    While the coroutine waits the lock stays taken. Another coroutine of the same loop that wants
    it stops the whole loop, and the one that holds it can never go on: a deadlock. An ``RLock``
    lets it in, for it is the same thread, and so keeps nothing apart. An ``asyncio.Lock`` lets the
    loop run; where threads need the lock too, hold it between awaits.
    """

    code = "AC205"
    name = "await-holding-lock"
    severity = Severity.ERROR
    INVALID = (
        """\
import threading
lock = threading.Lock()
async def update(fetch):
    with lock:
        await fetch()
""",
        """\
import threading
class Store:
    def __init__(self):
        self._lock = threading.RLock()
    async def update(self, fetch):
        with self._lock:
            async for item in fetch():
                print(item)
""",
        """\
import threading
lock = threading.Lock()
async def update(fetch):
    lock.acquire()
    try:
        await fetch()
    finally:
        lock.release()
""",
    )
    VALID = (
        """\
import asyncio
lock = asyncio.Lock()
async def update(fetch):
    async with lock:
        await fetch()
""",
        """\
import threading
lock = threading.Lock()
async def update(fetch):
    value = await fetch()
    with lock:
        print(value)
    lock.acquire()
    print(value)
    lock.release()
    await fetch()
async def get(cache, key, refresh):
    lock.acquire()
    if key in cache:
        lock.release()
        await refresh()
        return cache[key]
    lock.release()
""",
    )

    def tell(self, node: cst.BaseExpression, misuse: Misuse) -> None:
        held = f"{misuse.what} is held across an await"
        self.report(
            node,
            f"{held}: who wants it on the same loop stops the loop, or enters if it is an RLock",
            hint="an `asyncio.Lock`, with `async with`",
        )
