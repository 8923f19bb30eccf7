"""The types that the knowledge tells of libraries, for the values that there are.

Knows the language of the tables: ``a0`` is what a call is passed, ``t0`` an argument of the
receiver's class, ``element[...]`` what iterating gives. What operations give it asks of the layer
above, ``operations``.
"""

from __future__ import annotations

import builtins
from abc import abstractmethod

from asyncompat_lint.attributes import Attributes
from asyncompat_lint.expressions import Attribute, Display, Either, Expr, Name, Subscripted
from asyncompat_lint.names import Use
from asyncompat_lint.values import (
    UNKNOWN,
    Instance,
    Reference,
    Value,
    Values,
    flatten,
    instances,
)

# What the knowledge's types call the arguments of a call, and those of the receiver's class.
_ARGUMENTS = ("a0", "a1", "a2")
_PARAMETERS = ("t0", "t1", "t2")
_ITERATOR = Attribute(Name("typing"), "Iterator")
_TUPLE = Name("tuple")


class Tables(Attributes):
    """What can be known of libraries' things by what the tables say."""

    @abstractmethod
    def called(self, value: Value, arguments: tuple[Expr, ...], use: Use) -> Values:
        """Return what a call of this gives."""

    @abstractmethod
    def element(self, value: Value, use: Use) -> Values:
        """Return what iterating over this gives."""

    @abstractmethod
    def entered(self, value: Value, use: Use, *, is_async: bool = False) -> Values:
        """What ``with`` gives for a context manager."""

    @abstractmethod
    def iterator(self, value: Value, use: Use) -> Values:
        """Return what ``iter`` gives for this."""

    @abstractmethod
    def _awaited(self, value: Value, use: Use) -> Values:
        """What awaiting this gives."""

    @abstractmethod
    def _injected(self, value: Value, use: Use) -> Values:
        """What a dependency gives to who asks for it."""

    def _by_table(self, value: Value, table: str, use: Use) -> Values:
        if not isinstance(value, Instance):
            return UNKNOWN
        for class_ in self.knowledge.lineage(value.of):
            given = self.knowledge.of_class(table, class_)
            if given is not None:
                return self._typed(given, value, (), use)
        return UNKNOWN

    def _typed(
        self, type_: Expr, receiver: Instance | None, arguments: tuple[Expr, ...], use: Use
    ) -> Values:
        """The instances that a type of the knowledge stands for."""

        def typed(inner: Expr) -> Values:
            return self._typed(inner, receiver, arguments, use)

        match type_:
            case Name(id="self"):
                return UNKNOWN if receiver is None else (receiver,)
            case Name(id=name) if name in _ARGUMENTS:
                number = _ARGUMENTS.index(name)
                return self.infer(arguments[number], use) if number < len(arguments) else UNKNOWN
            case Name(id=name) if name in _PARAMETERS:
                number = _PARAMETERS.index(name)
                known = () if receiver is None else receiver.arguments
                return known[number] if number < len(known) else UNKNOWN
            case Subscripted(value=Name(id="element"), index=of):
                return flatten(self.element(each, use) for each in typed(of))
            case Subscripted(value=Name(id="iterator"), index=of):
                return flatten(self.iterator(each, use) for each in typed(of)) or typed(
                    Subscripted(_ITERATOR, Subscripted(Name("element"), of))
                )
            case Subscripted(value=Name(id="result"), index=of):
                return flatten(self.called(each, (), use) for each in typed(of))
            case Subscripted(value=Name(id="injected"), index=of):
                made = flatten(self.called(each, (), use) for each in typed(of))
                return flatten(self._injected(each, use) for each in made)
            case Subscripted(value=Name(id="awaited"), index=of):
                return flatten(self._awaited(each, use) for each in typed(of))
            case Subscripted(value=Name(id="entered"), index=of):
                return flatten(self.entered(each, use) for each in typed(of))
            case Subscripted(value=Name(id="instance"), index=of):
                return instances(typed(of))
            case Subscripted(value=Name(id="type"), index=of):
                its = (each for each in typed(of) if isinstance(each, Instance))
                return tuple(Reference(each.of, each.place, each.arguments) for each in its)
            case Subscripted(value=value, index=index):
                inner = index.items if isinstance(index, Display) else (index,)
                if value == _TUPLE:  # one for each argument that is there
                    inner = tuple(each for each in inner if _is_passed(each, arguments))
                return (Instance(_dotted(value), arguments=tuple(map(typed, inner))),)
            case Either(options=options):
                return flatten(map(typed, options))
            case Name() | Attribute():
                return (Instance(_dotted(type_)),)
        return UNKNOWN


def _is_passed(type_: Expr, arguments: tuple[Expr, ...]) -> bool:
    """Whether what a type is made of is there, where that is one of the arguments."""
    while isinstance(type_, Subscripted):
        type_ = type_.index
    if not isinstance(type_, Name) or type_.id not in _ARGUMENTS:
        return True
    return _ARGUMENTS.index(type_.id) < len(arguments)


def _dotted(type_: Expr) -> str:
    if isinstance(type_, Attribute):
        return f"{_dotted(type_.value)}.{type_.name}"
    name = type_.id if isinstance(type_, Name) else ""
    return f"builtins.{name}" if hasattr(builtins, name) else name
