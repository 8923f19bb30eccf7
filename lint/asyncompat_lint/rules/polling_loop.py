from __future__ import annotations

import libcst as cst

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.base import Rule, is_async, name_of, only_statement
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
        asked = [each for each in walk(node.test) if isinstance(each, cst.Await | cst.Call)]
        if any(not _asks_for_event(each) for each in asked):
            return  # it asks somebody, who may not be able to say it by himself
        if isinstance(node.body, cst.IndentedBlock) and len(node.body.body) == 1:
            statement = only_statement(node.body.body[0])
        else:
            statement = _only(node.body)
        if _sleeps(statement):
            self.report(
                node.test,
                "this loop only sleeps until its condition changes",
                function=f"async def {function.name.value}",
                hint="an `asyncio.Event` that is set where the condition changes",
            )


def _only(body: cst.BaseSuite) -> cst.BaseSmallStatement | None:
    """The statement of a loop that is written on one line."""
    is_one = isinstance(body, cst.SimpleStatementSuite) and len(body.body) == 1
    return body.body[0] if is_one and isinstance(body.body[0], cst.BaseSmallStatement) else None


def _asks_for_event(node: cst.CSTNode) -> bool:
    """``event.is_set()``: who sets it can be waited for."""
    return isinstance(node, cst.Call) and not node.args and name_of(node.func) == "is_set"


def _sleeps(statement: cst.BaseSmallStatement | None) -> bool:
    awaited = statement.value if isinstance(statement, cst.Expr) else None
    call = awaited.expression if isinstance(awaited, cst.Await) else None
    return isinstance(call, cst.Call) and name_of(call.func) == "sleep"
