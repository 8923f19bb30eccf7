"""What the rules about removed and deprecated names share: how old idioms are mended."""

from __future__ import annotations

import libcst as cst

from asyncompat_lint.compatibility import Misfit
from asyncompat_lint.facts import Span
from asyncompat_lint.findings import Edit, Fix
from asyncompat_lint.rules.base import is_async, source_of
from asyncompat_lint.rules.misfit import MisfitRule

_COROUTINE = "asyncio.coroutine"
_LOOP = "loop"


class OldIdiomRule(MisfitRule):
    """A rule for names that are going, or gone."""

    def tell_of(self, node: cst.CSTNode, misfit: Misfit, message: str) -> None:
        """Report a place, with the new idiom."""
        fix = self._fix(node, misfit)
        hint = self.advice(misfit)
        if misfit.keyword == _LOOP:
            hint = "nothing: the running loop is taken"
        elif not hint:
            hint = f"what the documentation of asyncio has for it, in Python {misfit.version}"
        self.report(node, message, hint=hint, fix=fix)

    def _fix(self, node: cst.CSTNode, misfit: Misfit) -> Fix | None:
        if misfit.keyword:
            return self._without_argument(node, misfit.keyword)
        if misfit.name == _COROUTINE:
            return self._as_async_def(node)
        if self.history.is_always_of_the_shim(misfit.name) and misfit.outside:
            return self.with_shim(node, misfit)
        return self.renamed(node, misfit)

    def _without_argument(self, node: cst.CSTNode, keyword: str) -> Fix | None:
        """Leave out ``loop=``: in an async function it can be none but the running one."""
        if keyword != _LOOP or not isinstance(node, cst.Call):
            return None
        number = next((n for n, a in enumerate(node.args) if _is_named(a, keyword)), None)
        if number is None:
            return None
        argument = node.args[number]
        start, end = self.span_of(argument), self.span_of(argument)
        if number:  # from the end of the argument before it, with the comma between
            before = self.span_of(node.args[number - 1])
            start = Span(before.end_line, before.end_column, 0, 0)
        elif number + 1 < len(node.args):
            after = self.span_of(node.args[number + 1])
            end = Span(0, 0, after.line, after.column)
        span = Span(start.line, start.column, end.end_line, end.end_column)
        return Fix((Edit(span, ""),), is_safe=is_async(self, node) is not None)

    def _as_async_def(self, node: cst.CSTNode) -> Fix | None:
        """``@asyncio.coroutine`` and ``yield from`` to ``async def`` and ``await``."""
        decorator = self.parent_of(node)
        if not isinstance(decorator, cst.Decorator):
            return None
        function = self.parent_of(decorator)
        if not isinstance(function, cst.FunctionDef) or function.asynchronous is not None:
            return None
        yields = list(_yields(function.body))
        if any(not isinstance(each.value, cst.From) for each in yields):
            return None  # a bare `yield` has no like in an async function
        line = self.span_of(decorator).line
        head = self._head_line(function)
        edits = [
            Edit(Span(line, 1, line + 1, 1), ""),
            Edit(Span(head.line, head.column, head.line, head.column), "async "),
        ]
        for each in yields:
            awaited = self._awaited(each)
            if awaited is None:
                return None
            edits.append(awaited)
        return Fix(tuple(edits), is_safe=True)

    def _head_line(self, function: cst.FunctionDef) -> Span:
        """Where ``def`` stands: the function's own place is that of its first decorator."""
        name = self.span_of(function.name)
        column = self.context.lines[name.line - 1].rindex("def", 0, name.column - 1) + 1
        return Span(name.line, column, name.line, column)

    def _awaited(self, node: cst.Yield) -> Edit | None:
        assert isinstance(node.value, cst.From)
        item = self.span_of(node.value.item)
        start = self.span_of(node)
        if item.line != start.line or node.value.item is None:
            return None
        source = node.value.item
        if isinstance(
            source, cst.Await | cst.Yield | cst.Lambda | cst.IfExp | cst.BooleanOperation
        ):
            return Edit(self.span_of(node), f"await ({source_of(source)})")
        # Only the words in front change.
        brackets = sum(len(each) for each in (source.lpar,)) if hasattr(source, "lpar") else 0
        return Edit(Span(start.line, start.column, item.line, item.column - brackets), "await ")


def _is_named(argument: cst.Arg, keyword: str) -> bool:
    return argument.keyword is not None and argument.keyword.value == keyword


def _yields(node: cst.CSTNode) -> list[cst.Yield]:
    """The yields of a function's own."""
    found = [node] if isinstance(node, cst.Yield) else []
    for child in node.children:
        if not isinstance(child, cst.FunctionDef | cst.Lambda):
            found += _yields(child)
    return found
