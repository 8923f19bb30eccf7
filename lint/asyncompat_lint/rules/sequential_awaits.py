from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.base import Rule, is_async, name_of, only_statement, only_statement_of
from asyncompat_lint.rules.trees import walk

# What gives its results in an order, one after the other; and what runs functions in threads, of
# which nobody knows whether they can run at the same time.
_IN_ORDER = tuple(
    "acquire anext ask click execute fetchone fetchrow fetchval get next read receive recv"
    " run_in_executor run_sync send shield sleep to_thread wait".split()
)


@dataclass(frozen=True)
class _Awaited:
    """``name = await call``."""

    name: str
    value: cst.Await
    call: cst.Call


class SequentialAwaits(Rule):
    """Awaits of the same function, one after the other, that do not need each other's results.

    Each waits for the one before. ``asyncio.gather``, or tasks in a ``TaskGroup``, let them wait at
    the same time - where the other side may be asked twice at once, which the code does not say.
    """

    code = "AC207"
    name = "sequential-awaits"
    severity = Severity.INFO
    INVALID = (
        """\
async def load(fetch):
    one = await fetch("one")
    two = await fetch("two")
    return one, two
""",
        """\
async def load(fetch, names):
    found = []
    for name in names:
        found.append(await fetch(name))
    return found
""",
        """\
async def load(fetch, names):
    return [await fetch(name) for name in names if name]
""",
        """\
async def load(fetch, names):
    return {name: await fetch(name) for name in names}
""",
    )
    VALID = (
        """\
import asyncio
async def both(one, two):
    first = await asyncio.wait_for(one, 1)
    second = await asyncio.wait_for(two, 1)
    return first, second
""",
        """\
async def load(fetch):
    one = await fetch("one")
    two = await fetch(one.next)
    return two
""",
        """\
async def load(reader):
    head = await reader.read(4)
    body = await reader.read(8)
    return head, body
""",
        """\
async def load(fetch, names, reader):
    found = []
    for name in names:
        found.append(await fetch(name, found))
    for name in names:
        found.append(await reader.read(8))
    return found
""",
        """\
import asyncio
async def load(reader, fetch, names):
    heads = [await reader.read(name) for name in names]
    first = [await fetch() for _ in names]
    tasks = [asyncio.create_task(fetch(name)) for name in names]
    return heads, first, [await task for task in tasks], [await fetch(n) async for n in names]
""",
    )

    def visit_IndentedBlock(self, node: cst.IndentedBlock) -> None:
        function = is_async(self, node)
        if function is None:
            return
        for first, second in _pairs(node.body):
            if _is_independent(first, second):
                self.report(
                    second.value,
                    "this await does not need the one before it: both could wait at the same time",
                    function=f"async def {function.name.value}",
                    hint="`asyncio.gather(...)`, or tasks in a `TaskGroup`",
                )

    def visit_For(self, node: cst.For) -> None:
        function = is_async(self, node)
        if function is None or node.asynchronous is not None:
            return
        match only_statement_of(node.body):
            case cst.Expr(
                value=cst.Call(
                    func=cst.Attribute(value=list_, attr=cst.Name("append")),
                    args=[cst.Arg(value=cst.Await(expression=cst.Call() as call) as value)],
                )
            ) if _takes_turns(call, node.target, name_of(list_)):
                self._report(value, function)

    def visit_ListComp(self, node: cst.ListComp) -> None:
        self._look_into(node, node.elt)

    def visit_SetComp(self, node: cst.SetComp) -> None:
        self._look_into(node, node.elt)

    def visit_DictComp(self, node: cst.DictComp) -> None:
        self._look_into(node, node.value)

    def _look_into(self, node: cst.BaseComp, value: cst.BaseExpression) -> None:
        function, loop = is_async(self, node), node.for_in
        if function is None or loop.asynchronous is not None or loop.inner_for_in is not None:
            return
        match value:
            case cst.Await(expression=cst.Call() as call) if _takes_turns(call, loop.target, ""):
                self._report(value, function)

    def _report(self, value: cst.BaseExpression, function: cst.FunctionDef) -> None:
        self.report(
            value,
            "each of these awaits waits for the one before, and does not need it",
            function=f"async def {function.name.value}",
            hint="`asyncio.gather(*...)`, or tasks in a `TaskGroup`",
        )


def _takes_turns(call: cst.Call, target: cst.BaseExpression, results: str) -> bool:
    """Whether a call is for what a loop goes through, and not for what came of it before."""
    names = {name_of(each) for each in walk(call)} - {""}
    turns = {name_of(each) for each in walk(target)} - {""}
    is_in_order = name_of(call.func).strip("_").startswith(_IN_ORDER)
    return bool(names & turns) and results not in names and not is_in_order


def _pairs(body: Sequence[cst.BaseStatement]) -> Iterator[tuple[_Awaited, _Awaited]]:
    for first, second in pairwise(map(_awaited, body)):
        if first is not None and second is not None:
            yield first, second


def _awaited(line: cst.BaseStatement) -> _Awaited | None:
    """What a line awaits and gives a name, if it does just that."""
    statement = only_statement(line)
    if not isinstance(statement, cst.Assign) or len(statement.targets) != 1:
        return None
    target, value = statement.targets[0].target, statement.value
    if isinstance(target, cst.Name) and isinstance(value, cst.Await):
        call = value.expression
        return _Awaited(target.value, value, call) if isinstance(call, cst.Call) else None
    return None


def _is_independent(first: _Awaited, second: _Awaited) -> bool:
    if not first.call.func.deep_equals(second.call.func):
        return False
    if name_of(first.call.func).strip("_").startswith(_IN_ORDER):
        return False
    return all(name_of(each) != first.name for each in walk(second.call))
