"""What the rules about cells share: what runs a loop becomes an ``await``."""

from __future__ import annotations

from asyncompat_lint.findings import Fix
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.awaiting import awaited, in_its_place
from asyncompat_lint.rules.misfit import MisfitRule
from asyncompat_lint.rules.shim import SHIM


class CellRule(MisfitRule):
    """A rule for what stands in a cell and wants a loop of its own."""

    VERSIONS = ""
    IN_NOTEBOOK = True

    def tell_of(self, node: cst.CSTNode, message: str) -> None:
        """Report the call; what it runs can be awaited, but for a line that is timed."""
        timed = self.is_timed(node)
        is_call = isinstance(node, cst.Call) and bool(node.args) and not node.args[0].star
        if not isinstance(node, cst.Call) or not is_call or not (timed or self.may_await(node)):
            self.report(node, message, hint="`await` what it runs, or `asyncompat.run(...)`")
            return
        argument = node.args[0].value
        shim = self.context.surroundings.names[SHIM]
        if timed:
            code = f"{shim.name}.run({self.code_of(argument)})"
            edits = in_its_place(self, node, argument, f"{shim.name}.run(", ")")
        else:
            code = awaited(argument)
            edits = in_its_place(self, node, argument, "await ", "")
            if isinstance(self.parent_of(node), cst.Attribute | cst.Call | cst.Subscript):
                code = f"({code})"
                edits = in_its_place(self, node, argument, "(await ", ")")
        imports = (shim.statement,) if timed and shim.statement else ()
        # What else it was given would be lost.
        fix = Fix(edits, imports, is_safe=len(node.args) == 1)
        self.report(node, message, instead=" ".join(code.split()), fix=fix)
