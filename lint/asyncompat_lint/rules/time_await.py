from __future__ import annotations

import libcst as cst

from asyncompat_lint.compatibility import Misfit
from asyncompat_lint.findings import Edit, Fix, Severity
from asyncompat_lint.rules.base import source_of
from asyncompat_lint.rules.misfit import MisfitRule


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
        shim = self.context.surroundings.names["asyncompat"]
        code = f"{shim.name}.run({source_of(node.expression)})"
        imports = tuple(filter(None, [shim.statement]))
        fix = Fix((Edit(self.span_of(node), code),), imports, is_safe=True)
        self.report(node, message, instead=" ".join(code.split()), fix=fix)
