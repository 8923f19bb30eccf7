"""What the rules about versions and notebooks share: the place is known, and is told of."""

from __future__ import annotations

from asyncompat_lint import history
from asyncompat_lint.findings import Edit, Fix
from asyncompat_lint.history import History
from asyncompat_lint.importing import ModuleName
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.base import Rule, source_of
from asyncompat_lint.rules.shim import SHIM, taken_from_shim
from asyncompat_lint.spans import Span
from asyncompat_lint.versions import parse, told

# What asks for a special method: where it is missing, this fails.
ENTERED = {"__aenter__": "async with", "__await__": "with await", "__enter__": "with"}


class MisfitRule(Rule):
    """A rule for the places that ``compatibility`` or ``cells`` has found to break it."""

    VERSIONS = "3.8-3.14"

    @property
    def history(self) -> History:
        return history.load()

    def visit_Attribute(self, node: cst.Attribute) -> None:
        self._check(node)

    def visit_Name(self, node: cst.Name) -> None:
        if not isinstance(self.parent_of(node), cst.ImportAlias):  # which has the same place
            self._check(node)

    def visit_ImportAlias(self, node: cst.ImportAlias) -> None:
        self._check(node)

    def visit_Call(self, node: cst.Call) -> None:
        self._check(node)

    def visit_Await(self, node: cst.Await) -> None:
        self._check(node)

    def visit_Yield(self, node: cst.Yield) -> None:
        self._check(node)

    def visit_ExceptStarHandler(self, node: cst.ExceptStarHandler) -> None:
        self._check_start(node, self.span_of(node))

    def visit_ExceptHandler(self, node: cst.ExceptHandler) -> None:
        type_ = node.type
        if isinstance(type_, cst.Tuple) and type_.elements:
            type_ = type_.elements[0].value
        if type_ is not None:
            self._check_start(node, self.span_of(type_))

    def _check(self, node: cst.CSTNode) -> None:
        misfit = self.context.misfits.get((self.name, self.span_of(node)))
        if misfit is not None:
            self.tell(node, misfit)

    def _check_start(self, node: cst.CSTNode, span: Span) -> None:
        start = Span(span.line, span.column, span.line, span.column)
        misfit = self.context.misfits.get((self.name, start))
        if misfit is not None:
            self.tell(node, misfit)

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        """Report a place."""
        raise NotImplementedError

    # What they say

    def shown(self, misfit: Misfit) -> str:
        """The name as people write it, with the parameter where one is meant."""
        class_, _, method = misfit.name.rpartition(".")
        if method in ENTERED:
            return f"`{ENTERED[method]} {class_}()`"
        name = misfit.name.removeprefix("builtins.")
        return f"{name}({misfit.keyword}=)" if misfit.keyword else name

    def too_old(self, version: str) -> str:
        """Say which versions the code is for that are older than one."""
        old = [each for each in self.context.surroundings.versions if each < parse(version)]
        if len(old) == 1:
            return told(old[0])
        return f"{told(old[0])} - {told(old[-1])}" if old else f"older ones than {version}"

    def advice(self, misfit: Misfit) -> str:
        """What to write instead, as the tables say."""
        name = self.context.surroundings.asyncio_name
        text = self.history.instead.get(misfit.name, "")
        text = text.replace("{asyncio}", name)
        return f"`{text}`" if text and " " not in text.split("(")[0] else text

    # What they mend

    def with_shim(self, node: cst.CSTNode, misfit: Misfit) -> Fix | None:
        """Have a name from asyncompat in place of asyncio, if it is there on all versions."""
        if misfit.of_instance or not self.history.is_of_the_shim(misfit.name):
            return None
        return taken_from_shim(self, node, is_builtin=misfit.name.startswith("builtins."))

    def edited(self, node: cst.CSTNode, text: str, *names: ModuleName, is_safe: bool = True) -> Fix:
        """Put a text in a node's place; the names that it uses are imported."""
        imports = tuple(name.statement for name in names if name.statement)
        return Fix((Edit(self.span_of(node), text),), imports, is_safe)

    def renamed(self, node: cst.CSTNode, misfit: Misfit) -> Fix | None:
        """Put the name in that something has now."""
        new = self.history.renamed.get(misfit.name)
        if new is None or not isinstance(node, cst.Attribute):
            return None
        module, _, name = new.to.rpartition(".")
        lowest = self.context.surroundings.lowest_python
        if new.since and (lowest is None or lowest < parse(new.since)):
            module = SHIM
        have = self.context.surroundings.name_of(
            *([module, SHIM] if module == "asyncio" else [module])
        )
        return self.edited(node, f"{have.name}.{name}", have)

    def function_of_shim(self, node: cst.CSTNode, misfit: Misfit) -> Fix | None:
        """Ask asyncompat's function, where an object has no such method on old versions."""
        function = self.history.functions.get(misfit.name)
        if function is None or not isinstance(node, cst.Call) or node.args:
            return None
        if not isinstance(node.func, cst.Attribute):
            return None
        shim = self.context.surroundings.name_of(SHIM)
        return self.edited(node, f"{shim.name}.{function}({source_of(node.func.value)})", shim)
