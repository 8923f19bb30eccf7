from __future__ import annotations

import libcst as cst

from asyncompat_lint.compatibility import Misfit
from asyncompat_lint.findings import Edit, Fix, Severity
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
        if not isinstance(node, cst.Await) or not isinstance(node.expression, cst.Call):
            hint = f"an async function with it, and `{name.name}.run(main())`"
            self.report(node, message, hint=hint)
            return
        code = f"{name.name}.run({source_of(node.expression)})"
        fix = Fix((Edit(self.span_of(node), code),), tuple(filter(None, [name.statement])))
        self.report(node, message, instead=" ".join(code.split()), fix=fix)
