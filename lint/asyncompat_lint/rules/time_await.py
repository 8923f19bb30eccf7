from __future__ import annotations

from asyncompat_lint.findings import Fix, Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.awaiting import in_its_place
from asyncompat_lint.rules.misfit import MisfitRule
from asyncompat_lint.rules.shim import SHIM


class TimeAwait(MisfitRule):
    """``await`` behind a magic that times or debugs: ``%time``, ``%%time``, ``%timeit``, ``%prun``.

    These run their code as a function that is not async, so that it is a ``SyntaxError``: "'await'
    outside function". ``asyncompat.run(...)`` can be timed.
    """

    code = "AC403"
    name = "time-await"
    severity = Severity.ERROR
    VERSIONS = ""
    IN_NOTEBOOK = True
    INVALID = (
        """\
async def main(): ...
%time await main()
""",
        """\
async def main(): ...
%timeit -n 3 await main()
""",
    )
    VALID = (
        """\
import asyncompat
async def main(): ...
%time asyncompat.run(main())
""",
        """\
async def main(): ...
await main()
%time 1 + 1
""",
    )

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        message = (
            "`await` is a SyntaxError behind this magic, which runs its code in no async function"
        )
        if not isinstance(node, cst.Await):
            self.report(node, message, hint="a function with it, that `asyncompat.run` runs")
            return
        shim = self.context.surroundings.names[SHIM]
        code = f"{shim.name}.run({self.code_of(node.expression)})"
        imports = tuple(filter(None, [shim.statement]))
        edits = in_its_place(self, node, node.expression, f"{shim.name}.run(", ")")
        # A script with magics is no notebook, whatever else is mended in it.
        is_notebook = self.context.surroundings.is_notebook
        fix = Fix(edits, imports, is_safe=True) if is_notebook else None
        self.report(node, message, instead=code, fix=fix)
