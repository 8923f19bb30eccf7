"""What an expression gives: attributes, calls, items, elements; of the project, and of libraries.

Knows classes and what makes instances of them. It does not know what blocks.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from dataclasses import replace

from asyncompat_lint.expressions import (
    NOTHING,
    Attribute,
    Awaited,
    Called,
    Constant,
    Display,
    Either,
    Element,
    Expr,
    Inner,
    Name,
    Subscripted,
    last_name,
)
from asyncompat_lint.index.expressions import ELLIPSIS
from asyncompat_lint.names import Names, Use
from asyncompat_lint.values import (
    UNKNOWN,
    Instance,
    Place,
    Reference,
    TypeParameter,
    Value,
    Values,
    flatten,
    instances,
    solved,
    substituted,
)

# Decorators under which an attribute is what its function returns.
CACHED_PROPERTIES = frozenset(
    {"cached_property", "lazy_property", "lazyproperty", "reify", "under_cached_property"}
)
PROPERTIES = CACHED_PROPERTIES | {"property", "abstractproperty"}
CONTEXT_MANAGERS = frozenset({"contextmanager", "asynccontextmanager"})

_MANAGER = "contextlib.AbstractContextManager"
_GENERATOR = "typing.Generator"
_COROUTINE = "typing.Coroutine"
_SUPER = "builtins.super"
_PARTIAL = "functools.partial"
_CALLABLE = "typing.Callable"
_SELF = "typing.Self"
# Around a type these leave it what it is, as far as its attributes go.
_TRANSPARENT = frozenset(
    f"typing.{name}"
    for name in "Annotated ClassVar Final NotRequired Optional ReadOnly Required Unpack".split()
)
_COMPREHENSIONS = {
    "<ListComp>": "builtins.list",
    "<SetComp>": "builtins.set",
    "<DictComp>": "builtins.dict",
    "<GeneratorExp>": _GENERATOR,
}
# What the knowledge's types call the arguments of a call, and those of the receiver's class.
_ARGUMENTS = ("a0", "a1", "a2")
_PARAMETERS = ("t0", "t1", "t2")

# What opens files, and the number of the argument that says how.
_MODES = {"builtins.open": 1, "io.open": 1, "pathlib.Path.open": 0}
_BINARY_FILE = "io.BufferedIOBase"


class Inference(Names):
    """What can be known of the values of expressions."""

    def infer(self, expression: Expr, use: Use) -> Values:
        match expression:
            case Name(id=name):
                return self.look_up(name, use)
            case Attribute(value=value, name=name):
                return self._attribute_of_any(self.infer(value, use), name, use)
            case Called(function=function) if last_name(function) == "TypeVar":
                bound = [instances(self.infer(each, use)) for each in expression.arguments[1:2]]
                place = f"{use.module.file.location}:{use.line}:{use.column}"
                return (TypeParameter(place, flatten(bound)),)
            case Called(function=Name(id="super")):
                return self._super(use)
            case Called(function=function, arguments=arguments):
                values = self.infer(function, use)
                return flatten(self.called(value, arguments, use) for value in values)
            case Awaited(value=value):
                return flatten(self._awaited(each, use) for each in self.infer(value, use))
            case Element(value=value):
                return flatten(self.element(each, use) for each in self.infer(value, use))
            case Subscripted(value=value, index=index):
                values = self.infer(value, use)
                return flatten(self._subscripted(each, index, use) for each in values)
            case Display():
                return (self._display(expression, use),)
            case Inner(scope=scope):
                return self._inner(scope, use)
            case Constant(value=value) if value is not None:
                return (Instance(f"builtins.{type(value).__name__}"),)
            case Either(options=options):
                return self._any_of([(each, use) for each in options if each != NOTHING])
        return UNKNOWN

    def _any_of(self, options: list[tuple[Expr, Use]]) -> Values:
        """What one of several expressions is, each at its place."""
        groups = [self.infer(each, use) for each, use in options]
        if not all(groups) and any(groups):
            groups = [
                group
                for group, (each, use) in zip(groups, options, strict=True)
                if group or not self.is_bare_parameter(each, use)
            ]
        return flatten(groups)

    # Displays, lambdas and comprehensions

    def _display(self, display: Display, use: Use) -> Instance:
        items = [self.infer(each, use) for each in display.items]
        if display.of == "tuple":
            return Instance("builtins.tuple", arguments=tuple(items))
        arguments = [flatten(items)]
        if display.of == "dict":
            arguments.append(flatten(self.infer(each, use) for each in display.values))
        return Instance(f"builtins.{display.of}", arguments=tuple(arguments))

    def _inner(self, index: int, use: Use) -> Values:
        scope = use.module.facts.scopes[index]
        place = Place(use.module.file.location, index)
        if scope.kind == "lambda":
            return (Reference("<lambda>", place),)
        inside = Use(use.module, index, sys.maxsize, 0, use.trail)
        arguments = tuple(self.infer(each, inside) for each in scope.returned)
        of = _COMPREHENSIONS[scope.name]
        return (Instance(of, place if of == _GENERATOR else None, arguments),)

    def is_class(self, place: Place | None) -> bool:
        """Return whether a place is one of a class, and not of a function or of nothing."""
        return place is not None and self.scope(place).kind == "class"

    # Attributes

    def attribute(self, value: Value, name: str, use: Use) -> Values:
        return self._attribute_of_any((value,), name, use)

    def _attribute_of_any(self, values: Values, name: str, use: Use) -> Values:
        there = [value for value in values if not _lacks(value, name)]
        return flatten(self._attribute(value, name, use) for value in there)

    def _attribute(self, value: Value, name: str, use: Use) -> Values:
        match value:
            case TypeParameter(bound=bound):
                return self._attribute_of_any(bound, name, use)
            case Instance(of="builtins.super", place=Place() as place):
                return self._inherited(Instance(value.of, place), name, use, of_instance=True)
            case Instance(place=Place() as place) if self.scope(place).kind == "class":
                values = self.raw_attribute(value, name, use)
                return flatten(self._read(each, value, use) for each in values)
            case Instance():
                return self._library_attribute(value, name, use)
            case Reference(place=None):
                return self.qualified(f"{value.name}.{name}", use)
            case Reference(place=Place() as place) if self.scope(place).kind == "class":
                owner = Instance(value.name, place, value.arguments)
                values = self._class_attribute(owner, name, use)
                return tuple(self._of_class(each, owner) for each in values)
        return UNKNOWN

    def _of_class(self, value: Value, class_: Instance) -> Value:
        """A class's attribute: a class method is asked of the class."""
        if isinstance(value, Reference) and value.place is not None:
            scope = self.scope(value.place)
            if scope.kind == "function" and "classmethod" in scope.decorator_names:
                return replace(value, receiver=class_)
        return value

    def raw_attribute(self, value: Instance, name: str, use: Use) -> Values:
        """Return what ``value.name`` is, a property itself where it is one."""
        return self._instance_attribute(value, name, use)

    def _read(self, value: Value, receiver: Instance, use: Use) -> Values:
        """An instance's attribute: a property gives what its function returns."""
        if not isinstance(value, Reference):
            return (value,)
        if value.place is not None:
            scope = self.scope(value.place)
            if scope.kind == "function":
                value = replace(value, receiver=receiver)
                if any(last_name(each) in PROPERTIES for each in scope.decorators):
                    return self._returned(value, (), use)
        return (value,)

    def _library_attribute(
        self, value: Instance, name: str, use: Use, heir: Instance | None = None
    ) -> Values:
        """What a library's class says of an attribute; ``heir`` is the project's class of it."""
        for class_ in self.knowledge.lineage(value.of):
            qualified = f"{class_}.{name}"
            given = self.knowledge.attribute(qualified)
            if given is not None:
                return self._typed(given, heir or value, (), use)
            if self.knowledge.speaks_of(qualified):
                return (Reference(qualified, receiver=value),)
        return (Reference(f"{value.of}.{name}", receiver=value),)

    def named(self, name: str, use: Use) -> Values:
        given = self.knowledge.attribute(name)
        return (Reference(name),) if given is None else self._typed(given, None, (), use)

    def _instance_attribute(self, owner: Instance, name: str, use: Use) -> Values:
        """What ``instance.name`` is: given to ``self`` by a method, or else the class's."""
        place = _place(owner)
        bindings = [
            each for each in self.scope(place).attributes.get(name, []) if each.value != NOTHING
        ]
        declared = [each for each in bindings if each.kind == "annotated"]
        if not bindings or (not declared and name in self.scope(place).bindings):
            values = self._class_attribute(owner, name, use, of_instance=True)
            if values or not bindings:
                return values
        module = self.modules.at(place.location)

        def find(use: Use) -> Values:
            places = [
                (each, Use(module, each.scope, each.line, each.column, use.trail))
                for each in declared or bindings
            ]
            if all(each.kind == "assigned" for each, _ in places):
                return self._any_of([(each.value, where) for each, where in places])
            return flatten(self.value_of(name, each, each.scope, at) for each, at in places)

        values = self._once((place.location, place.scope, f"self.{name}"), use, find)
        if not values and not declared:  # what a base class declares
            values = self._inherited(owner, name, use, of_instance=True)
        return substituted(values, self._given(owner, use))

    def _class_attribute(
        self, owner: Instance, name: str, use: Use, *, of_instance: bool = False
    ) -> Values:
        """What ``Class.name`` is: bound in the class's body, or else its bases'."""
        place = _place(owner)
        if name in self.scope(place).bindings:
            module = self.modules.at(place.location)
            inside = Use(module, place.scope, sys.maxsize, 0, use.trail)
            values = self.bound(name, place.scope, inside, at_use=False)
            values = values or self._given_by_class_methods(place, name, use)
            given = self._given(owner, use)
            return tuple(_belonging(value, given) for value in substituted(values, given))
        return self._inherited(owner, name, use, of_instance=of_instance)

    def _given_by_class_methods(self, place: Place, name: str, use: Use) -> Values:
        """What class methods give to an attribute that the class's body has without a value."""
        module = self.modules.at(place.location)
        bindings = [
            each
            for each in self.scope(place).attributes.get(name, ())
            if each.value != NOTHING
            and "classmethod" in module.facts.scopes[each.scope].decorator_names
        ]

        def find(use: Use) -> Values:
            return flatten(
                self.value_of(
                    name, each, each.scope, Use(module, each.scope, each.line, 0, use.trail)
                )
                for each in bindings
            )

        if not bindings:
            return UNKNOWN
        return self._once((place.location, place.scope, f"class.{name}"), use, find)

    def _inherited(self, owner: Instance, name: str, use: Use, *, of_instance: bool) -> Values:
        place = _place(owner)
        step = (place.location, place.scope, f"base of {name}{' in an instance' * of_instance}")
        given = self._given(owner, use)

        def find(use: Use) -> Values:
            return self._of_bases(place, name, use, given, of_instance=of_instance)

        if not given:
            return self._once(step, use, find)
        return UNKNOWN if step in use.trail else find(use.after(step))

    def _of_bases(
        self,
        place: Place,
        name: str,
        use: Use,
        given: dict[TypeParameter, Values],
        *,
        of_instance: bool,
    ) -> Values:
        for class_ in self.bases(place, use):
            base = Instance(
                self.knowledge.canonical(class_.name),
                class_.place,
                tuple(substituted(each, given) for each in class_.arguments),
            )
            if base.place is None:
                if not self.knowledge.knows(base.of, name):
                    continue
                heir = Instance(
                    self.defined(self.modules.at(place.location), place.scope).name, place
                )
                found = self._library_attribute(base, name, use, heir)
            elif of_instance:
                found = self._instance_attribute(base, name, use)
            else:
                found = self._class_attribute(base, name, use)
            if found:
                return found
        return UNKNOWN

    def bases(self, place: Place, use: Use) -> list[Reference]:
        """Return the classes that a class of the project names as its bases."""
        module = self.modules.at(place.location)
        scope = self.scope(place)

        def find(use: Use) -> Values:
            # Type parameters are its own; all other names are those around it.
            around = place.scope if scope.type_parameters else scope.parent
            outside = Use(module, around, scope.line, sys.maxsize, use.trail)
            return tuple(v for each in scope.bases for v in self.infer(each, outside))

        values = self._once((place.location, place.scope, "bases"), use, find)
        return [value for value in values if isinstance(value, Reference)]

    def _super(self, use: Use) -> Values:
        scopes = use.module.facts.scopes
        index = use.scope
        while index >= 0 and scopes[scopes[index].parent].kind != "class":
            index = scopes[index].parent
        if index < 0:
            return UNKNOWN
        return (Instance(_SUPER, Place(use.module.file.location, scopes[index].parent)),)

    # Type parameters

    def _given(self, owner: Instance, use: Use) -> dict[TypeParameter, Values]:
        """What a class's type parameters are where its arguments are these."""
        if not owner.arguments or owner.place is None:
            return {}
        return dict(zip(self._parameters(owner.place, use), owner.arguments, strict=False))

    def _parameters(self, place: Place, use: Use) -> list[TypeParameter]:
        found: list[TypeParameter] = []
        own = self.scope(place).type_parameters
        if own:
            inside = Use(self.modules.at(place.location), place.scope, sys.maxsize, 0, use.trail)
            values = (self.look_up(name, inside) for name in own)
            return [each for group in values for each in group if isinstance(each, TypeParameter)]
        for base in self.bases(place, use):
            arguments = [v for each in base.arguments for v in each]
            parameters = [each for each in arguments if isinstance(each, TypeParameter)]
            if base.name in ("typing.Generic", "typing.Protocol"):
                return parameters
            found += [each for each in parameters if each not in found]
        return found

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
                if value.name == _PARTIAL and arguments:
                    return (Instance(_PARTIAL, arguments=(self.infer(arguments[0], use),)),)
                return self._given_by(value.name, value.receiver, arguments, use, value.arguments)
            case Reference(place=Place() as place):
                if self.scope(place).kind == "class":
                    return (Instance(value.name, place, value.arguments),)
                return self._made(value, place, arguments, use)
        return UNKNOWN

    def _made(
        self, function: Reference, place: Place, arguments: tuple[Expr, ...], use: Use
    ) -> Values:
        """What a call of a function of the project gives at once: not all run to their end."""
        scope = self.scope(place)
        if scope.is_generator:
            yielded = (self._yielded(function, place, arguments, use),)
            if any(last_name(each) in CONTEXT_MANAGERS for each in scope.decorators):
                return (Instance(_MANAGER, place, yielded),)
            return (Instance(_GENERATOR, place, yielded),)
        returned = self._returned(function, arguments, use)
        if scope.is_async:
            return (Instance(_COROUTINE, place, (returned,)),)
        return returned

    def _returned(self, function: Reference, arguments: tuple[Expr, ...], use: Use) -> Values:
        """What a function returns: what its annotation says, else what its values are."""
        place = function.place
        if place is None:
            return UNKNOWN
        module = self.modules.at(place.location)
        scope = self.scope(place)

        def find(use: Use) -> Values:
            if scope.annotation is not None:
                around = place.scope if scope.type_parameters else scope.parent
                outside = Use(module, around, sys.maxsize, 0, use.trail)
                return instances(self.infer(scope.annotation, outside))
            return self._in_body(place, scope.returned, use)

        values = self._once((place.location, place.scope, "return"), use, find)
        return self._here(values, function, arguments, use)

    def _yielded(
        self, function: Reference, place: Place, arguments: tuple[Expr, ...], use: Use
    ) -> Values:
        module = self.modules.at(place.location)
        scope = self.scope(place)

        def find(use: Use) -> Values:
            if scope.annotation is not None:
                around = place.scope if scope.type_parameters else scope.parent
                outside = Use(module, around, sys.maxsize, 0, use.trail)
                declared = instances(self.infer(scope.annotation, outside))
                return flatten(self.element(each, outside) for each in declared)
            return self._in_body(place, scope.yielded, use)

        values = self._once((place.location, place.scope, "yield"), use, find)
        return self._here(values, function, arguments, use)

    def _in_body(self, place: Place, expressions: list[Expr], use: Use) -> Values:
        """What one of a function's expressions is, at its end."""
        inside = Use(self.modules.at(place.location), place.scope, sys.maxsize, 0, use.trail)
        return flatten(self.infer(each, inside) for each in expressions if each != NOTHING)

    def _here(
        self, values: Values, function: Reference, arguments: tuple[Expr, ...], use: Use
    ) -> Values:
        """What a function gives for this receiver and these arguments."""
        if function.receiver is not None:
            receiver: Values = (function.receiver,)
            values = flatten(
                receiver if isinstance(each, Instance) and each.of == _SELF else (each,)
                for each in values
            )
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
        if name in _MODES and _is_binary(arguments[_MODES[name] :]):
            values = (Instance(_BINARY_FILE),)
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
        return values

    # Awaiting, entering, iterating, subscripting: of the project's classes, or by tables

    def _awaited(self, value: Value, use: Use) -> Values:
        return self._by_table(value, "awaited", use)

    def entered(self, value: Value, use: Use) -> Values:
        """What ``with`` gives for a context manager; those that are known give themselves."""
        if isinstance(value, Instance) and value.place is not None and value.of != _MANAGER:
            for method in ("__enter__", "__aenter__"):
                methods = self._attribute(value, method, use)
                entered = flatten(self.called(each, (), use) for each in methods)
                if method == "__aenter__":
                    entered = flatten(self._awaited(each, use) for each in entered)
                if entered:
                    return entered
            return (value,)
        if isinstance(value, Instance) and value.of == _MANAGER:
            return value.arguments[0]
        return self._by_table(value, "entered", use) or (value,)

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
            case Instance(place=Place()):
                methods = self._attribute(value, "__getitem__", use)
                return flatten(self.called(each, (index,), use) for each in methods)
        return self._by_table(value, "items", use)

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
        arguments = tuple(instances(self.infer(each, use)) for each in named)
        return (replace(value, arguments=arguments),)

    def _by_table(self, value: Value, table: str, use: Use) -> Values:
        if not isinstance(value, Instance):
            return UNKNOWN
        for class_ in self.knowledge.lineage(value.of):
            given = self.knowledge.of_class(table, class_)
            if given is not None:
                return self._typed(given, value, (), use)
        return UNKNOWN

    # The types that the knowledge speaks of

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
            case Subscripted(value=Name(id="result"), index=of):
                return flatten(self.called(each, (), use) for each in typed(of))
            case Subscripted(value=Name(id="awaited"), index=of):
                return flatten(self._awaited(each, use) for each in typed(of))
            case Subscripted(value=Name(id="entered"), index=of):
                return flatten(self.entered(each, use) for each in typed(of))
            case Subscripted(value=Name(id="instance"), index=of):
                return instances(typed(of))
            case Subscripted(value=value, index=index):
                inner = index.items if isinstance(index, Display) else (index,)
                return (Instance(_dotted(value), arguments=tuple(map(typed, inner))),)
            case Either(options=options):
                return flatten(map(typed, options))
            case Name() | Attribute():
                return (Instance(_dotted(type_)),)
        return UNKNOWN


