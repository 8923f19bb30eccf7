from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.cell import CellRule


class RunInCell(CellRule):
    """``asyncio.run`` in a notebook's cell, where the notebook's own event loop runs already.

    It fails: "asyncio.run() cannot be called from a running event loop". A cell may ``await`` at
    its top; ``asyncompat.run`` works there too, also behind ``%time``.
    """

    code = "AC401"
    name = "run-in-cell"
    severity = Severity.ERROR
    INVALID = (
        """\
import asyncio
async def main(): ...
asyncio.run(main())
""",
        """\
import asyncio
async def main(): ...
%time asyncio.run(main())
""",
    )
    VALID = (
        """\
async def main(): ...
await main()
""",
        """\
import asyncompat
async def main(): ...
%time asyncompat.run(main())
""",
    )

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        message = f"{misfit.name}() fails in a cell: the notebook's event loop runs already"
        self.tell_of(node, message)
