from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.cell import CellRule


class RunUntilCompleteInCell(CellRule):
    """``loop.run_until_complete`` in a notebook's cell, where the notebook's loop runs already.

    It fails: "This event loop is already running". A cell may ``await`` at its top;
    ``asyncompat.run`` works there too, also behind ``%time``.
    """

    code = "AC402"
    name = "run-until-complete-in-cell"
    severity = Severity.ERROR
    INVALID = (
        """\
import asyncio
async def main(): ...
loop = asyncio.get_event_loop()
loop.run_until_complete(main())
""",
    )
    VALID = (
        """\
async def main(): ...
await main()
""",
        """\
import asyncio, asyncompat
async def main(): ...
asyncompat.patch_asyncio()
asyncio.get_event_loop().run_until_complete(main())
""",
    )

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        message = f"{misfit.name}() fails in a cell: the notebook's event loop runs already"
        self.tell_of(node, message)
