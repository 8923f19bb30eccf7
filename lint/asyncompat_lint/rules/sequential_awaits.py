from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import libcst as cst
from libcst import matchers as m

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.base import Rule, is_async

_ASSIGNED = m.SimpleStatementLine(
    body=[m.Assign(targets=[m.AssignTarget(m.Name())], value=m.Await(m.Call()))]
)
# What gives its results in an order, one after the other.
_IN_ORDER = (
    "acquire",
    "anext",
    "execute",
    "get",
    "next",
    "read",
    "receive",
    "recv",
    "send",
    "sleep",
)


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
    )
    VALID = (
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


def _pairs(body: Sequence[cst.BaseStatement]) -> list[tuple[cst.Assign, cst.Assign]]:
    found = []
    for first, second in pairwise(body):
        if m.matches(first, _ASSIGNED) and m.matches(second, _ASSIGNED):
            found.append((_assign(first), _assign(second)))
    return found


def _assign(line: cst.BaseStatement) -> cst.Assign:
    return cst.ensure_type(cst.ensure_type(line, cst.SimpleStatementLine).body[0], cst.Assign)


def _is_independent(first: cst.Assign, second: cst.Assign) -> bool:
    one, other = (
        cst.ensure_type(cst.ensure_type(each.value, cst.Await).expression, cst.Call)
        for each in (first, second)
    )
    if not one.func.deep_equals(other.func):
        return False
    name = m.findall(one.func, m.Name())[-1]
    if cst.ensure_type(name, cst.Name).value.strip("_").startswith(_IN_ORDER):
        return False
    given = cst.ensure_type(first.targets[0].target, cst.Name).value
    return not m.findall(other, m.Name(given))
