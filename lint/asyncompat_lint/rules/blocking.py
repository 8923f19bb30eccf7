"""What the rules about blocking calls share: the call is found, named, and shown its async way."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

from asyncompat_lint.blockers import LOOP, called_at, severity_of
from asyncompat_lint.expressions import last_name
from asyncompat_lint.findings import Edit, Finding, Fix
from asyncompat_lint.importing import ModuleName
from asyncompat_lint.index.calls import PASSING
from asyncompat_lint.knowledge import Table
from asyncompat_lint.loading import cst
from asyncompat_lint.reach import BlockingCall
from asyncompat_lint.rules.awaiting import has_comments
from asyncompat_lint.rules.base import Context, Rule, is_dotted, name_of, source_of
from asyncompat_lint.rules.moved_block import ends_by_exception, hands_over_loop, moved_block
from asyncompat_lint.rules.trees import walk
from asyncompat_lint.spans import Span

TO_THREAD = "await {asyncio}.to_thread({callee}{more})"
# Where that is not: before 3.9, and where another library runs the loop.
IN_EXECUTOR = "await {loop}.run_in_executor(None, {callee}{more})"
GET_RUNNING_LOOP_SINCE = (3, 7)
OF_OTHERS = ("trio", "anyio")
_OTHER_LOOPS = frozenset({"curio", "trio"})
# What acquires a lock, or may, for longer than a block that can be seen.
_ACQUIRING = frozenset({"__enter__", "acquire", "acquire_lock", "enter_context", "lock"})
# What is entered and holds no lock.
_NO_LOCKS = frozenset(
    "NamedTemporaryFile TemporaryDirectory TemporaryFile catch_warnings closing nullcontext open"
    " raises redirect_stderr redirect_stdout suppress warns".split()
)
IN_OTHERS_THREAD = "await {library}.to_thread.run_sync({callee}{more})"
TO_THREAD_SINCE = (3, 9)

_IN_A_FUNCTION = "put this into a function, and `{in_thread}`"
_WHERE_IT_BLOCKS = (
    "what this calls needs the event loop as well, and no thread can run it: do in a thread only"
    " what blocks, at the end of the chain"
)
_IN_A_CALLBACK = (
    "nothing can be awaited here: `{loop}.run_in_executor(None, function)`, or a task, lets the"
    " loop go on"
)

_TIMED = "without the magic, behind which nothing can be awaited: `{in_thread}`"
_HANDED = "`{loop}.run_in_executor(None, function)` has a thread run it, and not the loop"


_AWAITS = re.compile(r"\{in_thread\}|await ")


@dataclass(frozen=True)
class _Replacement:
    """The async way to do a call: its code, the imports that it needs, whether it is the same."""

    code: str
    imports: tuple[str, ...]
    is_complete: bool
    is_same: bool


class BlockingCallRule(Rule):
    """A rule for the calls that the knowledge base lists under the rule's name."""

    does: ClassVar[str]
    meanwhile: ClassVar[str] = "while the event loop waits"

    def __init__(self, context: Context, findings: list[Finding]) -> None:
        super().__init__(context, findings)
        self._known_to_acquire: dict[cst.FunctionDef, bool] = {}

    def visit_Call(self, node: cst.Call) -> None:
        self._check(node, "call")

    def visit_WithItem(self, node: cst.WithItem) -> None:
        self._check(node.item, "enter")

    def visit_For(self, node: cst.For) -> None:
        self._check(node.iter, "iterate")

    def visit_CompFor(self, node: cst.CompFor) -> None:
        self._check(node.iter, "iterate")

    def visit_From(self, node: cst.From) -> None:
        self._check(node.item, "iterate")

    def visit_Attribute(self, node: cst.Attribute) -> None:
        span = self.span_of(node)
        place = (self.name, span.line, span.column, node.attr.value)
        call = self.context.loads.get(place)
        if call is not None:
            self._found(node, call, f"{node.attr.value}, a property,", span)

    def _check(self, node: cst.BaseExpression, kind: str) -> None:
        span = self.span_of(node)
        call = self.context.blocking.get((self.name, span))
        if call is None:
            return
        if kind != call.site.call.kind and not isinstance(node, cst.Call):
            return
        if isinstance(node, cst.Call) and kind != "call":
            return  # it is visited as a call, too
        what = called_at(call.site, call.blocker)
        if _consumes(node, call) or not isinstance(
            self.parent_of(node), cst.CompFor | cst.For | cst.From
        ):
            what = what.replace(LOOP, "going through", 1)
        self._found(node, call, what, span)

    def _found(self, node: cst.BaseExpression, call: BlockingCall, what: str, span: Span) -> None:
        blocker = call.blocker
        message = f"{what} {blocker.entry.table.does or self.does} {self.meanwhile}"
        if blocker.once:
            message += " the first time"
        if blocker.optional:
            message += ", if an environment variable is set"
        if blocker.given:
            message += f", if it is given what {blocker.given}"
        if blocker.overrides == (1, 1):
            message += f" in its only {blocker.among.removesuffix('s')}"
        elif blocker.overrides is not None:
            message += " in {} of its {} {}".format(*blocker.overrides, blocker.among)
        replacement = self._replacement(node, call, self.code_of)
        self.report(
            node,
            message,
            call=call,
            severity=severity_of(blocker, self.weight),
            instead=self._advice(node, call)
            if replacement is None
            else self._line(node, span, replacement),
            hint="" if blocker.chain else self._hint(blocker.entry.table),
            fix=self._fix(node, call),
            what=what.removesuffix(", a property,"),
        )

    def _hint(self, table: Table) -> str:
        """The async twin, the one that the file uses already if there is one."""
        used = [
            each
            for each in table.twins
            if each.partition(".")[0] in self.context.surroundings.imports
        ]
        if used:
            return f"`{used[0]}`, which this file imports already"
        return table.hint or " or ".join(f"`{each}`" for each in table.twins)

    def _advice(self, node: cst.BaseExpression, call: BlockingCall) -> str:
        """What to do where no code in the call's place can say it."""
        table = call.blocker.entry.table
        advice = _IN_A_FUNCTION if self.may_await(node) else _IN_A_CALLBACK
        if self.is_timed(node):
            advice = _TIMED
        hands_over = (
            isinstance(node, cst.Call) and call.blocker.chain and hands_over_loop(self, node)
        )
        if call.blocker.needs_loop or hands_over:
            advice = _WHERE_IT_BLOCKS
        if call.is_handed:
            advice = _HANDED
        fits = self.may_await(node) or not _AWAITS.search(table.advice)
        fits = fits and not call.is_handed
        if table.advice and fits and not call.blocker.chain:
            advice = table.advice
        known = self.context.surroundings
        library = self._other_library()
        in_thread = IN_OTHERS_THREAD if library else self._in_thread()[0]
        for place, code in {
            "{in_thread}": in_thread.replace("{callee}{more}", "function"),
            "{function}": "function",
            "{loop}": self._running_loop(),
            "{asyncio}": known.asyncio_name,
            "{library}": library or "",
        }.items():
            advice = advice.replace(place, code)
        return advice

    def _line(self, node: cst.CSTNode, span: Span, replacement: _Replacement) -> str:
        """The line with the call done the async way, without its comment."""
        before = self.context.lines[span.line - 1][: span.column - 1]
        after = self.context.lines[span.end_line - 1][span.end_column - 1 :]
        statement: cst.CSTNode | None = node
        while statement is not None and not hasattr(statement, "trailing_whitespace"):
            statement = self.parent_of(statement)
        comment = getattr(getattr(statement, "trailing_whitespace", None), "comment", None)
        after = after.rstrip().removesuffix(comment.value if comment is not None else "")
        return f"{before}{replacement.code}{after}".strip()

    def _fix(self, node: cst.BaseExpression, call: BlockingCall) -> Fix | None:
        table = call.blocker.entry.table
        if table.tied_to_thread or call.is_handed:
            return None
        replacement = self._replacement(node, call, source_of)
        is_statement = isinstance(self.parent_of(node), cst.Expr)
        is_safe = replacement is not None and replacement.is_same and is_statement
        is_safe = is_safe and self._is_of_asyncio() and not self._may_hold_lock(node)
        moved = None if is_safe else moved_block(self, node)
        if moved is not None:
            return None if self._other_library() is not None else moved(self._in_thread())
        if replacement is None or not replacement.is_complete:
            return None
        edits = self._around_arguments(node, replacement)
        if edits is None:
            if has_comments(node):
                return None
            edits = (Edit(self.span_of(node), replacement.code),)
        return Fix(edits, tuple(filter(None, replacement.imports)), is_safe)

    def _around_arguments(
        self, node: cst.BaseExpression, replacement: _Replacement
    ) -> tuple[Edit, ...] | None:
        """The same as edits around the arguments, which stay; None where that cannot be.

        It can where the new code ends with just the arguments.
        """
        if not isinstance(node, cst.Call) or not node.args:
            return None
        arguments = ", ".join(source_of(_closed(each)) for each in _bare(node))
        head, found, tail = replacement.code.rpartition(f"{arguments})")
        first = node.args[0].value
        if not found or isinstance(first, cst.GeneratorExp) or getattr(first, "lpar", None):
            return None
        outer, start = self.span_of(node), self.span_of(node.args[0])
        # What stands in front of the first argument, from its line's beginning, stays, too.
        start_line = Span(outer.line, outer.column, *self._behind_bracket(node))
        edits = [Edit(start_line, head.rstrip(" ") if start.line != start_line.end_line else head)]
        if tail:
            end = Span(outer.end_line, outer.end_column, outer.end_line, outer.end_column)
            edits.append(Edit(end, tail))
        return tuple(edits)

    def _behind_bracket(self, node: cst.Call) -> tuple[int, int]:
        """Where the arguments of a call begin: behind its opening bracket."""
        span = self.span_of(node.func)
        closing = len(getattr(node.func, "rpar", ()))
        line, column = span.end_line, span.end_column
        while True:
            rest = self.context.lines[line - 1][column - 1 :]
            for offset, character in enumerate(rest):
                if character == "(":
                    return line, column + offset + 1
                closing -= character == ")"
            line, column = line + 1, 1

    def _thread_name(self) -> ModuleName | None:
        """The module that has `to_thread`, for the Pythons of this one; None where none does."""
        known = self.context.surroundings
        if self._other_library() is not None:
            return None
        if not self._is_old():
            return known.name_of("asyncio", "asyncompat")
        name = known.names["asyncompat"]
        return None if name.statement else name

    def _in_thread(self) -> tuple[str, str]:
        """The code that runs a function in a thread, and the import it needs."""
        name = self._thread_name()
        if name is not None:
            return f"await {name.name}.to_thread({{function}})", name.statement
        asyncio = self.context.surroundings.name_of("asyncio", "asyncompat")
        loop = self._running_loop()
        return f"await {loop}.run_in_executor(None, {{function}})", asyncio.statement

    def _running_loop(self) -> str:
        """The code that gives the running loop, for the Pythons of this module."""
        known = self.context.surroundings
        asyncio = known.name_of("asyncio", "asyncompat")
        is_older = (known.lowest_python or GET_RUNNING_LOOP_SINCE) < GET_RUNNING_LOOP_SINCE
        return f"{asyncio.name}.get_{'event' if is_older else 'running'}_loop()"

    def _is_old(self) -> bool:
        lowest = self.context.surroundings.lowest_python
        return lowest is not None and lowest < TO_THREAD_SINCE

    def _other_library(self) -> str | None:
        """The library, other than asyncio, that runs this module's loop."""
        known = self.context.surroundings
        others = (each for each in OF_OTHERS if each in known.imports)
        return None if "asyncio" in known.imports else next(others, None)

    def _is_of_asyncio(self) -> bool:
        """Whether no other library than the one that is written for may run this module's loop."""
        used = _OTHER_LOOPS.intersection(self.context.surroundings.imports)
        return not used or used == {self._other_library()}

    def _catches_end(self, node: cst.CSTNode) -> bool:
        """Whether `StopIteration` may come out of a call, as far as those around it know."""
        parent = self.parent_of(node)
        while parent is not None and not isinstance(parent, cst.FunctionDef):
            if isinstance(parent, cst.Try) and any(
                name_of(each) == "StopIteration"
                for handler in parent.handlers
                if handler.type is not None
                for each in walk(handler.type)
            ):
                return True
            parent = self.parent_of(parent)
        return False

    def _may_hold_lock(self, node: cst.CSTNode) -> bool:
        """Whether a thread's lock may be held: whoever waits for it stops the loop meanwhile."""
        parent = self.parent_of(node)
        while parent is not None and not isinstance(parent, cst.FunctionDef):
            if isinstance(parent, cst.With) and _may_take_lock(parent):
                return True
            if isinstance(parent, cst.Try) and _may_release(parent):
                return True
            parent = self.parent_of(parent)
        return parent is not None and self._acquires(parent)

    def _acquires(self, function: cst.FunctionDef) -> bool:
        """Whether a function calls `acquire`: asked for each finding in it, and found out once."""
        known = self._known_to_acquire.get(function)
        if known is None:
            known = self._known_to_acquire[function] = any(
                isinstance(each, cst.Call)
                and isinstance(each.func, cst.Attribute)
                and each.func.attr.value in _ACQUIRING
                and not isinstance(self.parent_of(each), cst.Await)
                for each in walk(function)
            )
        return known

    def _replacement(
        self,
        node: cst.BaseExpression,
        call: BlockingCall,
        code_of: Callable[[cst.CSTNode], str],
    ) -> _Replacement | None:
        """The call done the async way, if code in its place can say that."""
        blocker = call.blocker
        table = blocker.entry.table
        consumes = _consumes(node, call)
        is_itself = not blocker.chain and not blocker.passed and not consumes
        if (
            not isinstance(node, cst.Call)
            or call.site.is_load
            or (call.site.call.kind != "call" and (not consumes or table.tied_to_thread))
            or (table.advice and is_itself)
            or (blocker.chain and call.site.call.awaited)  # a thread would give what is awaited
            or blocker.needs_loop
            or call.is_handed
            or ends_by_exception(node)
            or (blocker.chain and hands_over_loop(self, node))
            or self._catches_end(node)
            or not self.may_await(node)
        ):
            return None
        bare = _bare(node)
        arguments = ", ".join(code_of(_closed(each)) for each in bare)
        known = self.context.surroundings
        library = self._other_library()
        asyncio = known.name_of("asyncio", "asyncompat")
        template = table.instead if is_itself else ""
        if not (is_dotted(node.func) or "{receiver}" in template or "{callee}" in template):
            template = ""  # what is called is found out by running something
        is_same = bool(template) and table.same
        callee = code_of(node.func)
        imports = []
        if library is not None and template.startswith("await {asyncio}.sleep("):
            template = template.replace("{asyncio}", "{library}")
        if not template:
            if library is not None:
                template = IN_OTHERS_THREAD
            elif self._thread_name() is not None:
                template, asyncio = TO_THREAD, self._thread_name() or asyncio
            else:
                template = IN_EXECUTOR.replace("{loop}", self._running_loop())
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
        parent = self.parent_of(node)
        if isinstance(parent, cst.Await):
            code = code.removeprefix("await ")
        elif isinstance(
            parent, cst.Attribute | cst.Call | cst.Subscript | cst.Await
        ) and not _is_argument(node, parent):
            code = f"({code})"
        # A function of another name, or of another module, has to be imported by somebody.
        knows_names = "{receiver}" not in template or bool(receiver)
        is_complete = knows_names and not re.match(r"await \w*\{function", template)
        return _Replacement(code, tuple(imports), is_complete, is_same)


def _consumes(node: cst.BaseExpression, call: BlockingCall) -> bool:
    """Whether a call goes through what it is given, which runs nothing before: `list(lines())`."""
    return (
        isinstance(node, cst.Call)
        and not call.site.is_load
        and call.site.call.kind == "iterate"
        and name_of(node.func) not in {last_name(call.site.call.callee), *PASSING}
    )


def _may_take_lock(block: cst.With) -> bool:
    """Whether a block may hold a lock: whatever is not known for something else may be one."""
    return block.asynchronous is None and not all(
        isinstance(each.item, cst.Call) and name_of(each.item.func) in _NO_LOCKS
        for each in block.items
    )


def _may_release(block: cst.Try) -> bool:
    """Whether a block may release at its end what was acquired in front of it."""
    return block.finalbody is not None and any(
        isinstance(each, cst.Call) for each in walk(block.finalbody)
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
