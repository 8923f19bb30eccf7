"""What an expression can be: things with a qualified name, and instances of classes.

Data only. What is not known has no value at all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple, TypeAlias

import msgspec
from msgspec.structs import replace


class Place(NamedTuple):
    """Where the project defines a function or class: a file, and a scope of it."""

    location: str
    scope: int


class TypeParameter(msgspec.Struct, frozen=True):
    """A type variable: of a class, or of a function. Each is where its variable is made."""

    name: str
    bound: Values = ()


class Instance(msgspec.Struct, frozen=True):
    """An instance of the class that has this qualified name.

    ``arguments`` are those of a generic class. An iterator, coroutine or context manager that a
    function has made has that function's ``place``; one that a library's has made, its name in
    ``producer``.
    """

    of: str
    place: Place | None = None
    arguments: tuple[Values, ...] = ()
    producer: str = ""


class Reference(msgspec.Struct, frozen=True):
    """The thing itself that has this qualified name: a module, a function, a class.

    A class may have ``arguments``. A method has the ``receiver`` that it was asked of, and what
    the type parameters of its class are there.
    """

    name: str
    place: Place | None = None
    arguments: tuple[Values, ...] = ()
    receiver: Instance | None = None
    given: tuple[tuple[TypeParameter, Values], ...] = ()


Value: TypeAlias = Reference | Instance | TypeParameter
# What an expression can be; empty where that is not known.
Values: TypeAlias = tuple[Value, ...]
UNKNOWN: Values = ()
# What is declared so is of the class that it is asked of.
ITSELF = Instance("typing.Self")
# What is declared as one of these may be anything.
ANYTHING = frozenset({"builtins.object", "typing.Any"})


def flatten(groups: Iterable[Values]) -> Values:
    """Put together what each of several may be; unknown if one of them is."""
    first: Values = UNKNOWN
    values: dict[Value, None] = {}
    for group in groups:
        if not group:
            return UNKNOWN
        if not first and not values and len(group) == 1:
            first = group  # mostly it stays alone, and to hash a value is dear
        else:
            values.update(dict.fromkeys(first))
            values.update(dict.fromkeys(group))
    return tuple(values) or first


def substituted(values: Values, given: Mapping[TypeParameter, Values]) -> Values:
    """Put in for type parameters what they are."""
    if not given or not any(map(_is_open, values)):
        return values
    return flatten(_with(value, given) for value in values)


def of_receiver(value: Value, receiver: Instance) -> Value:
    """Put in for what is of the class that it is asked of, what it was asked of."""
    if not isinstance(value, Instance):
        is_method = isinstance(value, Reference) and value.receiver == ITSELF
        return replace(value, receiver=receiver) if is_method else value
    if value == ITSELF:
        return receiver
    if not value.arguments:
        return value
    arguments = (tuple(of_receiver(e, receiver) for e in each) for each in value.arguments)
    return replace(value, arguments=tuple(arguments))


def instances(values: Values) -> Values:
    """Return the instances of what an annotation names."""
    found: dict[Value, None] = {}
    for value in values:
        match value:
            case Reference(name="builtins.type", arguments=[[TypeParameter()], *_]):
                found[value] = None
            case Reference(name="builtins.type", arguments=[classes, *_]):
                found.update(
                    (Reference(each.of, each.place, each.arguments), None)
                    for each in classes
                    if isinstance(each, Instance)
                )
            case Reference(name=name, place=place, arguments=arguments):
                found[Instance(name, place, arguments)] = None
            case TypeParameter():
                found[value] = None
    return tuple(found)


def solved(declared: Values, actual: Values) -> dict[TypeParameter, Values]:
    """Return what the type parameters in a declaration are, where these are the actual values."""
    given: dict[TypeParameter, Values] = {}
    for value in declared:
        if isinstance(value, TypeParameter):
            if actual:
                given.setdefault(value, actual)
        elif isinstance(value, Reference):  # type[T], and a class
            for inner in value.arguments:
                given.update(solved(inner, instances(actual)))
        else:
            for other in actual:
                if isinstance(other, Instance):
                    for mine, its in zip(value.arguments, other.arguments, strict=False):
                        given.update(solved(mine, its))
    return given


def _is_open(value: Value) -> bool:
    if isinstance(value, TypeParameter):
        return True
    return any(_is_open(each) for argument in value.arguments for each in argument)


def _with(value: Value, given: Mapping[TypeParameter, Values]) -> Values:
    if isinstance(value, TypeParameter):
        return given.get(value, (value,))
    arguments = tuple(substituted(each, given) for each in value.arguments)
    return (replace(value, arguments=arguments),)
