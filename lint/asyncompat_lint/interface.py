"""What a module tells others: its scopes, and what is bound in them or put into what is shared.

Wherever the lines are; and without the variables of functions that nobody else can come to.

What others resolve through a module is kept until this changes, and not for every change in it.
What its calls pass is told by itself, to those who ask. Knows facts, and not what is made of them.
"""

from __future__ import annotations

import operator
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from asyncompat_lint import cache as caches
from asyncompat_lint.asking import asking_for_async
from asyncompat_lint.expressions import Inner, Name, dotted, last_names, own_name
from asyncompat_lint.facts import Binding, CallSite, ModuleFacts, Put, Scope

# Struct's fields of these names have scopes' numbers, or less than 0.
_NUMBERED = frozenset({"parent", "scope"})
_CLOSURES = frozenset({"comprehension", "function", "lambda"})


@dataclass(frozen=True)
class Interface:
    """What is told of a module, with the scopes by their numbers.

    ``wrapping`` are the calls by which it is told what decorators do, ``asking`` the scopes that
    ask whether something is async.
    """

    scopes: dict[int, Scope]
    puts: list[Put]
    wrapping: list[CallSite]
    asking: list[int]

    def with_numbers(self, number_of: Callable[[int], int]) -> Interface:
        """Return the same with other numbers of the scopes."""
        return Interface(
            {number_of(each): renumbered(its, number_of) for each, its in self.scopes.items()},
            renumbered(self.puts, number_of),
            renumbered(self.wrapping, number_of),
            list(map(number_of, self.asking)),
        )

    @classmethod
    def of(cls, facts: ModuleFacts) -> Interface:
        """Return what a module tells."""
        wrapping = _wrapping(facts)
        scopes = dict(enumerate(_without_own(facts, wrapping)))
        return cls(scopes, facts.puts, wrapping, asking_for_async(facts))

    def told(self) -> tuple[object, ...]:
        """Return all of it, to be compared: but for the lines."""
        return (
            [(number, _told(scope)) for number, scope in sorted(self.scopes.items())],
            [(each.scope, each.holder, each.key, each.value) for each in self.puts],
            list(map(_at_call, self.wrapping)),
            self.asking,
            self._order(),
        )

    def _order(self) -> list[tuple[int, int, str, str]]:
        """Return in which order names are given what they are, and branches begin and end.

        What a name is depends on what it has been before, not on how many lines there are between.
        """
        events = [(each.line, each.column, each.scope, each.key, "put") for each in self.puts]
        for number, scope in self.scopes.items():
            for bound in (scope.bindings, scope.attributes, scope.filled, scope.asked):
                events += _events(number, bound)
            events += [(each.line, 0, number, each.key, "passed on") for each in scope.passed_on]
        events += [(e.span.line, e.span.column, e.scope, "", "call") for e in self.wrapping]
        return _in_order(events)


def passed_at(facts: ModuleFacts, calls: list[int]) -> bytes:
    """Return what stands for all that some calls of a module pass, wherever their lines are.

    With the variables of the functions that they stand in, of which nothing is told otherwise. The
    scopes in one of these are counted from there, for it may have another number.
    """
    passed: list[object] = []
    for number in calls:
        call = facts.calls[number]
        outermost = _outermost_function(facts, call.scope)
        relative = _counted_from(outermost) if _has_inner(facts, outermost) else _as_it_is
        kind, _, *rest = relative(_at_call(call))
        passed.append([kind, call.scope - outermost, *rest])
        index, is_here = call.scope, True
        while index >= 0:
            scope = facts.scopes[index]
            # What is passed may be of its class, or made in it, and so be known by its name only.
            passed.append(scope.name)
            if scope.kind == "function":
                passed.append(_bound(relative(scope.bindings)))
            # What a name is there depends on what it has been given by then.
            if is_here or scope.kind == "function":
                at = (call.span.line, call.span.column, -1, "", "call")
                its = index - outermost
                events = (*_events(its, scope.bindings), *_events(its, scope.asked))
                passed.append(_in_order([*events, at]))
            is_here = is_here and scope.runs_in_parent
            index = scope.parent
    return caches.digest(msgspec.msgpack.encode(passed))


