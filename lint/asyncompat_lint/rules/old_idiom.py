"""What the rules about removed and deprecated names share: how old idioms are mended."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from asyncompat_lint.findings import Edit, Fix
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules import generators
from asyncompat_lint.rules.base import is_async, name_of, source_of
from asyncompat_lint.rules.misfit import ENTERED, MisfitRule
from asyncompat_lint.rules.trees import children, is_tight, walk
from asyncompat_lint.spans import Span

_COROUTINE = "asyncio.coroutine"
_LOOP = "loop"
# These ask the running loop, where their old forms asked the current one.
_CURRENT_TASK = "asyncio.Task.current_task"
_OF_RUNNING_LOOP = frozenset({"asyncio.Task.all_tasks", _CURRENT_TASK})
_GETTERS = frozenset({"get_event_loop", "get_running_loop"})


class OldIdiomRule(MisfitRule):
    """A rule for names that are going, or gone."""

    def tell_of(self, node: cst.CSTNode, misfit: Misfit, message: str) -> None:
        """Report a place, with the new idiom."""
        fix = self._fix(node, misfit)
        hint = self.advice(misfit)
        if misfit.name.rpartition(".")[2] in ENTERED:
            hint = "`async with`"
        elif misfit.keyword == _LOOP:
            hint = "nothing: the running loop is taken"
        elif not hint:
            hint = f"what the documentation of asyncio has for it, in Python {misfit.version}"
        self.report(node, message, hint=hint, fix=fix)

    def _fix(self, node: cst.CSTNode, misfit: Misfit) -> Fix | None:
        if misfit.keyword:
            return self._without_argument(node, misfit)
        if isinstance(node, cst.Await):
            return self._as_async_with(node)
        if misfit.name == _COROUTINE:
            return self._as_async_def(node)
        if self.history.is_always_of_the_shim(misfit.name) and misfit.outside:
            return self.with_shim(node, misfit)
        if misfit.name in _OF_RUNNING_LOOP:
            return self._of_running_loop(node, misfit)
        return self.renamed(node, misfit)

    def _of_running_loop(self, node: cst.CSTNode, misfit: Misfit) -> Fix | None:
        """The new function fails where no loop runs, and tells of no task that is done."""
        fix = self.renamed(node, misfit)
        call = self.parent_of(node)
        is_called = isinstance(call, cst.Call) and call.func is node
        function = is_async(self, node)
        if fix is None or (function is None and not (isinstance(call, cst.Call) and call.args)):
            return None
        is_same = misfit.name == _CURRENT_TASK or (is_called and self._leaves_out_done(call))
        return replace(fix, is_safe=is_same and function is not None)

    def _leaves_out_done(self, node: cst.CSTNode | None) -> bool:
        """Whether a comprehension takes of some tasks those that are not done."""
        loop = self.parent_of(node) if node is not None else None
        return isinstance(loop, cst.CompFor) and any(
            isinstance(each.test, cst.UnaryOperation)
            and isinstance(each.test.expression, cst.Call)
            and name_of(each.test.expression.func) == "done"
            for each in loop.ifs
        )

    def _without_argument(self, node: cst.CSTNode, misfit: Misfit) -> Fix | None:
        """Leave out ``loop=``: in an async function it can be none but the running one.

        asyncompat's own takes the loop that it is used on, wherever it was made.
        """
        keyword = misfit.keyword
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
        else:
            rest = self.context.lines[end.end_line - 1][end.end_column - 1 :]
            comma = len(rest) - len(rest.lstrip()) + 1 if rest.lstrip()[:1] == "," else 0
            end = Span(0, 0, end.end_line, end.end_column + comma)
        span = Span(start.line, start.column, end.end_line, end.end_column)
        return Fix((Edit(span, ""),), is_safe=self._is_running_loop(node, argument.value, misfit))

    def _is_running_loop(self, node: cst.Call, loop: cst.BaseExpression, misfit: Misfit) -> bool:
        """Whether a call takes the same loop without being told of it, and nothing else is lost."""
        function = is_async(self, node)
        if isinstance(loop, cst.Call):
            return function is not None and name_of(loop.func) in _GETTERS and not loop.args
        if not isinstance(loop, cst.Name | cst.Attribute):
            return False
        if misfit.of_shim or name_of(loop) == "None":
            return misfit.of_shim or function is not None
        # What is awaited here runs on this loop, or fails.
        is_awaited = isinstance(self.parent_of(node), cst.Await)
        return function is not None and (is_awaited or _is_given(function, loop))

    def _as_async_def(self, node: cst.CSTNode) -> Fix | None:
        """``@asyncio.coroutine`` and ``yield from`` to ``async def`` and ``await``."""
        decorator = self.parent_of(node)
        if not isinstance(decorator, cst.Decorator):
            return None
        function = self.parent_of(decorator)
        if not isinstance(function, cst.FunctionDef) or function.asynchronous is not None:
            return None
        if function.name.value.startswith("__"):
            return None  # the interpreter calls it, and does not await
        yields = _yields(function.body)
        if any(not isinstance(each.value, cst.From) for each in yields):
            return None  # a bare `yield` has no like in an async function
        if not yields and _returns(function.body):
            return None  # what it returns may be awaitable, and was awaited
        text = "\n".join(self.context.lines)
        if any(_is_of_generator(each, generators.plain_in(text)) for each in yields):
            return None
        edits = [self._without_decorator(decorator), Edit(self._head(function), "async ")]
        for each in yields:
            awaited = self._awaited(each)
            if awaited is None:
                return None
            edits += awaited
        coroutines = generators.coroutines_in(text)
        is_safe = coroutines is not None and all(
            self._is_coroutine(each, coroutines) for each in yields
        )
        return Fix(tuple(edits), is_safe=is_safe)

    def _as_async_with(self, node: cst.Await) -> Fix | None:
        """``with await lock:`` to ``async with lock:``."""
        item, start = self.span_of(node.expression), self.span_of(node)
        word = self._with_word(node)
        if word is None or item.line != start.line or node.lpar:
            return None
        awaits = Edit(Span(start.line, start.column, item.line, item.column), "")
        return Fix((Edit(word, "async "), awaits), is_safe=True)

    def _with_word(self, node: cst.CSTNode) -> Span | None:
        """Where the ``with`` stands that something is the only item of."""
        item = self.parent_of(node)
        if not isinstance(item, cst.WithItem) or item.asname is not None:
            return None
        block = self.parent_of(item)
        if not isinstance(block, cst.With) or len(block.items) > 1:
            return None
        span = self.span_of(block)
        return Span(span.line, span.column, span.line, span.column)

    def _is_coroutine(self, node: cst.Yield, known: Collection[str]) -> bool:
        """Whether what is waited for can certainly be awaited: no bare generator can."""
        assert isinstance(node.value, cst.From)
        call = node.value.item
        if not isinstance(call, cst.Call):
            return False
        name = name_of(call.func)
        asyncio = self.context.surroundings.asyncio_name
        is_own = source_of(call.func).startswith((f"{asyncio}.", "loop."))
        return name in known or is_own

    def _without_decorator(self, decorator: cst.Decorator) -> Edit:
        """The whole line, or what is no comment of it."""
        span = self.span_of(decorator.decorator)
        line = self.context.lines[span.line - 1]
        comment = line.find("#", span.end_column - 1)
        if comment < 0:
            return Edit(Span(span.line, 1, span.line + 1, 1), "")
        start = line.index("@") + 1
        return Edit(Span(span.line, start, span.line, comment + 1), "")

    def _head(self, function: cst.FunctionDef) -> Span:
        """Where ``def`` stands: the function's own place is that of its first decorator."""
        name = self.span_of(function.name)
        column = self.context.lines[name.line - 1].rindex("def", 0, name.column - 1) + 1
        return Span(name.line, column, name.line, column)

    def _awaited(self, node: cst.Yield) -> list[Edit] | None:
        assert isinstance(node.value, cst.From)
        source = node.value.item
        item, start = self.span_of(source), self.span_of(node)
        if item.line != start.line or not self.may_stand_in_string(node):
            return None
        if isinstance(self.parent_of(node), cst.WithItem):
            word = self._with_word(node)
            if word is None or len(node.lpar) != 1 or item.end_line != start.line:
                return None
            line = self.context.lines[start.line - 1]
            first = line.rindex("(", 0, start.column) + 1
            last = line.index(")", start.end_column - 1) + 2
            whole = Span(start.line, first, start.line, last)
            return [Edit(word, "async "), Edit(whole, source_of(source))]
        if not is_tight(source) and not getattr(source, "lpar", ()):
            return [Edit(start, f"await ({source_of(source)})")]
        # Only the words in front change.
        brackets = len(getattr(source, "lpar", ()))
        return [Edit(Span(start.line, start.column, item.line, item.column - brackets), "await ")]