def _open_parameters(values: Values) -> Iterator[TypeParameter]:
    for value in values:
        if isinstance(value, TypeParameter):
            yield value
        else:
            for argument in value.arguments:
                yield from _open_parameters(argument)


def _belonging(value: Value, given: dict[TypeParameter, Values]) -> Value:
    """A method, with what its class's type parameters are."""
    if given and isinstance(value, Reference):
        return replace(value, given=tuple(given.items()))
    return value


def _place(owner: Instance) -> Place:
    if owner.place is None:
        raise ValueError(f"{owner.of} is no class of the project")
    return owner.place


def _lacks(value: Value, name: str) -> bool:
    """Whether this is an instance of a builtin class, and that has no such attribute."""
    if not isinstance(value, Instance) or not value.of.startswith("builtins."):
        return False
    class_ = getattr(builtins, value.of.removeprefix("builtins."), None)
    return isinstance(class_, type) and class_ is not super and not hasattr(class_, name)


def _is_builtin_class(name: str) -> bool:
    module, _, class_ = name.rpartition(".")
    return module == "builtins" and isinstance(getattr(builtins, class_, None), type)


def _dotted(type_: Expr) -> str:
    if isinstance(type_, Attribute):
        return f"{_dotted(type_.value)}.{type_.name}"
    name = type_.id if isinstance(type_, Name) else ""
    return f"builtins.{name}" if hasattr(builtins, name) else name


def _is_binary(arguments: tuple[Expr, ...]) -> bool:
    """Whether a file is opened for bytes."""
    match arguments:
        case [Constant(value=str(mode)), *_]:
            return "b" in mode
    return False