def _outermost_function(facts: ModuleFacts, index: int) -> int:
    """The outermost function that a scope is in, or is; the module where it is in none."""
    outermost = 0
    while index > 0:
        outermost = index if facts.scopes[index].kind == "function" else outermost
        index = facts.scopes[index].parent
    return outermost


def _has_inner(facts: ModuleFacts, index: int) -> bool:
    """Whether there are others in a function, as few have: the first has the next number."""
    following = index + 1
    return 0 < index < len(facts.scopes) - 1 and facts.scopes[following].parent == index


def _counted_from(index: int) -> Callable[[Any], Any]:
    return lambda thing: renumbered(thing, lambda number: number - index)


def _as_it_is(thing: Any) -> Any:
    return thing


def renumbered(thing: Any, number_of: Callable[[int], int]) -> Any:
    """Return something with other numbers in the place of those that scopes have in it."""
    match thing:
        case msgspec.Struct():
            changes = {
                name: number_of(value) if name in _NUMBERED else renumbered(value, number_of)
                for name in thing.__struct_fields__
                for value in [getattr(thing, name)]
                if not (name in _NUMBERED and value < 0)
            }
            return msgspec.structs.replace(thing, **changes)
        case dict():
            return {key: renumbered(value, number_of) for key, value in thing.items()}
        case list() | tuple():
            return type(thing)([renumbered(each, number_of) for each in thing])
    return thing


def _at_call(call: CallSite) -> tuple[object, ...]:
    return call.kind, call.scope, call.callee, call.arguments, call.passes, call.awaited


def _wrapping(facts: ModuleFacts) -> list[CallSite]:
    """The calls in decorators, or what may be one, that have to do with what is passed there.

    By them it is told what becomes of what is decorated.
    """
    scopes = list(facts.scopes.in_order())
    # The outermost scope that may be one, and what is passed in that, by its number.
    around: list[int] = []
    passed: dict[int, set[str]] = defaultdict(set)
    for number, scope in enumerate(scopes):
        above = around[scope.parent] if scope.parent > 0 else 0
        around.append(above or (number if scope.may_wrap else 0))
        # Functions in it stand for what they do with that.
        passed[around[number]].update((*scope.parameters, scope.name, own_name(Inner(number))))
    return [
        call
        for call in facts.calls.in_order()
        if around[call.scope] not in (0, call.scope)
        and not passed[around[call.scope]].isdisjoint(_of_call(call))
    ]


def _of_call(call: CallSite) -> Iterator[str]:
    yield dotted(call.callee)
    for each in call.arguments.values():
        yield from last_names(each)


# A line and a column, the number of a scope, a name in it, and what becomes of that there.
_Event = tuple[int, int, int, str, str]


def _events(number: int, bound: dict[str, list[Binding]]) -> Iterator[_Event]:
    for name, bindings in bound.items():
        for each in bindings:
            yield each.line, each.column, number, name, each.kind
            if each.suite is not None:
                yield each.suite.line, 0, number, name, "begins"
                yield each.suite.end_line, sys.maxsize, number, name, "ends"
                yield each.suite.statement_line, 0, number, name, "may begin"
                yield each.suite.statement_end_line, sys.maxsize, number, name, "has ended"


def _in_order(events: list[_Event]) -> list[tuple[int, int, str, str]]:
    """The events with the number of their line among those where there are any."""
    lines = {line: number for number, line in enumerate(sorted({each[0] for each in events}))}
    return [(lines[line], number, name, kind) for line, _, number, name, kind in sorted(events)]


