"""Parameters that a function passes on, to what may call them: callables, by what is said of them.

Most of what is passed on is none, and each would have to be followed.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator, Mapping

from asyncompat_lint.expressions import Display, Either, Expr, Name, Subscripted, last_name
from asyncompat_lint.facts import Scope
from asyncompat_lint.index.nodes import walk
from asyncompat_lint.parameters import PassedOn

# They run it elsewhere or later, or tell whether it is async.
_OTHERS_WAY = frozenset(
    "Thread apply_async call_soon create_task ensure_future isasyncgenfunction isawaitable"
    " iscoroutine iscoroutinefunction map_async run_coroutine_threadsafe run_in_executor"
    " run_in_threadpool run_sync start_soon submit sync_to_async to_thread".split()
)
_AROUND = frozenset({"Annotated", "Optional", "Union"})
_OF_CALLABLES = re.compile(
    "Any|_?[A-Z]|(?i:.*(await|call|coro|factory|func|handler|hook|job|listener|operation).*)"
)


def passed_on(
    scope: Scope, callee: Expr, arguments: Mapping[str, Expr], line: int, *, awaited: bool
) -> Iterable[PassedOn]:
    """Give the parameters of a function that a call in it passes on."""
    for key, value in arguments.items():
        if type(value) is Name and value.id in scope.parameters and _may_be_called(scope, value.id):
            yield PassedOn(value.id, callee, key, awaited, line)


def passed_on_always(scope: Scope) -> list[PassedOn]:
    """Return what a function passes on whatever else it is passed, and in no other way as well.

    Nor asks if it is async: which way it goes there depends on more than can be seen.
    """
    others = {each.parameter for each in scope.passed_on if last_name(each.callee) in _OTHERS_WAY}
    return [
        each
        for each in scope.passed_on
        if each.parameter not in others and not _is_asked_for(each, scope)
    ]


def _is_asked_for(passed: PassedOn, scope: Scope) -> bool:
    """Whether another parameter, or whether a loop runs, says if something is passed on."""
    # What an expression asks of others has had its word by ``drop_asked_by_others``.
    lines = [
        (each.line, each.end_line)
        for each in scope.conditions
        if each.parameter != passed.parameter and not each.column
    ]
    lines += [(each.line, each.end_line) for each in scope.without]
    return any(first <= passed.line <= last for first, last in lines)


def drop_asked_by_others(scope: Scope, first: int, test: ast.expr) -> None:
    """Drop what is passed on, from a number on, where a test of another parameter says so."""
    if len(scope.passed_on) > first:
        named = {each.id for each in walk(test) if isinstance(each, ast.Name)}
        asked = named.intersection(scope.parameters)
        scope.passed_on[first:] = [e for e in scope.passed_on[first:] if asked <= {e.parameter}]


def handing_names(scopes: list[Scope]) -> Iterator[tuple[str, str]]:
    """Give the names of functions, and of their classes, with those of what they pass on to."""
    for scope in scopes:
        for each in scope.passed_on:
            yield scope.name, last_name(each.callee)
            if scope.name == "__init__":
                yield scopes[scope.parent].name, last_name(each.callee)


def _may_be_called(scope: Scope, parameter: str) -> bool:
    """Whether a parameter is always what is passed, and that may be a callable."""
    bindings = scope.bindings.get(parameter, ())
    if len(bindings) != 1:
        return False
    binding = bindings[0]
    return binding.kind == "unknown" or (
        binding.kind == "annotated" and _says_callable(binding.value)
    )


def _says_callable(said: Expr) -> bool:
    match said:
        case Either(options=inner) | Display(items=inner):
            return any(map(_says_callable, inner))
        case Subscripted(value=value, index=index) if last_name(value) in _AROUND:
            return _says_callable(index)
        case Subscripted(value=value):
            return _says_callable(value)
    return _OF_CALLABLES.fullmatch(last_name(said)) is not None
