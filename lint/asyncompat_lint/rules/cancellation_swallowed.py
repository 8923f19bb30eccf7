from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from asyncompat_lint.cancellations import APART_SINCE
from asyncompat_lint.findings import Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.base import Rule, is_async, name_of, source_of
from asyncompat_lint.rules.trees import walk

if TYPE_CHECKING:
    _Handler = cst.ExceptHandler | cst.ExceptStarHandler
_WORDS = {"Break": "break", "Continue": "continue", "Return": "return"}
_CATCHING = {"BaseException", "CancelledError"}


# What does nothing with an exception but tell of it.
_TELLING = frozenset(
    "critical debug error exception format info isinstance log print repr str type warning".split()
)


_EXITING = frozenset({"_exit", "exit"})
# What gives it to somebody else, by whatever name.
_THROWING = frozenset({"set_exception", "throw"})


class CancellationSwallowed(Rule):
    """A handler that catches a cancellation around an ``await``, and goes on as if nothing were.

    So do ``contextlib.suppress`` and what leaves a ``finally``.

    Whoever cancelled the task - a timeout, a task group, the end of the program - waits for it to
    end, and waits in vain. Raise it again after cleaning up. A function that has itself cancelled
    what it awaits may catch it; one that ends with the handler hides that it was cancelled, which
    is told with less weight.
    """

    code = "AC204"
    name = "cancellation-swallowed"
    severity = Severity.WARNING
    INVALID = (
        """\
import asyncio
async def work(step):
    while True:
        try:
            await step()
        except asyncio.CancelledError:
            print("cancelled")
""",
        """\
async def work(step):
    try:
        await step()
    except BaseException:
        pass
    await step()
""",
        """\
async def work(step):
    while True:
        try:
            await step()
        except:
            continue
""",
        """\
import asyncio
async def work(steps):
    for step in steps:
        try:
            await step()
        except* asyncio.CancelledError:
            print("cancelled")
""",
        """\
import asyncio, contextlib
async def work(step):
    while True:
        with contextlib.suppress(asyncio.CancelledError):
            await step()
""",
        """\
async def work(steps):
    for step in steps:
        try:
            await step()
        finally:
            continue
""",
        """\
import asyncio
async def close(job, other):
    try:
        await job.close()
    except BaseException:
        print("failed")
    await asyncio.sleep(1)
    other.cancel()
""",
    )
    VALID = (
        """\
import asyncio, sys
async def work(step):
    while True:
        try:
            await step()
        except asyncio.CancelledError:
            sys.exit(1)
""",
        """\
import asyncio, contextlib
async def stop(task: asyncio.Task):
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task
async def work(step):
    while True:
        with contextlib.suppress(ValueError):
            await step()
        try:
            await step()
        finally:
            for each in (1, 2):
                continue
""",
        """\
async def start(step, stop):
    try:
        await step()
    except Exception:
        try:
            await stop()
        except BaseException:
            pass
        raise
""",
        """\
import asyncio
async def work(step):
    try:
        await step()
    except asyncio.CancelledError:
        print("cancelled")
        raise
""",
        """\
import asyncio, contextlib
async def stop(task: asyncio.Task):
    task.cancel()
    try:
        await task
    except asyncio.CancelledError:
        pass
""",
        """\
async def work(step):
    try:
        await step()
    except Exception:
        pass
""",
        """\
import asyncio, sys
async def work(step, context):
    while True:
        try:
            await step()
        except asyncio.CancelledError:
            context.throw(*sys.exc_info())
""",
        """\
import asyncio
async def work(step):
    cancelled = False
    for _ in range(3):
        try:
            await step()
        except asyncio.CancelledError:
            cancelled = True
    if cancelled:
        raise asyncio.CancelledError
""",
        """\
from twisted.internet.defer import CancelledError
async def work(step):
    while True:
        try:
            await step()
        except CancelledError:
            continue
""",
        """\
from concurrent.futures import CancelledError
async def work(step):
    while True:
        try:
            await step()
        except CancelledError:
            continue
""",
    )

    def visit_Try(self, node: cst.Try) -> None:
        function = self._cancelled(node)
        if function is None:
            return
        self._check_handlers(node, node.handlers, function)
        if node.finalbody is not None:
            for line in node.finalbody.body.body:
                last = _simple(line)
                if isinstance(last, cst.Break | cst.Continue | cst.Return):
                    self._tell(
                        last, f"`{_WORDS[type(last).__name__]}` in `finally` drops", function, node
                    )

    def visit_TryStar(self, node: cst.TryStar) -> None:
        function = self._cancelled(node)
        if function is not None:
            self._check_handlers(node, node.handlers, function)

    def visit_With(self, node: cst.With) -> None:
        function = self._cancelled(node)
        for item in node.items if function is not None else ():
            match item.item:
                case cst.Call(func=manager, args=arguments) if name_of(manager) == "suppress":
                    caught = self._caught_of([each.value for each in arguments])
                    if caught is not None and function is not None:
                        self._tell(item, f"`suppress({caught})` drops", function, node)

    def _cancelled(self, node: cst.Try | cst.TryStar | cst.With) -> cst.FunctionDef | None:
        """The async function that a statement is of in which a cancellation may be lost."""
        function = is_async(self, node)
        imports = self.context.surroundings.imports
        if "twisted" in imports and "asyncio" not in imports:
            return None  # its exception is none of asyncio's
        if function is None or not _awaits(node.body) or self._has_cancelled(node, function):
            return None
        # What is cleaned up in a handler that raises does not keep the task from ending.
        return None if self._is_in_a_raising_handler(node) else function

    def _has_cancelled(
        self, node: cst.Try | cst.TryStar | cst.With, function: cst.FunctionDef
    ) -> bool:
        """Whether the function has itself cancelled something by then, and sees how that ends."""
        end_line = self.span_of(node).end_line
        loops = (e for _, e in self._around(node) if isinstance(e, cst.While | cst.For))
        return any(self.span_of(each).line <= end_line for each in _cancels(function)) or any(
            True for loop in loops for _ in _cancels(loop)
        )

    def _tell(
        self, place: cst.CSTNode, what: str, function: cst.FunctionDef, statement: cst.CSTNode
    ) -> None:
        leaves = isinstance(place, cst.Break | cst.Return)
        self.report(
            place,
            f"{what} the cancellation of the task, which then goes on",
            function=f"async def {function.name.value}",
            severity=Severity.INFO if leaves or self._is_last_to_wait(statement) else None,
            hint="to let the exception pass",
        )

    def _check_handlers(
        self,
        node: cst.CSTNode,
        handlers: Sequence[_Handler],
        function: cst.FunctionDef,
    ) -> None:
        for handler in handlers:
            caught = self._caught(handler)
            if caught is None:
                continue
            if not any(isinstance(each, cst.Raise) or _exits(each) for each in walk(handler.body)):
                if _hands_on(handler) or _raises_later(handler, function):
                    return
                is_over = _leaves(handler) or self._is_last_to_wait(node)
                weight = Severity.INFO if is_over else None
                self.report(
                    handler,
                    f"{caught} catches the cancellation of the task, which then goes on",
                    function=f"async def {function.name.value}",
                    severity=weight,
                    hint="`raise` at the handler's end",
                )
            return  # the handlers behind it do not see a cancellation

    def _caught(self, handler: _Handler) -> str | None:
        """What of a handler catches a cancellation."""
        if handler.type is None:
            return "a bare `except`"
        types = [handler.type]
        if isinstance(handler.type, cst.Tuple):
            types = [element.value for element in handler.type.elements]
        caught = self._caught_of(types)
        return None if caught is None else f"`except {caught}`"

    def _caught_of(self, types: list[cst.BaseExpression]) -> str | None:
        """Which of some exceptions is a cancellation, or stands above it."""
        lowest = self.context.surroundings.lowest_python
        if lowest is None or lowest >= APART_SINCE:
            others = self.context.surroundings.no_cancellations
            types = [each for each in types if source_of(each) not in others]
        return next((name for name in map(name_of, types) if name in _CATCHING), None)

    def _is_in_a_raising_handler(self, node: cst.CSTNode) -> bool:
        return any(
            isinstance(parent, cst.ExceptHandler) and _raises(parent)
            for _, parent in self._around(node)
        )

    def _is_last_to_wait(self, node: cst.CSTNode) -> bool:
        """Whether nothing is awaited behind a statement, so that its function ends soon anyway."""
        for inner, parent in self._around(node):
            if isinstance(parent, cst.While | cst.For):
                return False
            if isinstance(parent, cst.IndentedBlock):
                behind = parent.body[parent.body.index(inner) + 1 :]
                if any(map(_awaits, behind)):
                    return False
        return True

    def _around(self, node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, cst.CSTNode]]:
        """Give what a node stands in, up to its function, each behind what stands in it."""
        parent = self.parent_of(node)
        while parent is not None and not isinstance(node, cst.FunctionDef):
            yield node, parent
            node, parent = parent, self.parent_of(parent)


