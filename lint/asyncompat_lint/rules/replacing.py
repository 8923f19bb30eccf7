"""A blocking call written the async way: its code, and the edits that make it of what stands there.

What the async way is, the knowledge tells, or else it is a thread. Knows libcst and one file.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from asyncompat_lint.expressions import last_name
from asyncompat_lint.findings import Edit
from asyncompat_lint.index.calls import PASSING
from asyncompat_lint.loading import cst
from asyncompat_lint.reach import BlockingCall
from asyncompat_lint.rules.base import Rule, is_dotted, name_of, source_of
from asyncompat_lint.rules.in_thread import IN_EXECUTOR, IN_OTHERS_THREAD, TO_THREAD, InThread
from asyncompat_lint.rules.moved_block import ends_by_exception, hands_over_loop
from asyncompat_lint.rules.trees import walk
from asyncompat_lint.spans import Span

# A function of another name, beside the one that is called.
_TWIN = re.compile(r"await \w*\{function")


@dataclass(frozen=True)
class Replacement:
    """The async way to do a call: its code, the imports that it needs, whether it is the same."""

    code: str
    imports: tuple[str, ...]
    is_complete: bool
    is_same: bool


def replacement_of(
    rule: Rule,
    node: cst.BaseExpression,
    call: BlockingCall,
    code_of: Callable[[cst.CSTNode], str],
) -> Replacement | None:
    """Return the call done the async way, if code in its place can say that."""
    blocker = call.blocker
    table = blocker.entry.table
    goes_through = consumes(node, call)
    is_itself = not blocker.chain and not blocker.passed and not goes_through
    if (
        not isinstance(node, cst.Call)
        or call.site.is_load
        or (call.site.call.kind != "call" and (not goes_through or table.tied_to_thread))
        or (table.advice and is_itself)
        # A thread would give what is awaited.
        or ((blocker.chain or blocker.passed) and call.site.call.awaited)
        or blocker.needs_loop
        or call.is_handed
        or ends_by_exception(node)
        or (blocker.chain and hands_over_loop(rule, node))
        or _catches_end(rule, node)
        or not rule.may_await(node)
    ):
        return None
    known = rule.context.surroundings
    in_thread = InThread(known)
    library = in_thread.other_library
    if library is not None and _may_be_cancelled(rule, node):
        return None
    bare = _bare(node)
    arguments = ", ".join(code_of(_closed(each)) for each in bare)
    asyncio = known.name_of("asyncio", "asyncompat")
    template = table.instead if is_itself else ""
    if not (is_dotted(node.func) or "{receiver}" in template or "{callee}" in template):
        template = ""  # what is called is found out by running something
    is_same = bool(template) and table.same
    if isinstance(node.func, cst.Attribute) and _TWIN.match(template):
        template = template.replace("await ", "await {receiver}.", 1)  # the twin is there as well
    callee = code_of(node.func)
    imports = []
    if library is not None and template.startswith("await {asyncio}.sleep("):
        template = template.replace("{asyncio}", "{library}")
    if not template:
        if library is not None:
            template = IN_OTHERS_THREAD
        elif in_thread.module is not None:
            template, asyncio = TO_THREAD, in_thread.module
        else:
            template = IN_EXECUTOR.replace("{loop}", in_thread.running_loop)
        has_keywords = any(each.keyword is not None or each.star == "**" for each in node.args)
        if template != TO_THREAD and has_keywords:
            functools = known.names["functools"]
            callee, arguments = f"{functools.name}.partial({callee}, {arguments})", ""
            imports.append(functools.statement)
    if "{asyncio}" in template or template.startswith("await asyncio"):
        imports.append(asyncio.statement)
    elif "{library}" in template and library is not None:
        imports.append(known.names[library].statement)
    receiver = code_of(node.func.value) if isinstance(node.func, cst.Attribute) else ""
    code = template.format(
        asyncio=asyncio.name,
        library=library and known.names[library].name,
        callee=callee,
        receiver=receiver,
        function=last_name(call.site.call.callee),
        first=code_of(bare[0].value) if bare else "",
        arguments=arguments,
        more=arguments and f", {arguments}",
    )
    parent = rule.parent_of(node)
    if isinstance(parent, cst.Await):
        code = code.removeprefix("await ")
    elif isinstance(
        parent, cst.Attribute | cst.Call | cst.Subscript | cst.Await
    ) and not _is_argument(node, parent):
        code = f"({code})"
    # A function of another name, or of another module, has to be imported by somebody.
    knows_names = "{receiver}" not in template or bool(receiver)
    is_complete = knows_names and not _TWIN.match(template)
    return Replacement(code, tuple(imports), is_complete, is_same)


def around_arguments(rule: Rule, node: cst.BaseExpression, code: str) -> tuple[Edit, ...] | None:
    """Return the same as edits around the arguments, which stay; None where that cannot be.

    It can where the new code ends with just the arguments.
    """
    if not isinstance(node, cst.Call) or not node.args:
        return None
    arguments = ", ".join(source_of(_closed(each)) for each in _bare(node))
    head, found, tail = code.rpartition(f"{arguments})")
    first = node.args[0].value
    if not found or isinstance(first, cst.GeneratorExp) or getattr(first, "lpar", None):
        return None
    outer, start = rule.span_of(node), rule.span_of(node.args[0])
    # What stands in front of the first argument, from its line's beginning, stays, too.
    start_line = Span(outer.line, outer.column, *_behind_bracket(rule, node))
    edits = [Edit(start_line, head.rstrip(" ") if start.line != start_line.end_line else head)]
    if tail:
        end = Span(outer.end_line, outer.end_column, outer.end_line, outer.end_column)
        edits.append(Edit(end, tail))
    return tuple(edits)


def _behind_bracket(rule: Rule, node: cst.Call) -> tuple[int, int]:
    """Where the arguments of a call begin: behind its opening bracket."""
    span = rule.span_of(node.func)
    closing = len(getattr(node.func, "rpar", ()))
    line, column = span.end_line, span.end_column
    while True:
        rest = rule.context.lines[line - 1][column - 1 :]
        for offset, character in enumerate(rest):
            if character == "(":
                return line, column + offset + 1
            closing -= character == ")"
        line, column = line + 1, 1


def _catches_end(rule: Rule, node: cst.CSTNode) -> bool:
    """Whether `StopIteration` may come out of a call, as far as those around it know."""
    return any(
        "StopIteration" in _caught(handler)
        for each in _around(rule, node)
        if isinstance(each, cst.Try)
        for handler in each.handlers
    )


def _around(rule: Rule, node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Give what something stands in, within its function."""
    parent = rule.parent_of(node)
    while parent is not None and not isinstance(parent, cst.FunctionDef):
        yield parent
        parent = rule.parent_of(parent)


