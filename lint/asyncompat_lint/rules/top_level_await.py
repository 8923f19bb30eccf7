from __future__ import annotations

from asyncompat_lint.findings import Fix, Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.awaiting import in_its_place
from asyncompat_lint.rules.base import source_of
from asyncompat_lint.rules.misfit import MisfitRule


class TopLevelAwait(MisfitRule):
    """``await`` outside of any function, in a script.

    A notebook's cell may do that; in a file it is a ``SyntaxError``: "'await' outside function". A
    script runs an async function: ``asyncio.run(main())``. Files whose cells are marked with
    ``# %%`` are taken for notebooks.
    """

    code = "AC404"
    name = "top-level-await"
    severity = Severity.ERROR
    VERSIONS = ""
    INVALID = (
        """\
async def main(): ...
await main()
""",
        """\
async def items(): ...
async for item in items():
    print(item)
""",
    )
    VALID = (
        """\
import asyncio
async def main(): ...
asyncio.run(main())
""",
        """\
# %%
async def main(): ...
await main()
""",
    )

    def visit_For(self, node: cst.For) -> None:
        self._check_start(node, self.span_of(node))

    def visit_With(self, node: cst.With) -> None:
        self._check_start(node, self.span_of(node))

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        message = "`await` outside of any function is a SyntaxError in a script"
        name = self.context.surroundings.name_of("asyncio", "asyncompat")
        call = node.expression if isinstance(node, cst.Await) else None
        # What asyncio's own functions give is often no coroutine.
        is_own = isinstance(call, cst.Call) and not source_of(call.func).startswith("asyncio.")
        if call is None or not is_own:
            hint = f"an async function with it, and `{name.name}.run(main())`"
            self.report(node, message, hint=hint)
            return
        edits = in_its_place(self, node, call, f"{name.name}.run(", ")")
        fix = Fix(edits, tuple(filter(None, [name.statement])))
        code = f"{name.name}.run({self.code_of(call)})"
        self.report(node, message, instead=code, fix=fix)
