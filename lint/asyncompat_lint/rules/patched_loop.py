from __future__ import annotations

import re

from asyncompat_lint.findings import Edit, Fix, Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.base import source_of
from asyncompat_lint.rules.misfit import MisfitRule


class PatchedLoop(MisfitRule):
    """A patch of asyncio for the whole process: ``nest_asyncio``, or a name of asyncio's replaced.

    ``nest_asyncio`` puts the slow Python tasks in the place of the C ones for everybody, does
    nothing on uvloop, takes no ``loop_factory``, and is no more kept up. ``asyncompat.run`` runs
    inside a running loop without a patch; ``asyncompat.patch_asyncio()`` does it for code that
    calls ``asyncio.run`` itself, leaves tasks what they are, and can be undone.
    """

    code = "AC306"
    name = "patched-loop"
    severity = Severity.WARNING
    INVALID = (
        """\
import asyncio
import nest_asyncio
nest_asyncio.apply()
asyncio.run(print)
""",
        """\
import asyncio
asyncio.sleep = print
""",
    )
    VALID = (
        """\
import asyncompat
asyncompat.patch_asyncio()
""",
    )

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        if misfit.name.startswith("asyncio."):
            message = f"{misfit.name} is replaced for everybody in the process"
            self.report(node, message, hint="a function of your own, that is called in its place")
            return
        message = f"{misfit.name} patches asyncio for the whole process"
        hint = "`asyncompat.run(...)`, or `asyncompat.patch_asyncio()`, which can be undone"
        self.report(node, message, hint=hint, fix=self._fix(node, misfit))

    def _fix(self, node: cst.CSTNode, misfit: Misfit) -> Fix | None:
        """At the import: it, and all its calls of ``apply``."""
        if not isinstance(node, cst.ImportAlias) or not misfit.others:
            return None
        if not isinstance(self.parent_of(node), cst.Import):
            return None
        name_here = node.asname.name if node.asname is not None else node.name
        text = "\n".join(self.context.lines)
        uses = len(re.findall(rf"\b{re.escape(source_of(name_here))}\b", text))
        if uses != 1 + len(misfit.others):
            return None  # it is used for something else, too
        name = self.context.surroundings.names["asyncompat"]
        edits = [Edit(span, f"{name.name}.patch_asyncio()") for span in misfit.others]
        statement = name.statement or "import asyncompat"
        edit = Edit(self.span_of(node), statement.removeprefix("import "))
        is_at_top = self.context.lines[self.span_of(node).line - 1].startswith("import")
        return Fix((edit, *edits), is_safe=True, brings=(statement,) if is_at_top else ())
