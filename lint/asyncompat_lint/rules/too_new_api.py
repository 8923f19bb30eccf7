from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.misfit import MisfitRule

_SUBSCRIPTED = ".__class_getitem__"


class TooNewApi(MisfitRule):
    """A name of asyncio's that the oldest Python of the project does not have.

    The range is that of ``requires-python``, or of ``--target-version``; where neither says which
    Python is the oldest, nothing is reported. What a guard keeps from old versions is left alone:
    ``sys.version_info``, ``hasattr``, ``try`` with ``except ImportError``. asyncompat has the names
    of the newest asyncio from Python 3.6 on.
    """

    code = "AC301"
    name = "too-new-api"
    severity = Severity.ERROR
    INVALID = (
        """\
import asyncio
async def fetch(page):
    async with asyncio.timeout(10):
        return await page()
""",
        """\
from asyncio import TaskGroup
""",
        """\
import asyncio
async def stop(task: asyncio.Task):
    if not task.cancelling():
        task.cancel()
""",
        """\
async def work(step):
    try:
        await step()
    except* ValueError as group:
        print(group.exceptions)
""",
    )
    VALID = (
        """\
import asyncio, sys
async def fetch(page):
    if sys.version_info >= (3, 11):
        async with asyncio.timeout(10):
            return await page()
    return await page()
""",
        """\
try:
    from asyncio import timeout
except ImportError:
    from async_timeout import timeout
""",
        """\
import asyncompat as asyncio
async def fetch(page):
    async with asyncio.timeout(10):
        return await page()
""",
        """\
import asyncio
def name_of(task):
    return task.get_name() if hasattr(asyncio.Task, "get_name") else repr(task)
""",
    )

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        name = "`except*`" if misfit.name == "except*" else self.shown(misfit)
        fix = self.function_of_shim(node, misfit) or self.with_shim(node, misfit)
        is_subscripted = misfit.name.endswith(_SUBSCRIPTED)
        if is_subscripted:
            name, fix = f"{misfit.name.removesuffix(_SUBSCRIPTED)}[...]", None
        hint = "`if sys.version_info >= ({}):`".format(misfit.version.replace(".", ", "))
        if misfit.name == "except*":
            hint = "`except ExceptionGroup as group:` with asyncompat's, and `group.split(...)`"
        elif is_subscripted:
            hint = "quotes around it, or `from __future__ import annotations`, for an annotation"
        elif fix is not None:
            hint = "asyncompat's, which is there on every version"
        old = self.too_old(misfit.version)
        message = f"{name} is new in Python {misfit.version}, and this is for {old}, too"
        self.report(node, message, hint=hint, fix=fix)
