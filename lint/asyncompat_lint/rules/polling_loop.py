from __future__ import annotations

import libcst as cst
from libcst import matchers as m

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.base import Rule, is_async

_SLEEP = m.Await(m.Call(func=m.Name("sleep") | m.Attribute(attr=m.Name("sleep"))))


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
        if function is None or m.matches(node.test, m.Name("True") | m.Integer()):
            return
        if m.findall(node.test, m.Await() | m.Call()):
            return  # it asks somebody, who may not be able to say it by himself
        lines = node.body.body
        if len(lines) == 1 and m.matches(
            lines[0], m.SimpleStatementLine(body=[m.Expr(value=_SLEEP)])
        ):
            self.report(
                node.test,
                "this loop only sleeps until its condition changes",
                function=f"async def {function.name.value}",
                hint="an `asyncio.Event` that is set where the condition changes",
            )
