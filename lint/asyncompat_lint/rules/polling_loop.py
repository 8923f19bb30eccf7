from __future__ import annotations

import libcst as cst

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.base import Rule, is_async, name_of, only_statement, walk


class PollingLoop(Rule):
    """A loop that does nothing but sleep until something has changed.

    It wakes for nothing most of the time, and late when it matters. Whoever makes the change can
    say so: ``asyncio.Event``, ``asyncio.Condition``, a future or a queue wake exactly then.
    """

    code = "AC206"
    name = "polling-loop"
    severity = Severity.WARNING
    INVALID = (
        """\
import asyncio
async def wait_for(job):
    while not job.done:
        await asyncio.sleep(0.1)
""",
    )
    VALID = (
        """\
import asyncio
async def tick():
    while True:
        await asyncio.sleep(1)
""",
        """\
import asyncio
async def watch(job):
    while not job.done:
        await job.refresh()
        await asyncio.sleep(1)
""",
    )

    def visit_While(self, node: cst.While) -> None:
        function = is_async(self, node)
        if function is None or isinstance(node.test, cst.Integer) or name_of(node.test) == "True":
            return
        if any(isinstance(each, cst.Await | cst.Call) for each in walk(node.test)):
            return  # it asks somebody, who may not be able to say it by himself
        lines = node.body.body
        if len(lines) == 1 and isinstance(lines[0], cst.BaseStatement) and _sleeps(lines[0]):
            self.report(
                node.test,
                "this loop only sleeps until its condition changes",
                function=f"async def {function.name.value}",
                hint="an `asyncio.Event` that is set where the condition changes",
            )


def _sleeps(line: cst.BaseStatement) -> bool:
    statement = only_statement(line)
    awaited = statement.value if isinstance(statement, cst.Expr) else None
    call = awaited.expression if isinstance(awaited, cst.Await) else None
    return isinstance(call, cst.Call) and name_of(call.func) == "sleep"
