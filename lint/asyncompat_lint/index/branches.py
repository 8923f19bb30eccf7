"""Branches: which lines belong to which, and what ``isinstance`` says about a name in one.

Knows syntax trees only, and nothing of names' meaning.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from asyncompat_lint.expressions import Either, Expr
from asyncompat_lint.facts import Suite
from asyncompat_lint.index.expressions import annotation, expression, name_of
from asyncompat_lint.index.nodes import children, walk

_LEAVING = (ast.Return, ast.Raise, ast.Continue, ast.Break)
_EXCLUSIVE = (ast.If, ast.Match)
_LOOPS = (ast.AsyncFor, ast.For, ast.While)


@dataclass(frozen=True)
class Narrowing:
    """In these lines a name is an instance of what an annotation names, or ``excluded`` from it.

    It may be a dotted one.
    """

    name: str
    suite: Suite
    annotation: Expr
    excluded: bool = False


def suite_of(statement: ast.stmt, body: list[ast.stmt]) -> Suite | None:
    """Return the branch that a body is, one of the ways that a statement can go."""
    if not body:
        return None
    exclusive = isinstance(statement, _EXCLUSIVE)
    is_left = isinstance(body[-1], _LEAVING) and not isinstance(statement, _LOOPS)
    return Suite(*lines_of(body), statement.lineno, _end(statement), exclusive, is_left)


def narrowings(statement: ast.stmt, rest: list[ast.stmt]) -> Iterator[Narrowing]:
    """Give what a statement says about names, in its branches or in what follows it."""
    match statement:
        case ast.If(test=test, body=body, orelse=orelse) if isinstance(test, _TELLING):
            yield from _told(test, Suite(*lines_of(body), statement.lineno, _end(statement)))
            if orelse:
                where = Suite(*lines_of(orelse), statement.lineno, _end(statement))
                yield from _told_otherwise(test, where)
            if rest and leaves(body):
                first, last = lines_of(rest)
                yield from _told_otherwise(test, Suite(first, last, first, last))
        case ast.Assert(test=test) if rest:
            first, last = lines_of(rest)
            yield from _told(test, Suite(first, last, first, last))
        case ast.While(test=test, body=body):
            yield from _told(test, Suite(*lines_of(body), statement.lineno, _end(statement)))
        case ast.Match(subject=ast.Name(id=name), cases=cases):
            for case in cases:
                class_ = _class_of(case.pattern)
                if class_ is not None:
                    where = Suite(*lines_of(case.body), statement.lineno, _end(statement))
                    yield Narrowing(name, where, annotation(class_))


def expression_narrowings(node: ast.IfExp) -> Iterator[Narrowing]:
    """Give what the test of ``a if test else b`` says."""
    line, end_line = node.lineno, _end(node)
    yield from _told(node.test, Suite(line, end_line, line, end_line))


def is_never(test: ast.expr, false: Collection[str] = ()) -> bool:
    """Return whether a test fails whenever the code runs: ``False``, ``TYPE_CHECKING``.

    ``false`` are names that are ``False``.
    """
    if isinstance(test, ast.Name):
        return test.id == "TYPE_CHECKING" or test.id in false
    if isinstance(test, ast.Attribute):
        return test.attr == "TYPE_CHECKING"
    if isinstance(test, ast.Constant):
        return not test.value
    if isinstance(test, ast.BoolOp) and isinstance(test.op, ast.And):
        return any(is_never(each, false) for each in test.values)
    return False


def is_always_false(assignment: ast.Assign, text: str) -> str:
    """Return the private name that is given ``False`` here, and in the whole text nothing else."""
    match assignment:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Constant(value=False)):
            given = re.findall(rf"\b{name}\b[^=\n]*(?<![=!<>])=(?!=)", text)
            return name if name.startswith("_") and len(given) == 1 else ""
    return ""


def not_waiting(statement: ast.Try) -> frozenset[Expr]:
    """Return what is asked in a body that knows that it may have to come again."""
    types = [
        kind
        for handler in statement.handlers
        for kind in (handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type])
    ]
    if not any(kind is not None and name_of(kind) == "BlockingIOError" for kind in types):
        return frozenset()
    return frozenset(
        expression(each.func.value)
        for part in statement.body
        for each in walk(part)
        if isinstance(each, ast.Call) and isinstance(each.func, ast.Attribute)
    )


# What tells whether there is anything to wait for.
_POLLS = frozenset("done empty full poll qsize ready".split())
# And these, whether something is still at work.
_AT_WORK = "is_alive"
_ASKED = sorted({*_POLLS, _AT_WORK})
_POLL = re.compile(rf"\.\s*(?:{'|'.join(_ASKED)})\s*\(")


def may_poll(text: str) -> bool:
    """Return whether any test in a text may ask that."""
    return _POLL.search(text) is not None


def polled(test: ast.expr) -> frozenset[Expr]:
    """Return what a test asks whether there is anything to wait for: ``not queue.empty()``."""
    compared = {each.left for each in walk(test) if isinstance(each, ast.Compare)}
    return ended(test, holds=True) | {
        expression(each.func.value)
        for each in walk(test)
        if isinstance(each, ast.Call)
        and isinstance(each.func, ast.Attribute)
        and each.func.attr in _POLLS
        and not each.args
        and not (each.func.attr == "poll" and each in compared)
    }


def ended(test: ast.expr, *, holds: bool) -> frozenset[Expr]:
    """Return the threads and processes that have ended where a test holds, or where it does not."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return ended(operand, holds=not holds)
        case ast.BoolOp(op=operator, values=values):
            parts = [ended(each, holds=holds) for each in values]
            if isinstance(operator, ast.And) is holds:
                return frozenset().union(*parts)
            # By which of them it holds, or not, nobody knows: all have to speak of one thing.
            found = {each for part in parts for each in part}
            others = [value for value, part in zip(values, parts, strict=True) if not part]
            is_one = len(found) == 1 and {_asked_of(each) for each in others} <= found
            return frozenset(found) if is_one else frozenset()
    return at_work(test, holds=not holds)


