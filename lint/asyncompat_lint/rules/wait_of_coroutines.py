from __future__ import annotations

from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.misuse import MisuseRule
from asyncompat_lint.rules.shim import taken_from_shim


class WaitOfCoroutines(MisuseRule):
    """``asyncio.wait`` of coroutines, which it takes no more since Python 3.11.

    Before, it made tasks of them that the caller could not recognize among the results. Make the
    tasks yourself, or use ``gather``, which takes coroutines.
    """

    code = "AC203"
    name = "wait-of-coroutines"
    severity = Severity.ERROR
    INVALID = (
        """\
import asyncio
async def work(n): ...
async def main():
    await asyncio.wait([work(1), work(2)])
""",
        """\
import asyncio
async def work(n): ...
async def main():
    done, pending = await asyncio.wait({work(n) for n in range(3)})
""",
    )
    VALID = (
        """\
import asyncio
async def work(n): ...
async def main():
    await asyncio.wait([asyncio.create_task(work(n)) for n in range(3)])
""",
        """\
import asyncio
async def main(tasks):
    await asyncio.wait(tasks)
""",
    )

    def tell(self, node: cst.BaseExpression, misuse: Misuse) -> None:
        self.report(
            node,
            f"{misuse.what}() takes tasks and futures; coroutines are an error since Python 3.11",
            hint="`gather(...)`, or `create_task(...)` for each; asyncompat's `wait` takes them",
            fix=taken_from_shim(self, node),
        )
