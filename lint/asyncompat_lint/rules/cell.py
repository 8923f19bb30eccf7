"""What the rules about cells share: what runs a loop becomes an ``await``."""

from __future__ import annotations

import libcst as cst

from asyncompat_lint.findings import Edit, Fix
from asyncompat_lint.rules.base import source_of
from asyncompat_lint.rules.misfit import MisfitRule


class CellRule(MisfitRule):
    """A rule for what stands in a cell and wants a loop of its own."""

    VERSIONS = ""
    IN_NOTEBOOK = True

    def tell_of(self, node: cst.CSTNode, message: str) -> None:
        """Report the call; what it runs can be awaited, but for a line that is timed."""
        timed = self.span_of(node).line in self.context.timed
        if not isinstance(node, cst.Call) or not node.args or node.args[0].star:
            self.report(node, message, hint="`await` what it runs, or `asyncompat.run(...)`")
            return
        argument = node.args[0].value
        shim = self.context.surroundings.names["asyncompat"]
        code = (
            f"{shim.name}.run({source_of(argument)})" if timed else f"await {source_of(argument)}"
        )
        if isinstance(self.parent_of(node), cst.Attribute | cst.Call | cst.Subscript):
            code = f"({code})"
        imports = (shim.statement,) if timed and shim.statement else ()
        fix = Fix((Edit(self.span_of(node), code),), imports, is_safe=True)
        self.report(node, message, instead=" ".join(code.split()), fix=fix)