def _asked_of(test: ast.expr) -> Expr:
    """What is asked whether it is there at all."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return _asked_of(operand)
        case ast.Compare(left=left, ops=[ast.Is() | ast.IsNot()]):
            return expression(left)
    return expression(test)


def at_work(test: ast.expr, *, holds: bool) -> frozenset[Expr]:
    """Return the threads and processes at work still where a test holds, or where it does not."""
    match test:
        case ast.BoolOp(op=operator, values=values) if isinstance(operator, ast.And) is holds:
            return frozenset().union(*(at_work(each, holds=holds) for each in values))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return at_work(operand, holds=not holds)
        case ast.Call(func=ast.Attribute(value=value, attr=attr)) if attr == _AT_WORK and holds:
            return frozenset({expression(value)})
        case ast.Compare(
            left=ast.Call(func=ast.Attribute(value=value, attr="poll"), args=[]),
            ops=[ast.Is() | ast.IsNot() as operator],
            comparators=[ast.Constant(value=None)],
        ) if isinstance(operator, ast.Is) is holds:
            return frozenset({expression(value)})
    return frozenset()


# Behind a call of one of these a future is done: the one that is given its end, or awaited.
SETTLING = frozenset({"set_exception", "set_result", "wrap_future"})


def settled_by(call: ast.Call) -> frozenset[Expr]:
    """Return the future that a call of these settles."""
    match call:
        case ast.Call(func=function, args=[future, *_]) if name_of(function) == "wrap_future":
            return frozenset({expression(future)})
        case ast.Call(func=ast.Attribute(value=future)):
            return frozenset({expression(future)})
    return frozenset()


def waited_for(loop: ast.While) -> frozenset[Expr]:
    """Return what there is something to get from when a loop has ended: ``while queue.empty()``."""
    if any(isinstance(each, ast.Break) for part in loop.body for each in walk(part)):
        return frozenset()
    match loop.test:
        case ast.Call(func=ast.Attribute(value=value, attr="empty")):
            pass
        case ast.UnaryOp(
            op=ast.Not(), operand=ast.Call(func=ast.Attribute(value=value, attr=poll))
        ) if poll in _POLLS - {"empty"}:
            pass
        case _:
            return ended(loop.test, holds=False)
    return frozenset({expression(value)})


# What tells whether an event loop runs in this thread.
ASKING = frozenset({"_get_running_loop", "current_async_library", "get_running_loop", "is_running"})


_FAILURE = "RuntimeError"
_FAILURES = frozenset({"BaseException", "Exception", _FAILURE})
# These two fail where no loop runs, and the others where one does.
FAILING, _ASKING = "get_running_loop", "get_event_loop"
_FAILING_WITHIN = frozenset({"run", "run_forever", "run_until_complete"})


def runs_without_loop(handler: ast.ExceptHandler, body: list[ast.stmt]) -> bool:
    """Return whether a handler is for what asks for the running loop and finds that none runs."""
    types = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    names = {"BaseException" if each is None else name_of(each) for each in types}
    nodes = (each for statement in body for each in walk(statement))
    called = {name_of(each.func) for each in nodes if isinstance(each, ast.Call)}
    # Who asks by `get_event_loop` may not think of that: so only its own error counts.
    failures = _FAILURES if FAILING in called else {_FAILURE} if _ASKING in called else frozenset()
    return not names.isdisjoint(failures) and called.isdisjoint(_FAILING_WITHIN)


# What may ask for a class.
_TELLING = (ast.BoolOp, ast.Call, ast.UnaryOp)


def _told(test: ast.expr, suite: Suite) -> Iterator[Narrowing]:
    match test:
        case ast.Call(func=ast.Name(id="isinstance"), args=[asked, classes]):
            name = dotted_name(asked)
            if name:
                yield Narrowing(name, suite, one_of(classes))
        case ast.BoolOp(op=ast.And(), values=values):
            for value in values:
                yield from _told(value, suite)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _told_otherwise(operand, suite)


def _told_otherwise(test: ast.expr, suite: Suite) -> Iterator[Narrowing]:
    """What it says of a name that a test has failed."""
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            yield from _told(operand, suite)
        case ast.Call(func=ast.Name(id="isinstance")):
            for each in _told(test, suite):
                yield replace(each, excluded=True)
        case ast.BoolOp(op=ast.Or(), values=values):
            for value in values:
                yield from _told_otherwise(value, suite)


def one_of(classes: ast.expr) -> Expr:
    """Return what the second argument of ``isinstance`` names."""
    if isinstance(classes, ast.Tuple):
        return Either(tuple(map(annotation, classes.elts)))
    return annotation(classes)


def _class_of(pattern: ast.pattern) -> ast.expr | None:
    match pattern:
        case ast.MatchAs(pattern=ast.MatchClass(cls=class_)) | ast.MatchClass(cls=class_):
            return class_
    return None


def dotted_name(node: ast.expr) -> str:
    """Return a dotted name as it is written; nothing for anything else."""
    if isinstance(node, ast.NamedExpr):
        node = node.target
    if isinstance(node, ast.Attribute):
        owner = dotted_name(node.value)
        return owner and f"{owner}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


_EXITS = frozenset({("os", "_exit"), ("sys", "exit")})


def ends(statement: ast.stmt) -> bool:
    """Return whether nothing behind a statement is run: it ends the program, or loops for good."""
    if isinstance(statement, ast.Expr):
        match statement.value:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=module), attr=name)):
                return (module, name) in _EXITS
        return False
    match statement:
        case ast.While(test=ast.Constant(value=value), body=body) if value:
            return not any(map(_breaks, body))
        case ast.If(body=body, orelse=[*_, last]):
            return all(leaves([each]) or ends(each) for each in (body[-1], last))
        case ast.Assert(test=ast.Constant(value=False)):
            return True
    return False


def _breaks(node: ast.AST) -> bool:
    """Whether something leaves the loop that it is in."""
    if isinstance(node, ast.Break):
        return True
    if isinstance(node, ast.For | ast.AsyncFor | ast.While):
        return any(map(_breaks, node.orelse))
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef | ast.expr):
        return False
    return any(map(_breaks, children(node)))


def leaves(body: list[ast.stmt]) -> bool:
    """Return whether a body ends by leaving what is around it."""
    return isinstance(body[-1], _LEAVING)


def lines_of(body: list[ast.stmt]) -> tuple[int, int]:
    """Return the first line of a body, and the last."""
    last = body[-1]
    return body[0].lineno, last.end_lineno or last.lineno


def _end(node: ast.stmt | ast.expr) -> int:
    return node.end_lineno or node.lineno