def _awaits(node: cst.CSTNode) -> bool:
    return any(
        isinstance(each, cst.Await)
        or (isinstance(each, cst.For | cst.With) and each.asynchronous is not None)
        for each in walk(node)
    )


def _cancels(inside: cst.CSTNode) -> Iterator[cst.Call]:
    """Give the calls that cancel something."""
    for each in walk(inside):
        if isinstance(each, cst.Call) and "cancel" in name_of(each.func):
            yield each


def _hands_on(handler: _Handler) -> bool:
    """Whether the exception is kept or given to somebody, and not only told of."""
    calls = (each for each in walk(handler.body) if isinstance(each, cst.Call))
    if any(name_of(each.func) in _THROWING for each in calls):
        return True
    if handler.name is None:
        return False
    name = name_of(handler.name.name)
    for each in walk(handler.body):
        if isinstance(each, cst.Assign) and name_of(each.value) == name:
            return True
        if (
            isinstance(each, cst.Call)
            and name_of(each.func) not in _TELLING
            and any(name_of(argument.value) == name for argument in each.args)
        ):
            return True
    return False


def _raises_later(handler: _Handler, function: cst.FunctionDef) -> bool:
    """Whether the handler sets a flag for which the function raises something."""
    flags = {
        name_of(target.target)
        for each in walk(handler.body)
        if isinstance(each, cst.Assign) and name_of(each.value) == "True"
        for target in each.targets
    } - {""}
    return any(
        isinstance(each, cst.If)
        and name_of(each.test) in flags
        and any(isinstance(inside, cst.Raise) for inside in walk(each.body))
        for each in walk(function)
    )


def _exits(node: cst.CSTNode) -> bool:
    """Whether something ends the program: ``sys.exit()``."""
    return isinstance(node, cst.Call) and name_of(node.func) in _EXITING


def _leaves(handler: _Handler) -> bool:
    return isinstance(_last(handler), cst.Return | cst.Break)


def _raises(handler: cst.ExceptHandler) -> bool:
    return isinstance(_last(handler), cst.Raise)


def _last(handler: _Handler) -> cst.CSTNode | None:
    """The last simple statement of a handler, if it ends with one."""
    body = handler.body.body
    return _simple(body[-1]) if body else None


def _simple(statement: cst.CSTNode) -> cst.CSTNode | None:
    """The last of a line's statements, which may stand behind the colon; of others None."""
    if isinstance(statement, cst.SimpleStatementLine):
        return statement.body[-1]
    return statement if isinstance(statement, cst.BaseSmallStatement) else None
