"""What is made of values: by calling them, awaiting, entering, iterating, subscripting.

Knows what functions of the project return and yield, and the types that the knowledge tells of
libraries. It does not know what blocks.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator

from msgspec.structs import replace

from asyncompat_lint.expressions import (
    NOTHING,
    Constant,
    Display,
    Expr,
    last_name,
)
from asyncompat_lint.index.expressions import ELLIPSIS
from asyncompat_lint.names import Use
from asyncompat_lint.tables import Tables
from asyncompat_lint.values import (
    ANYTHING,
    ITSELF,
    UNKNOWN,
    Instance,
    Place,
    Reference,
    TypeParameter,
    Value,
    Values,
    flatten,
    of_receiver,
    solved,
    substituted,
)

CONTEXT_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})
GENERATOR = "typing.Generator"

_MANAGER = "contextlib.AbstractContextManager"
_COROUTINE = "typing.Coroutine"
PARTIAL = "functools.partial"
_CALLABLE = "typing.Callable"
_TYPED_DICTS = frozenset({"typing.TypedDict"})
_NAMED_TUPLES = frozenset({"typing.NamedTuple"})
# Around a type these leave it what it is, as far as its attributes go.
_TRANSPARENT = frozenset(
    [
        *map("typing.{}".format, "Annotated ClassVar Final NotRequired Optional ReadOnly".split()),
        *("typing.Required", "typing.Unpack", "dataclasses.InitVar", "sqlalchemy.orm.Mapped"),
    ]
)
# What is declared so is better known by the values themselves.
_TOLD_BY_BODY = ANYTHING | {_CALLABLE}
# What opens files, and the number of the argument that says how.
_MODES = {
    "builtins.open": 1,
    "io.open": 1,
    "pathlib.Path.open": 0,
    "tempfile.NamedTemporaryFile": 0,
    "tempfile.TemporaryFile": 0,
}


class Operations(Tables):
    """What can be known of what operations give."""

    # Calls

    def called(self, value: Value, arguments: tuple[Expr, ...], use: Use) -> Values:
        """Return what a call of this gives."""
        match value:
            case Instance(of="functools.partial" | "typing.Callable", arguments=[functions, *_]):
                if value.of == _CALLABLE:
                    return functions
                return flatten(self.called(each, (), use) for each in functions)
            case Instance(place=Place()):
                methods = self._attribute(value, "__call__", use)
                return flatten(self.called(each, arguments, use) for each in methods)
            case Instance():
                return self._given_by(f"{value.of}.__call__", value, arguments, use)
            case Reference(place=None):
                if value.name == "builtins.type" and len(arguments) == 1:
                    return tuple(
                        Reference(each.of, each.place, each.arguments)
                        for each in self.infer(arguments[0], use)
                        if isinstance(each, Instance)
                    )
                if value.name == "builtins.staticmethod" and arguments:
                    return self.infer(arguments[0], use)
                if value.name == PARTIAL and arguments:
                    return (Instance(PARTIAL, arguments=(self.infer(arguments[0], use),)),)
                return self._given_by(value.name, value.receiver, arguments, use, value.arguments)
            case Reference(place=Place() as place):
                if self.scope(place).kind == "class":
                    of_class = value.arguments or self._told_by_making(place, arguments, use)
                    return (Instance(value.name, place, of_class),)
                return self._made(value, place, arguments, use)
        return UNKNOWN

    def _told_by_making(
        self, class_: Place, arguments: tuple[Expr, ...], use: Use
    ) -> tuple[Values, ...]:
        """The arguments of a generic class, by what its own constructor is passed."""
        if not arguments or "__init__" not in self.scope(class_).bindings:
            return ()
        parameters = tuple(self._parameters(class_, use))
        if not parameters:
            return ()
        given: dict[TypeParameter, Values] = {}
        for each in self._attribute(self._instance_at(class_), "__init__", use):
            if isinstance(each, Reference) and each.place is not None:
                given |= self._solved(parameters, each.place, each, arguments, use)
        return tuple(given.get(each, UNKNOWN) for each in parameters) if given else ()

    def _made(
        self, function: Reference, place: Place, arguments: tuple[Expr, ...], use: Use
    ) -> Values:
        """What a call of a function of the project gives at once: not all run to their end."""
        scope = self.scope(place)
        if scope.is_generator:
            yielded = (self._yielded(function, place, arguments, use),)
            if any(last_name(each) in CONTEXT_MANAGERS for each in scope.decorators):
                return (Instance(_MANAGER, place, yielded),)
            return (Instance(GENERATOR, place, yielded),)
        returned = self._returned(function, arguments, use)
        if scope.is_async:
            return (Instance(_COROUTINE, place, (returned,)),)
        return returned

    def _returned(self, function: Reference, arguments: tuple[Expr, ...], use: Use) -> Values:
        """What a function returns: what its annotation says, else what its values are."""
        place = function.place
        if place is None:
            return UNKNOWN
        scope = self.scope(place)

        def find(use: Use) -> Values:
            if scope.annotation is not None:
                outside = self._around(place, use)
                declared = self._declared(scope.annotation, outside)
                if not all(map(self._is_told_by_body, declared)):
                    return declared
                return self._in_body(place, scope.returned, use) or declared
            return self._in_body(place, scope.returned, use)

        values = self._once((place.location, place.scope, "return"), use, find)
        return self._here(values, function, arguments, use)

    def _is_told_by_body(self, declared: Value) -> bool:
        """Whether the values say more than what is declared: anything, or a class nobody knows."""
        if not isinstance(declared, Instance) or declared.place or declared == ITSELF:
            return False
        is_known = self.knowledge.is_class(declared.of) or _is_builtin_class(declared.of)
        return declared.of in _TOLD_BY_BODY or not is_known

    def _yielded(
        self, function: Reference, place: Place, arguments: tuple[Expr, ...], use: Use
    ) -> Values:
        scope = self.scope(place)

        def find(use: Use) -> Values:
            if scope.annotation is not None:
                outside = self._around(place, use)
                declared = self._declared(scope.annotation, outside)
                return flatten(self.element(each, outside) for each in declared)
            return self._in_body(place, scope.yielded, use)

        values = self._once((place.location, place.scope, "yield"), use, find)
        return self._here(values, function, arguments, use)

    def _around(self, place: Place, use: Use) -> Use:
        """Where a function's annotations are looked up: type parameters are its own names."""
        scope = self.scope(place)
        around = place.scope if scope.type_parameters else scope.parent
        return Use(self.modules.at(place.location), around, sys.maxsize, 0, use.trail)

    def _in_body(self, place: Place, expressions: list[Expr], use: Use) -> Values:
        """What one of a function's expressions is, at its end."""
        inside = Use(self.modules.at(place.location), place.scope, sys.maxsize, 0, use.trail)
        return flatten(self.infer(each, inside) for each in expressions if each != NOTHING)

    def _here(
        self, values: Values, function: Reference, arguments: tuple[Expr, ...], use: Use
    ) -> Values:
        """What a function gives for this receiver and these arguments."""
        if function.receiver is not None:
            values = tuple(of_receiver(each, function.receiver) for each in values)
        given = dict(function.given)
        if arguments and function.place is not None:
            given.update(self._solved(values, function.place, function, arguments, use))
        return substituted(values, given)

    def _solved(
        self,
        values: Values,
        place: Place,
        function: Reference,
        arguments: tuple[Expr, ...],
        use: Use,
    ) -> dict[TypeParameter, Values]:
        if next(_open_parameters(values), None) is None:
            return {}
        scope = self.scope(place)
        parameters = scope.parameters[function.receiver is not None :]
        inside = Use(self.modules.at(place.location), place.scope, sys.maxsize, 0, use.trail)
        found: dict[TypeParameter, Values] = {}
        for parameter, argument in zip(parameters, arguments, strict=False):
            declared = self.bound(parameter, place.scope, inside, at_use=False)
            actual = self.infer(argument, use)
            found.update(solved(declared, actual))
        return found

    def _given_by(
        self,
        name: str,
        receiver: Instance | None,
        arguments: tuple[Expr, ...],
        use: Use,
        class_arguments: tuple[Values, ...] = (),
    ) -> Values:
        """What a call of something of a library gives."""
        given = self.knowledge.gives(name)
        values: Values = UNKNOWN
        if name in _MODES and (file := _file_opened(arguments[_MODES[name] :])):
            values = (Instance(file),)
        elif given is not None:
            values = self._typed(given, receiver, arguments, use)
        elif self.knowledge.is_class(name) or _is_builtin_class(name):
            values = (Instance(name, arguments=class_arguments),)
        elif name in self.knowledge.coroutines:
            values = (Instance(_COROUTINE, arguments=(UNKNOWN,)),)
        entry = self.knowledge.blocking(name)
        if entry is not None and entry.table.lazy:
            made = values or (Instance("typing.Iterator", arguments=(UNKNOWN,)),)
            values = tuple(replace(v, producer=name) for v in made if isinstance(v, Instance))
        where, called = self.knowledge.callables.get(name, ("", ()))
        if where == "iterated":
            functions = [self.infer(each, use) for n, each in enumerate(arguments) if n in called]
            values = tuple(
                self._calling(each, function, use)
                for each in values
                if isinstance(each, Instance)
                for function in flatten(functions) or (each,)
            )
        return values

    def _calling(self, iterator: Instance, function: Value, use: Use) -> Instance:
        """An iterator that calls a function for each of what it gives."""
        match function:
            case Instance(of=of, arguments=[[inner, *_], *_]) if of == PARTIAL:
                return self._calling(iterator, inner, use)
            case Reference(place=None, name=name):
                return replace(iterator, producer=name)
            case Reference(place=Place() as place, name=name):
                scope = self.scope(place)
                if scope.kind == "class":
                    made = self._attribute(Instance(name, place), "__init__", use)
                    return self._calling(iterator, made[0], use) if made else iterator
                return iterator if scope.is_generator else replace(iterator, place=place)
        return iterator

    # Awaiting, entering, iterating, subscripting: of the project's classes, or by tables

    def _awaited(self, value: Value, use: Use) -> Values:
        return self._by_table(value, "awaited", use)

    def entered(self, value: Value, use: Use, *, is_async: bool = False) -> Values:
        if isinstance(value, Instance) and value.place is not None and value.of != _MANAGER:
            for method in ("__aenter__",) if is_async else ("__enter__", "__aenter__"):
                methods = self._attribute(value, method, use)
                entered = flatten(self.called(each, (), use) for each in methods)
                if method == "__aenter__":
                    entered = flatten(self._awaited(each, use) for each in entered)
                if entered:
                    return entered
            return (value,)
        if isinstance(value, Instance) and value.of == _MANAGER:
            return value.arguments[0] if value.arguments else UNKNOWN
        return self._by_table(value, "entered", use) or (value,)

    def _injected(self, value: Value, use: Use) -> Values:
        """What a dependency gives to who asks for it: what it yields, or what it comes to."""
        if isinstance(value, Instance) and value.of == GENERATOR:
            return self.element(value, use)
        is_coroutine = isinstance(value, Instance) and value.of == _COROUTINE
        return self._awaited(value, use) if is_coroutine else (value,)

    def iterator(self, value: Value, use: Use) -> Values:
        """Return what ``iter`` gives for this."""
        if isinstance(value, Instance) and self.is_class(value.place):
            methods = self._attribute(value, "__iter__", use)
            return flatten(self.called(each, (), use) for each in methods)
        is_lazy = isinstance(value, Instance) and (value.producer or value.place is not None)
        return (value,) if is_lazy else UNKNOWN

    def element(self, value: Value, use: Use) -> Values:
        """Return what iterating over this gives."""
        if isinstance(value, Instance) and value.of == "builtins.tuple":
            return flatten(value.arguments)
        if isinstance(value, Instance) and self.is_class(value.place):
            return self._element_of_class(value, use)
        return self._by_table(value, "elements", use)

    def _element_of_class(self, value: Instance, use: Use) -> Values:
        for method in ("__next__", "__anext__", "__iter__", "__aiter__"):
            methods = self._attribute(value, method, use)
            given = flatten(self.called(each, (), use) for each in methods)
            if method == "__anext__":
                given = flatten(self._awaited(each, use) for each in given)
            elif method.endswith("iter__"):
                given = flatten(() if v == value else self.element(v, use) for v in given)
            if given:
                return given
        return UNKNOWN

    def _subscripted(self, value: Value, index: Expr, use: Use) -> Values:
        match value:
            case Reference():
                return self._generic(value, index, use)
            case Instance(of="builtins.tuple", arguments=arguments):
                match index:
                    case Constant(value=int() as number) if -len(arguments) <= number:
                        return arguments[min(number, len(arguments) - 1)] if arguments else UNKNOWN
                return flatten(arguments)
            case Instance(place=Place() as place):
                if isinstance(index, Constant) and self.is_made_from(place, _TYPED_DICTS, use):
                    return self._attribute(value, str(index.value), use)
                if isinstance(index, Constant) and self.is_made_from(place, _NAMED_TUPLES, use):
                    return self._field(value, place, index, use)
                methods = self._attribute(value, "__getitem__", use)
                return flatten(self.called(each, (index,), use) for each in methods)
        return self._by_table(value, "items", use)

    def _field(self, value: Instance, place: Place, index: Constant, use: Use) -> Values:
        """A named tuple's item, by its number."""
        bindings = self.scope(place).bindings
        fields = [name for name, its in bindings.items() if its[0].kind == "annotated"]
        match index.value:
            case int() as number if -len(fields) <= number < len(fields):
                return self._attribute(value, fields[number], use)
        return UNKNOWN

    def _generic(self, value: Reference, index: Expr, use: Use) -> Values:
        """A generic class with its arguments."""
        expressions = index.items if isinstance(index, Display) else (index,)
        if value.name in _TRANSPARENT:
            return self.infer(expressions[0], use)
        if value.name == "typing.Union":
            there = (each for each in expressions if each != NOTHING)
            return flatten(self.infer(each, use) for each in there)
        if value.name == _CALLABLE:
            expressions = expressions[-1:]
        named = (each for each in expressions if each != ELLIPSIS)
        arguments = tuple(self._declared(each, use) for each in named)
        return (replace(value, arguments=arguments),)


def _open_parameters(values: Values) -> Iterator[TypeParameter]:
    for value in values:
        if isinstance(value, TypeParameter):
            yield value
        else:
            for argument in value.arguments:
                yield from _open_parameters(argument)


def _is_builtin_class(name: str) -> bool:
    module, _, class_ = name.rpartition(".")
    return module == "builtins" and isinstance(getattr(builtins, class_, None), type)


def _file_opened(arguments: tuple[Expr, ...]) -> str:
    """The class of a file that is opened as the first argument says; nothing where none does."""
    match arguments:
        case [Constant(value=str(mode)), *_]:
            return "io.BufferedIOBase" if "b" in mode else "io.TextIOWrapper"
    return ""
