"""A module's names, as the sites of all modules are looked for by them: made once, with the facts.

Knows facts only. What the names mean is not asked here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from asyncompat_lint.by_name import NameIndex
from asyncompat_lint.expressions import (
    Attribute,
    Awaited,
    Called,
    Element,
    Expr,
    Name,
    Subscripted,
    given_by,
    gone_into,
    last_name,
    named_in,
    own_name,
)
from asyncompat_lint.facts import CallSite, Load, Put, Scope
from asyncompat_lint.index.handing import handing_names
from asyncompat_lint.index.leads import add_leads

# What has one of these for its base has nothing from it.
_OF_NOTHING = frozenset({"ABC", "object"})


def name_index(
    scopes: list[Scope],
    calls: Sequence[CallSite],
    loads: Iterable[Load],
    puts: Iterable[Put],
    imported: set[str],
) -> NameIndex:
    """Return the index of a module's names; ``imported`` is what it imports."""
    index = NameIndex(
        imports=sorted(imported),
        receivers=sorted(set(_receivers(scopes))),
        handing=sorted(set(handing_names(scopes))),
        untold=sorted(set(_untold(scopes, calls))),
        mixins=sorted(set(_mixins(scopes, calls))),
    )
    _add_calls(index, calls)
    _add_loads(index, loads)
    _add_scopes(index, scopes)
    add_leads(index, scopes, calls, puts)
    return index


def _add_calls(index: NameIndex, calls: Sequence[CallSite]) -> None:
    called: dict[str, list[int]] = defaultdict(list)
    for number, call in enumerate(calls):
        callee = call.callee
        if type(callee) is Attribute:  # most are
            names = [callee.name]
            called[callee.name].append(number)
        elif type(callee) is Name:
            names = [callee.id]
            called[callee.id].append(number)
        else:
            names = []
            for each in named_in(callee):
                name = own_name(each)
                names.append(name)
                called[name].append(number)
                if type(each) is Called:
                    names.append(given_by(name))
                    called[given_by(name)].append(number)
        if call.kind != "call":
            for name in names:
                called[gone_into(name)].append(number)
        if call.kind == "enter":
            index.entered.append(number)
        elif call.kind == "aenter":
            index.aentered.append(number)
        if call.awaits_inside:
            index.holding.append(number)
        if call.discarded and not call.awaited:
            index.discarded.append(number)
    index.called = dict(called)


def _add_loads(index: NameIndex, loads: Iterable[Load]) -> None:
    read: dict[str, list[int]] = defaultdict(list)
    for number, load in enumerate(loads):
        chain = load.value
        while type(chain) is Attribute:
            read[chain.name].append(number)
            chain = chain.value
    index.read = dict(read)


def _add_scopes(index: NameIndex, scopes: list[Scope]) -> None:
    decorated: dict[str, list[int]] = defaultdict(list)
    coroutines: set[str] = set()
    subclasses: set[tuple[str, str]] = set()
    returning: set[tuple[str, str]] = set()
    for number, scope in enumerate(scopes):
        for name in scope.decorator_names if scope.decorators else ():
            decorated[name].append(number)
        if scope.is_abstract:
            index.abstract.append(number)
        if scope.is_async:
            coroutines.add(scope.name)
        elif scope.kind == "function" and not scope.is_generator:
            for each in scope.returned:
                if isinstance(each, Called):
                    returning.add((last_name(each.function), scope.name))
        if scope.bases:
            index.derived.append(number)
            subclasses.update((last_name(base), scope.name) for base in scope.bases)
    index.decorated = dict(decorated)
    index.coroutines = sorted(coroutines)
    index.subclasses = sorted(subclasses)
    index.returning = sorted(returning)


def _mixins(scopes: list[Scope], calls: Iterable[CallSite]) -> Iterator[str]:
    """The classes that are made to be one of several bases, or leave something to those below."""
    alone = {
        number
        for number, scope in enumerate(scopes)
        if scope.kind == "class" and all(last_name(base) in _OF_NOTHING for base in scope.bases)
    }
    for call in calls if alone else ():
        method = scopes[call.scope]
        class_ = scopes[method.parent]
        if method.parent in alone and method.parameters:
            asked = _asked_of(method.parameters[0], call.callee)
            if asked and asked not in class_.attributes and class_.leaves_open(asked):
                yield class_.name


def _asked_of(name: str, expression: Expr) -> str:
    """The first attribute of a chain of them, if it is one of what has this name."""
    asked = ""
    while isinstance(expression, Attribute):
        asked, expression = expression.name, expression.value
    return asked if isinstance(expression, Name) and expression.id == name else ""


def _untold(scopes: list[Scope], calls: Iterable[CallSite]) -> Iterator[str]:
    """The functions that use a parameter of which nothing is said; classes, by constructors."""
    parameters = {
        name
        for scope in scopes
        for name in scope.parameters
        if scope.bindings[name][0].kind == "unknown"
    }
    # In most modules that have annotations at all there are none.
    for number, name in _used(scopes, calls) if parameters else ():
        if name not in parameters:
            continue
        scope = scopes[number]
        while name not in scope.bindings and scope.parent >= 0:
            scope = scopes[scope.parent]
        if name in scope.parameters and scope.bindings[name][0].kind == "unknown":
            yield scopes[scope.parent].name if scope.name == "__init__" else scope.name


def _used(scopes: list[Scope], calls: Iterable[CallSite]) -> Iterator[tuple[int, str]]:
    """What names stand for something that is called, passed on, or kept; each with its scope."""
    for call in calls:
        yield call.scope, _first_name(call.callee)
        for each in call.arguments.values():
            if isinstance(each, Name):
                yield call.scope, each.id
    for index, scope in enumerate(scopes):
        for bindings in (*scope.bindings.values(), *scope.attributes.values()):
            for binding in bindings:
                yield index if binding.scope < 0 else binding.scope, _first_name(binding.value)


_ASKED = (Attribute, Awaited, Element, Subscripted)


def _first_name(expression: Expr) -> str:
    """The name that something is asked of: `session` in `session.query(User).all`."""
    while not isinstance(expression, Name):
        if isinstance(expression, Called):
            expression = expression.function
        elif isinstance(expression, _ASKED):
            expression = expression.value
        else:
            return ""
    return expression.id


def _receivers(scopes: list[Scope]) -> Iterable[str]:
    for scope in scopes:
        if scope.called_parameters:
            yield scope.name
            if scope.name == "__init__":
                yield scopes[scope.parent].name