def _is_given(function: cst.FunctionDef, loop: cst.BaseExpression) -> bool:
    """Whether a function has asked for the loop that a name is of, and given it no other value."""
    given = [
        each.value
        for each in walk(function)
        if isinstance(each, cst.Assign)
        and any(source_of(target.target) == source_of(loop) for target in each.targets)
    ]
    return bool(given) and all(
        isinstance(each, cst.Call) and name_of(each.func) in _GETTERS for each in given
    )


def _is_of_generator(node: cst.Yield, plain: Collection[str]) -> bool:
    """Whether what is delegated to is a generator of the module's, or another iterable."""
    assert isinstance(node.value, cst.From)
    item = node.value.item
    if isinstance(item, cst.Call):
        return name_of(item.func) in plain
    iterables = (cst.List, cst.Tuple, cst.Set, cst.Dict, cst.BaseComp, cst.SimpleString)
    return isinstance(item, iterables)


def _is_named(argument: cst.Arg, keyword: str) -> bool:
    return argument.keyword is not None and argument.keyword.value == keyword


def _yields(node: cst.CSTNode) -> list[cst.Yield]:
    """The yields of a function's own."""
    found = [node] if isinstance(node, cst.Yield) else []
    for child in children(node):
        if not isinstance(child, cst.FunctionDef | cst.Lambda):
            found += _yields(child)
    return found


def _returns(node: cst.CSTNode) -> bool:
    """Whether a function of its own returns anything."""
    if isinstance(node, cst.Return):
        return node.value is not None
    inner = (each for each in children(node) if not isinstance(each, cst.FunctionDef | cst.Lambda))
    return any(map(_returns, inner))
