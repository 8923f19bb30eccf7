"""What is done but once: what asks first whether its result is already there, and then keeps it.

Knows syntax, and the scopes of the module.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from asyncompat_lint.expressions import NOTHING, Attribute, Called, Name, dotted
from asyncompat_lint.facts import CallSite, Scope
from asyncompat_lint.index.branches import dotted_name
from asyncompat_lint.index.expressions import name_of
from asyncompat_lint.index.nodes import walk

_TELLING = (ast.Attribute, ast.BoolOp, ast.Call, ast.Compare, ast.Name, ast.NamedExpr, ast.UnaryOp)
_FILLING = frozenset("add append extend update".split())


def missing(test: ast.expr, *, holds: bool = True) -> set[str]:
    """Return what is not there where a test succeeds, or fails: ``x is None``, ``not x``."""
    if not isinstance(test, _TELLING):
        return set()
    match test:
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return missing(operand, holds=not holds)
        case ast.BoolOp(op=operator, values=values):
            groups = [missing(each, holds=holds) for each in values]
            # Another one may be why it succeeds, and again: `x is None or time() > until`.
            is_any = isinstance(operator, ast.Or) == holds
            return set().union(*groups) if all(groups) or not is_any else set()
        case ast.Compare(left=left, ops=[operator], comparators=[right]):
            named = _compared(left, operator, right, holds=holds)
        case ast.Call(
            func=ast.Name(id="hasattr"), args=[owner, ast.Constant(value=str(attribute))]
        ) if attribute.isidentifier():
            named = "" if holds else f"{dotted_name(owner)}.{attribute}"
        case _:
            named = "" if holds else _asked(test)
    return {named} - {""}


def _asked(expression: ast.expr) -> str:
    """The dotted name that a test asks for: ``self.x``, and ``getattr(self, "x", None)``."""
    match expression:
        case ast.Call(
            func=ast.Name(id="getattr"),
            args=[owner, ast.Constant(value=str(attribute)), ast.Constant(value=default)],
        ) if attribute.isidentifier() and not default:
            around = dotted_name(owner)
            return around and f"{around}.{attribute}"
    return dotted_name(expression)


def _compared(left: ast.expr, operator: ast.cmpop, right: ast.expr, *, holds: bool) -> str:
    match operator, left, right:
        case ((ast.Is() | ast.IsNot()), _, ast.Constant(value=None)):
            return _asked(left) if isinstance(operator, ast.Is) == holds else ""
        case ((ast.In() | ast.NotIn()), _, _):
            return dotted_name(right) if isinstance(operator, ast.NotIn) == holds else ""
        case ast.Eq(), ast.Call(func=ast.Name(id="len"), args=[container]), ast.Constant(value=0):
            return dotted_name(container) if holds else ""
        case ast.Eq(), _, (ast.List(elts=[]) | ast.Dict(keys=[])):
            return dotted_name(left) if holds else ""
    return ""


def lasting(names: set[str], scope: Scope) -> set[str]:
    """Return those of some names that outlive a function; of its own, what they are looked up in.

    So are `d = module.d` and `value = table.get(key)`.
    """
    found: set[str] = set()
    own: set[str] = set()
    todo = list(names)
    while todo:
        name = todo.pop()
        if "." in name or name in scope.outer_names or name not in scope.bindings:
            found.add(name)
        elif name not in own:
            own.add(name)
            for binding in scope.bindings[name]:
                match binding.value:
                    case Called(function=Attribute(value=table, name="get")):
                        todo.append(dotted(table))
                    case Attribute():
                        todo.append(dotted(binding.value))
    return found - {""}


def of_no_object(names: set[str], scope: Scope) -> set[str]:
    """Return those of some names that are not an object's that was passed: it may be soon gone."""
    objects = {each for each in scope.parameters if each != "cls"}
    return {name for name in names if name.partition(".")[0] not in objects}


def is_filled(names: set[str], body: list[ast.stmt]) -> bool:
    """Return whether a body gives one of these a value that stays: so it is done but once."""
    filled, emptied = set[str](), set[str]()
    if names:
        _look(names, body, filled, emptied)
    return bool(filled - emptied)


def _look(names: set[str], body: list[ast.stmt], filled: set[str], emptied: set[str]) -> None:
    for statement in body:
        targets: list[ast.expr] = []
        value: ast.expr | None = None
        match statement:
            case ast.Assign(targets=targets, value=value):
                pass
            case ast.AnnAssign(target=annotated, value=value):
                targets = [annotated]
            case ast.Expr(value=ast.Call(func=ast.Attribute(value=container, attr=method))):
                targets = [container] if method in _FILLING else []
        for target in targets:
            name = dotted_name(target.value if isinstance(target, ast.Subscript) else target)
            if name in names:
                is_empty = isinstance(value, ast.Constant) and not value.value
                (emptied if is_empty else filled).add(name)
        for field in ("body", "orelse", "finalbody"):
            inner = getattr(statement, field, None)
            if isinstance(inner, list):
                _look(names, inner, filled, emptied)


def fills_missing(handler: ast.ExceptHandler, body: list[ast.stmt]) -> bool:
    """Return whether a handler puts into a table what was looked for there: it is done but once."""
    if handler.type is None or name_of(handler.type) != "KeyError":
        return False
    tables = {
        dotted_name(each.value)
        for statement in body
        for each in walk(statement)
        if isinstance(each, ast.Subscript)
    }
    return is_filled(tables - {""}, handler.body)


class Guarded(NamedTuple):
    """Calls, by their numbers, that are made only where none of these names is there yet."""

    first: int
    behind: int
    names: set[str]


def filled_by_calls(
    guarded: Iterable[Guarded], scopes: Sequence[Scope], calls: Sequence[CallSite]
) -> Iterator[int]:
    """Give those of guarded calls that fill what is missing: ``if self.x is None: self.load()``."""
    for each in guarded:
        for number in range(each.first, each.behind):
            call = calls[number]
            if call.kind == "call" and any(_fills(call, name, scopes) for name in each.names):
                yield number


def _fills(call: CallSite, name: str, scopes: Sequence[Scope]) -> bool:
    """Whether a function that a call names in its module gives a value to a name."""
    around = scopes[call.scope]
    match call.callee:
        case Attribute(value=Name(id=owner), name=method) if owner in around.parameters[:1]:
            holder = scopes[around.parent]
            given = holder.attributes.get(name.removeprefix(f"{owner}."), ())
        case Name(id=method):
            holder = scopes[0]
            given = holder.bindings.get(name, ())
        case _:
            return False
    defined = {e.scope for e in holder.bindings.get(method, ()) if e.kind == "defined"}
    return any(e.scope in defined and e.value != NOTHING and e.kind != "defined" for e in given)
