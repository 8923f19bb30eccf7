from __future__ import annotations

import libcst as cst

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.base import Rule, is_async, name_of, only_statement, only_statement_of
from asyncompat_lint.rules.trees import walk


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
        """\
import asyncio
async def wait_for(job):
    while True:
        if job.done:
            break
        await asyncio.sleep(0.1)
""",
        """\
import asyncio
async def wait_for(job):
    while True:
        await asyncio.sleep(0.1)
        if job.done:
            return job
""",
    )
    VALID = (
        """\
import asyncio
async def tick(job):
    while True:
        if job.done:
            job.start()
        await asyncio.sleep(1)
""",
        """\
import asyncio
async def tick(job):
    while True:
        if job.refresh():
            break
        await asyncio.sleep(1)
""",
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
        is_endless = isinstance(node.test, cst.Integer) or name_of(node.test) == "True"
        test = _end_of(node.body) if is_endless else node.test
        if function is None or test is None:
            return
        asked = [each for each in walk(test) if isinstance(each, cst.Await | cst.Call)]
        if any(not _asks_for_event(each) for each in asked):
            return  # it asks somebody, who may not be able to say it by himself
        if is_endless or _sleeps(only_statement_of(node.body)):
            self.report(
                test,
                "this loop only sleeps until its condition changes",
                function=f"async def {function.name.value}",
                hint="an `asyncio.Event` that is set where the condition changes",
            )


def _end_of(body: cst.BaseSuite) -> cst.BaseExpression | None:
    """The test that ends an endless loop, if that does nothing else but sleep."""
    match body:
        case cst.IndentedBlock(body=[cst.If(orelse=None) as end, sleep]):
            pass
        case cst.IndentedBlock(body=[sleep, cst.If(orelse=None) as end]):
            pass
        case _:
            return None
    leaves = isinstance(only_statement_of(end.body), cst.Break | cst.Return)
    is_polling = isinstance(sleep, cst.SimpleStatementLine) and _sleeps(only_statement(sleep))
    return end.test if leaves and is_polling else None


def _asks_for_event(node: cst.CSTNode) -> bool:
    """``event.is_set()``: who sets it can be waited for."""
    return isinstance(node, cst.Call) and not node.args and name_of(node.func) == "is_set"


def _sleeps(statement: cst.BaseSmallStatement | None) -> bool:
    awaited = statement.value if isinstance(statement, cst.Expr) else None
    call = awaited.expression if isinstance(awaited, cst.Await) else None
    return isinstance(call, cst.Call) and name_of(call.func) == "sleep"
