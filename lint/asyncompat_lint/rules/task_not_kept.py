from __future__ import annotations

from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.misuse import MisuseRule

_KEPT_BY = "a set, or an attribute, that has it until it is done"


class TaskNotKept(MisuseRule):
    """A task that nobody keeps: it may vanish before it is done, and its exception with it.

    The event loop refers to tasks weakly. Keep the task in a name, a set or an attribute, or make
    it in a ``TaskGroup``, which keeps its tasks and waits for them.
    """

    code = "AC202"
    name = "task-not-kept"
    severity = Severity.WARNING
    INVALID = (
        """\
import asyncio
async def start(work):
    asyncio.create_task(work())
""",
        """\
import asyncio
async def start(work):
    loop = asyncio.get_running_loop()
    loop.create_task(work())
""",
        """\
import asyncio
async def start(work):
    asyncio.create_task(work()).add_done_callback(print)
""",
        """\
import asyncio
async def start(work):
    loop = asyncio.get_running_loop()
    loop.call_later(1, lambda: asyncio.create_task(work()))
""",
        """\
import asyncio
def start(work):
    task = asyncio.create_task(work())
""",
        """\
import asyncio
def start(work):
    task: asyncio.Task = asyncio.create_task(work())
    task.add_done_callback(print)
""",
        """\
import asyncio
def start(works):
    [asyncio.create_task(work()) for work in works]
""",
    )
    VALID = (
        """\
import asyncio
tasks = set()
def start(work):
    task: asyncio.Task = asyncio.create_task(work())
    task.add_done_callback(tasks.discard)
    tasks.add(task)
""",
        """\
import asyncio
def start(work):
    task = asyncio.create_task(work())
    return task
def main_with_loop(loop, work):
    task = loop.create_task(work())
    loop.run_forever()
async def lifespan(work):
    task = asyncio.create_task(work())
    yield
async def turns(work):
    while True:
        await work()
        task = asyncio.create_task(work())
async def watch(task):
    asyncio.ensure_future(task).add_done_callback(print)
async def main(work):
    task = asyncio.create_task(work())
    await asyncio.sleep(10)
""",
        """\
import asyncio
async def start(work):
    task = asyncio.create_task(work())
    await task
""",
        """\
import asyncio
async def start(work):
    async with asyncio.TaskGroup() as group:
        group.create_task(work())
""",
    )

    def tell(self, node: cst.BaseExpression, misuse: Misuse) -> None:
        message = (
            f"the task that {misuse.what}() makes is not kept, and may vanish before it is done"
        )
        is_dropped = isinstance(self.parent_of(node), cst.Expr)
        instead = f"tasks.add({self.code_of(node)})" if is_dropped else ""
        self.report(node, message, instead=instead, hint=_KEPT_BY)