def _caught(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> set[str]:
    """The names in what a handler is for; one for all is for this one."""
    return {"BaseException"} if handler.type is None else set(map(name_of, walk(handler.type)))


_CANCELLED = frozenset({"BaseException", "Cancelled", "CancelledError", "get_cancelled_exc_class"})


def _may_be_cancelled(rule: Rule, node: cst.CSTNode) -> bool:
    """Whether something stands where a cancelled task comes by: each `await` of trio's fails there.

    asyncio's fails but once.
    """
    return any(
        isinstance(each, cst.Finally)
        or (
            isinstance(each, cst.ExceptHandler | cst.ExceptStarHandler)
            and not _CANCELLED.isdisjoint(_caught(each))
        )
        for each in _around(rule, node)
    )


def consumes(node: cst.BaseExpression, call: BlockingCall) -> bool:
    """Return whether a call goes through what it is given, as ``list(lines())`` does."""
    return (
        isinstance(node, cst.Call)
        and not call.site.is_load
        and call.site.call.kind == "iterate"
        and name_of(node.func) not in {last_name(call.site.call.callee), *PASSING}
    )


def _bare(node: cst.Call) -> list[cst.Arg]:
    """The arguments of a call, without what stands between them."""
    nothing = {
        "comma": cst.MaybeSentinel.DEFAULT,
        "whitespace_after_arg": cst.SimpleWhitespace(""),
    }
    return [each.with_changes(**nothing) for each in node.args]


def _closed(argument: cst.Arg) -> cst.Arg:
    """A generator expression that has been alone between the parentheses needs its own."""
    value = argument.value
    if isinstance(value, cst.GeneratorExp) and not value.lpar:
        parentheses = {"lpar": [cst.LeftParen()], "rpar": [cst.RightParen()]}
        return argument.with_changes(value=value.with_changes(**parentheses))
    return argument


def _is_argument(node: cst.Call, parent: cst.CSTNode) -> bool:
    return isinstance(parent, cst.Call) and parent.func is not node
