from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.old_idiom import OldIdiomRule


class RemovedApi(OldIdiomRule):
    """A name or parameter of asyncio's that the newest Python of the project has no more.

    The newest is 3.15, unless ``requires-python`` or ``--target-version`` says less. Such a name is
    an ``AttributeError`` there, such a parameter a ``TypeError``; ``get_event_loop()`` is a
    ``RuntimeError`` since 3.14 where no loop runs and none is set. asyncompat goes on to have what
    old programs are made of.
    """

    code = "AC302"
    name = "removed-api"
    severity = Severity.ERROR
    INVALID = (
        """\
import asyncio
def count():
    return len(asyncio.Task.all_tasks())
""",
        """\
import asyncio
@asyncio.coroutine
def work(step):
    yield from step()
""",
        """\
import asyncio
async def work(loop):
    await asyncio.sleep(1, loop=loop)
""",
        """\
import asyncio
async def work(): ...
loop = asyncio.get_event_loop()
loop.run_until_complete(work())
""",
        """\
from asyncio import get_child_watcher
""",
    )
    VALID = (
        """\
import asyncio
def count():
    return len(asyncio.all_tasks())
""",
        """\
import asyncio
async def work(step):
    loop = asyncio.get_event_loop()
    await loop.run_in_executor(None, step)
""",
        """\
import asyncio, sys
if sys.version_info < (3, 12):
    from asyncio import get_child_watcher
""",
    )

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        message = f"{self.shown(misfit)} is gone since Python {misfit.version}"
        if misfit.outside:
            message = (
                f"{self.shown(misfit)}() is an error since Python {misfit.version} where no event"
                " loop runs"
            )
        self.tell_of(node, misfit, message)
