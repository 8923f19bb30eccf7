from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class NestedLoopRun(BlockingCallRule):
    """A call that runs an event loop, in code that already runs on one.

    ``asyncio.run`` and ``run_until_complete`` fail there ("cannot be called from a running event
    loop"), also in a sync function that a coroutine calls. What is to run can be awaited.
    """

    code = "AC112"
    name = "nested-loop-run"
    severity = Severity.ERROR
    does = "runs an event loop"
    meanwhile = "where one is running"
    INVALID = (
        """\
import asyncio
async def main(work):
    asyncio.run(work())
""",
        """\
import asyncio
def load(fetch):
    return asyncio.get_event_loop().run_until_complete(fetch())
async def main(fetch):
    return load(fetch)
""",
    )
    VALID = (
        """\
import asyncio
async def main(work):
    await work()
asyncio.run(main(print))
""",
        """\
import asyncio
async def main(work):
    await asyncio.to_thread(asyncio.run, work())
""",
    )
