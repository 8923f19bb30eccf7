from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.index.waiting import MAKING_TASKS
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.base import Rule, is_async, name_of, only_statement, only_statement_of
from asyncompat_lint.rules.trees import walk

_MAKING_FUTURES = MAKING_TASKS | {"run_in_executor"}


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
        """\
import asyncio
async def wait_for(job):
    while True:
        if job.done:
            break
        else:
            await asyncio.sleep(0.1)
""",
        """\
import asyncio
async def wait_for(job):
    task = asyncio.create_task(job())
    while not task.done():
        await asyncio.sleep(0.1)
""",
    )
    VALID = (
        """\
from jobs import sleep
async def wait_for(job):
    while not job.done:
        await sleep(60, wake_by=job.changed)
""",
        """\
import asyncio
async def wait_for(cluster):
    operation = cluster.start()
    while not operation.done():
        await asyncio.sleep(1)
""",
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
        tasks = [name for name in map(_task_asked, asked) if _is_task(name, function)]
        if len(tasks) + sum(map(_asks_for_event, asked)) < len(asked):
            return  # it asks somebody, who may not be able to say it by himself
        if is_endless or _sleeps(only_statement_of(node.body)):
            self.report(
                test,
                "this loop only sleeps until its condition changes",
                function=f"async def {function.name.value}",
                hint=f"`await asyncio.wait([{tasks[0]}])`"
                if tasks
                else "an `asyncio.Event` that is set where the condition changes",
            )


def _end_of(body: cst.BaseSuite) -> cst.BaseExpression | None:
    """The test that ends an endless loop, if that does nothing else but sleep."""
    match body:
        case cst.IndentedBlock(body=[cst.If(orelse=None) as end, sleep]):
            pass
        case cst.IndentedBlock(body=[sleep, cst.If(orelse=None) as end]):
            pass
        case cst.IndentedBlock(
            body=[cst.If(orelse=cst.Else(body=cst.IndentedBlock(body=[sleep]))) as end]
        ):
            pass
        case _:
            return None
    leaves = isinstance(only_statement_of(end.body), cst.Break | cst.Return)
    is_polling = isinstance(sleep, cst.SimpleStatementLine) and _sleeps(only_statement(sleep))
    return end.test if leaves and is_polling else None


def _asks_for_event(node: cst.CSTNode) -> bool:
    """``event.is_set()``: who sets it can be waited for."""
    return isinstance(node, cst.Call) and not node.args and name_of(node.func) == "is_set"


def _task_asked(node: cst.CSTNode) -> str:
    """The name of what is asked whether it is done: nothing if that is not what is asked."""
    match node:
        case cst.Call(
            func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="done")), args=[]
        ):
            return name
    return ""


def _is_task(name: str, function: cst.FunctionDef) -> bool:
    """Whether a function gives a name a task, and nothing else."""
    given = [
        each.value
        for each in walk(function)
        if isinstance(each, cst.Assign | cst.AnnAssign)
        and any(name_of(target) == name for target in _targets(each))
    ]
    return bool(given) and all(
        isinstance(each, cst.Call) and name_of(each.func) in _MAKING_FUTURES for each in given
    )


def _targets(node: cst.Assign | cst.AnnAssign) -> list[cst.BaseExpression]:
    return [node.target] if isinstance(node, cst.AnnAssign) else [t.target for t in node.targets]


def _sleeps(statement: cst.BaseSmallStatement | None) -> bool:
    awaited = statement.value if isinstance(statement, cst.Expr) else None
    call = awaited.expression if isinstance(awaited, cst.Await) else None
    # What is passed more may wake it.
    if not isinstance(call, cst.Call) or name_of(call.func) != "sleep":
        return False
    return sum(each.keyword is None or each.keyword.value != "loop" for each in call.args) == 1
