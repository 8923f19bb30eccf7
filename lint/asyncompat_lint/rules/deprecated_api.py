from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.old_idiom import OldIdiomRule


class DeprecatedApi(OldIdiomRule):
    """A name or parameter of asyncio's that warns, in the newest Python of the project, of its end.

    Where warnings are errors it fails already. The versions are those in which the interpreters
    warn.
    """

    code = "AC303"
    name = "deprecated-api"
    severity = Severity.WARNING
    INVALID = (
        """\
import asyncio
def is_async(function):
    return asyncio.iscoroutinefunction(function)
""",
        """\
import asyncio
def main(policy):
    asyncio.set_event_loop_policy(policy)
""",
    )
    VALID = (
        """\
import inspect
def is_async(function):
    return inspect.iscoroutinefunction(function)
""",
        """\
import asyncio, sys
def main(policy):
    if sys.version_info < (3, 12):
        asyncio.set_event_loop_policy(policy)
""",
    )

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        message = f"{self.shown(misfit)} is deprecated since Python {misfit.version}"
        if misfit.outside:
            message = (
                f"{self.shown(misfit)}() is deprecated since Python {misfit.version} where no event"
                " loop runs"
            )
        entry = self.history.entry(misfit.name)
        if entry is not None and entry.removal and not misfit.keyword:
            message += f", and is to go in {entry.removal}"
        self.tell_of(node, misfit, message)
