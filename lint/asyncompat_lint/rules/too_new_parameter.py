from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.misfit import MisfitRule


class TooNewParameter(MisfitRule):
    """An argument, given by its name, for which the oldest Python of the project has no parameter.

    The function itself is there, so that no import fails: it is a ``TypeError`` when it is called.
    asyncompat's functions take today's arguments from Python 3.6 on.
    """

    code = "AC304"
    name = "too-new-parameter"
    severity = Severity.ERROR
    INVALID = (
        """\
import asyncio
async def start(work, context):
    task = asyncio.create_task(work(), context=context)
    await task
""",
        """\
import asyncio
def main(work, make_loop):
    asyncio.run(work(), loop_factory=make_loop)
""",
    )
    VALID = (
        """\
import asyncio
async def start(work):
    task = asyncio.create_task(work(), name="work")
    await task
""",
        """\
import asyncompat as asyncio
def main(work, make_loop):
    asyncio.run(work(), loop_factory=make_loop)
""",
    )

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        version = misfit.version
        fix = self.with_shim(node, misfit)
        hint = "asyncompat's, which takes it on every version" if fix is not None else ""
        message = (
            f"{self.shown(misfit)} is new in Python {version}, and this is for"
            f" {self.too_old(version)}, too"
        )
        guard = "`if sys.version_info >= ({}):`".format(version.replace(".", ", "))
        self.report(node, message, hint=hint or guard, fix=fix)