def _without_own(facts: ModuleFacts, wrapping: list[CallSite]) -> Iterator[Scope]:
    """Give the scopes, in their order, without what is their functions' own: variables, parameters.

    Others come to a function's variables by what it returns, gives to attributes and shares, and by
    the closures and classes in it that they come to. Those that call what asks what it is passed
    are told by ``passed_at``.
    """
    scopes = list(facts.scopes.in_order())
    # What stands in a scope, or is told elsewhere and means something there.
    inside: dict[int, list[object]] = {number: [] for number in range(len(scopes))}
    closures: dict[str, Scope] = {}  # by the names that they have in expressions

    def add(number: int, thing: object) -> None:
        while number >= 0:
            inside[number].append(thing)
            number = scopes[number].parent

    for number, scope in enumerate(scopes):
        its = msgspec.structs.replace(
            scope, bindings={}, parameters=[], defaults={}, conditions=[], without=[]
        )
        # Others come to a class's methods by its objects.
        if scope.kind in _CLOSURES and scopes[scope.parent].kind != "class":
            inside[number].append(its)
            closures[own_name(Inner(number))] = scope
        else:
            add(number, its)
            add(scope.parent, scope.bindings)
        for bound in (scope.bindings, scope.attributes, scope.filled, scope.asked):
            for each in (each for bindings in bound.values() for each in bindings):
                if each.kind != "defined" and each.scope not in (-1, number):
                    add(each.scope, each)
    for put in facts.puts:
        add(put.scope, put)
    for call in wrapping:
        add(call.scope, call)
    for number, scope in enumerate(scopes):
        if scope.kind == "function":
            seen = _come_to(inside[number], scope.bindings, closures)
            # By what is declared of these it is told what the result is.
            types = {*_words_in(scope.annotation)}
            seen |= {p for p in scope.parameters if not types.isdisjoint(_types(scope, p))}
            yield msgspec.structs.replace(
                scope,
                bindings={name: its for name, its in scope.bindings.items() if name in seen},
                parameters=_told_parameters(scope, seen),
                keyword_only=0,
            )
        else:
            yield scope


def _types(function: Scope, parameter: str) -> Iterator[str]:
    return _words_in([each.value for each in function.bindings.get(parameter, ())])


def _told_parameters(function: Scope, seen: set[str]) -> list[str]:
    """The parameters that are told, each in its place; what has none is told as it is bound."""
    placed = function.parameters[: len(function.parameters) - function.keyword_only]
    told = [each if each in seen else "" for each in placed]
    while told and not told[-1]:
        told.pop()
    return told


def _come_to(
    things: list[object], bindings: dict[str, list[Binding]], closures: dict[str, Scope]
) -> set[str]:
    """The names that some things lead to, by what these are bound to and by closures."""
    todo, seen = {*_words_in(things)}, set[str]()
    while todo:
        name = todo.pop()
        if name in seen:
            continue
        seen.add(name)
        bound = list(bindings.get(name, ()))
        todo.update(_words_in(bound))
        if name in closures:
            todo.update(_words_in(closures[name]))
            bound += (each for its in closures[name].bindings.values() for each in its)
        todo.update(own_name(Inner(each.scope)) for each in bound if each.kind == "defined")
    return seen


def _words_in(thing: object) -> Iterator[str]:
    """Give all names and texts in something, of dotted ones the first part; and lambdas' names."""
    if isinstance(thing, str):
        yield thing.partition(".")[0]
    elif isinstance(thing, Name | Inner):
        yield own_name(thing)
    elif isinstance(thing, msgspec.Struct):
        yield from _words_in(msgspec.structs.astuple(thing))
    elif isinstance(thing, dict):
        yield from _words_in([*thing, *thing.values()])
    elif isinstance(thing, Iterable):
        for each in thing:
            yield from _words_in(each)


def _told(scope: Scope) -> tuple[object, ...]:
    bound = scope.bindings, scope.attributes, scope.filled, scope.asked
    passed_on = [(each.parameter, each.callee, each.key, each.awaited) for each in scope.passed_on]
    return (*_FIELDS(scope), *map(_bound, bound), passed_on)


# All of a scope but its line, what is told without its lines, and what only calls ask.
_FIELDS = operator.attrgetter(
    *(
        field.name
        for field in msgspec.structs.fields(Scope)
        if field.name
        not in (
            "line",
            "bindings",
            "attributes",
            "filled",
            "asked",
            "defaults",
            "conditions",
            "without",
            "passed_on",
        )
    )
)


def _bound(bindings: dict[str, list[Binding]]) -> dict[str, list[tuple[object, ...]]]:
    return {
        name: [
            (
                each.kind,
                each.value,
                each.target,
                each.scope,
                each.suite is not None and (each.suite.exclusive, each.suite.leaves),
            )
            for each in there
        ]
        for name, there in bindings.items()
    }
