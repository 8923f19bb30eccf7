"""Attributes: what ``value.name`` is, of the project's instances, classes, modules, and libraries'.

Knows classes: their bodies, what methods give to ``self``, bases, properties, type parameters. What
a property's function returns it asks of the layer above, ``operations``.
"""

from __future__ import annotations

import builtins
import sys
from abc import abstractmethod
from collections.abc import Iterable, Iterator

from msgspec.structs import replace

from asyncompat_lint.bindings import beside_declared
from asyncompat_lint.classes import Classes
from asyncompat_lint.expressions import NOTHING, Expr, last_name
from asyncompat_lint.facts import PROPERTIES, Binding
from asyncompat_lint.names import Use
from asyncompat_lint.values import (
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
    substituted,
)

_SUPER = "builtins.super"


class Attributes(Classes):
    """What can be known of attributes."""

    @abstractmethod
    def _any_of(self, options: list[tuple[Expr, Use]]) -> Values:
        """What one of several expressions is, each at its place."""

    @abstractmethod
    def _returned(self, function: Reference, arguments: tuple[Expr, ...], use: Use) -> Values:
        """What a function of the project returns."""

    @abstractmethod
    def _typed(
        self, type_: Expr, receiver: Instance | None, arguments: tuple[Expr, ...], use: Use
    ) -> Values:
        """The instances that a type of the knowledge stands for."""

    @abstractmethod
    def heirs(self, class_: Place) -> list[Place]:
        """Return the classes made from one that is a mixin, or leaves something to them."""

    def attribute(self, value: Value, name: str, use: Use) -> Values:
        return self._attribute_of_any((value,), name, use)

    def _attribute_of_any(self, values: Values, name: str, use: Use) -> Values:
        if len(values) == 1:  # nearly always
            return UNKNOWN if _lacks(values[0], name) else self._attribute(values[0], name, use)
        there = [value for value in values if not _lacks(value, name)]
        return flatten(self._attribute(value, name, use) for value in there)

    def _attribute(self, value: Value, name: str, use: Use) -> Values:
        match value:
            case TypeParameter(bound=bound):
                return self._attribute_of_any(bound, name, use)
            case Instance(of="builtins.super", place=Place() as place):
                asked = Instance(value.of, place)
                values = self._inherited(asked, name, use, of_instance=True)
                return tuple(of_receiver(each, self._instance_at(place)) for each in values)
            case Instance(place=Place() as place) if self.scope(place).kind == "class":
                if name == "__class__":
                    return (Reference(value.of, place, value.arguments),)
                values = self.raw_attribute(value, name, use)
                return flatten(self._read(each, value, use) for each in values)
            case Instance():
                return self._library_attribute(value, name, use)
            case Reference(place=None):
                return self.inside(value.name, name, use)
            case Reference(place=Place() as place) if self.scope(place).kind == "class":
                owner = Instance(value.name, place, value.arguments)
                if self._is_member(place, name, use):
                    return (owner,)
                values = self._class_attribute(owner, name, use)
                values = values or self._of_heirs(place, name, use, of_instance=False)
                return tuple(self._of_class(each, owner) for each in values)
        return UNKNOWN

    def _of_class(self, value: Value, class_: Instance) -> Value:
        """A class's attribute: a class method is asked of the class."""
        if isinstance(value, Reference) and value.place is not None:
            scope = self.scope(value.place)
            if scope.kind == "function" and "classmethod" in scope.decorator_names:
                return replace(value, receiver=class_)
        return of_receiver(value, class_)

    def raw_attribute(self, value: Instance, name: str, use: Use) -> Values:
        """Return what ``value.name`` is, a property itself where it is one."""
        values = self._instance_attribute(value, name, use)
        return values or self._of_heirs(_place(value), name, use, of_instance=True)

    def _read(self, value: Value, receiver: Instance, use: Use) -> Values:
        """An instance's attribute: a property gives what its function returns."""
        value = of_receiver(value, receiver)
        if isinstance(value, Reference) and value.place is not None:
            scope = self.scope(value.place)
            if scope.kind == "function":
                value = replace(value, receiver=receiver)
                if any(last_name(each) in PROPERTIES for each in scope.decorators):
                    return self._returned(value, (), use)
        return (value,)

    def _library_attribute(
        self, value: Instance, name: str, use: Use, *, for_heir: bool = False
    ) -> Values:
        """What a library's class says of an attribute, for itself or for a class of the project."""
        qualified, given = self._told_of(value.of, name)
        if given is not None:
            return self._typed(given, ITSELF if for_heir else value, (), use)
        is_heirs = for_heir and self.knowledge.gives_itself(qualified)
        return (Reference(qualified, receiver=ITSELF if is_heirs else value),)

    def _told_of(self, class_: str, name: str) -> tuple[str, Expr | None]:
        """The name under which the tables know a class's attribute, and its type if it has one."""
        for each in self.knowledge.lineage(class_):
            qualified = f"{each}.{name}"
            given = self.knowledge.attribute(qualified)
            is_told = self.knowledge.speaks_of(qualified) or self.knowledge.means_any(qualified)
            if given is not None or is_told:
                return qualified, given
        return f"{class_}.{name}", None

    def named(self, name: str, use: Use) -> Values:
        class_, _, attribute = name.rpartition(".")
        qualified, given = self._told_of(class_, attribute)
        if given is None:
            return (Reference(qualified if class_ else name),)
        owner = Instance(class_) if self.knowledge.is_class(class_) else None
        return self._typed(given, owner, (), use)

    def _instance_attribute(self, owner: Instance, name: str, use: Use) -> Values:
        """What ``instance.name`` is: given to ``self`` by a method, or else the class's."""
        place = _place(owner)
        bindings = [
            each for each in self.scope(place).attributes.get(name, []) if each.value != NOTHING
        ]
        declared = [each for each in bindings if each.kind == "annotated"]
        module = self.modules.at(place.location)
        scopes = module.facts.scopes

        def given(bindings: Iterable[Binding], use: Use) -> Iterator[Values]:
            for each in bindings:
                where = Use(module, each.scope, each.line, each.column, use.trail)
                yield self.value_of(name, each, each.scope, where)

        if not bindings or (not declared and name in self.scope(place).bindings):
            values = self._class_attribute(owner, name, use, of_instance=True)
            if values and any(scopes[each.scope].name == "__init__" for each in bindings):
                step = (place.location, place.scope, f"self.{name}, nearer")
                return (
                    self._once(step, use, lambda u: self.nearer(values, given(bindings, u), u))
                    or values
                )
            if values or not bindings:
                return values

        def find(use: Use) -> Values:
            if declared:
                values = flatten(given(declared, use))
                others = given(beside_declared(bindings), use)
                return self.nearer(values, others, use) or values
            if all(each.kind == "assigned" for each in bindings):
                places = [
                    (each.value, Use(module, each.scope, each.line, each.column, use.trail))
                    for each in bindings
                ]
                inside = Use(module, place.scope, sys.maxsize, 0, use.trail)
                return self.filled(self._any_of(places), name, place.scope, inside)
            return flatten(given(bindings, use))

        values = self._once((place.location, place.scope, f"self.{name}"), use, find)
        if not values and not declared:  # what a base class declares
            values = self._inherited(owner, name, use, of_instance=True)
        return substituted(values, self._given(owner, use))

    def _of_heirs(self, place: Place, name: str, use: Use, *, of_instance: bool) -> Values:
        """What a class's object has from the classes below it, or from other bases of these.

        Where it is None for now, all of them have to give it something, and no function: that is
        a hook, for those that want one.
        """
        scope = self.scope(place)
        if not scope.leaves_open(name):
            return UNKNOWN
        is_placeholder = name in scope.bindings
        if not (is_placeholder or of_instance):
            return UNKNOWN

        def find(use: Use) -> Values:
            givers: dict[Place, None] = {}
            orders = {each: (each, *self._order(each, use)) for each in self.heirs(place)}
            above = {each for order in orders.values() for each in order[1:]}
            for heir, order in orders.items():
                if not is_placeholder:
                    givers.update((each, None) for each in order if self._has_own(each, name))
                    continue
                if heir in above:
                    continue  # one in between may leave it open, too
                nearest = next(each for each in order if self._says(each, name))
                if not self._gives(nearest, name, of_instance=of_instance):
                    return UNKNOWN
                givers[nearest] = None
            return flatten(
                self._instance_attribute(self._instance_at(each), name, use) for each in givers
            )

        step = (place.location, place.scope, f"heirs' {name}{' in an instance' * of_instance}")
        return self._once(step, use, find)

    def _instance_at(self, class_: Place) -> Instance:
        return Instance(self.defined(self.modules.at(class_.location), class_.scope).name, class_)

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
        bases = [
            Instance(
                self.knowledge.canonical(class_.name),
                class_.place,
                tuple(substituted(each, given) for each in class_.arguments),
            )
            for class_ in self._bases_with(name, place, use)
        ]
        for base in bases:
            if base.place is None:
                if not self.knowledge.knows(base.of, name):
                    continue
                found = self._library_attribute(base, name, use, for_heir=True)
            elif of_instance:
                found = self._instance_attribute(base, name, use)
            else:
                found = self._class_attribute(base, name, use)
            if found:
                return found
        # One of whose methods only the others are told may have any, where no other class has it.
        any_ = (e for e in bases if e.place is None and self.knowledge.means_any(f"{e.of}.{name}"))
        return next((self._library_attribute(e, name, use, for_heir=True) for e in any_), UNKNOWN)

    def _says(self, place: Place, name: str) -> bool:
        """Whether a class has anything by a name, if only that it is None."""
        scope = self.scope(place)
        return name in scope.bindings or name in scope.attributes

    def _gives(self, place: Place, name: str, *, of_instance: bool) -> bool:
        """Whether a class gives a name something that is no function."""
        scope = self.scope(place)
        if of_instance and any(each.value != NOTHING for each in scope.attributes.get(name, ())):
            return True
        bindings = scope.bindings.get(name, ())
        return any(each.kind == "assigned" and each.value != NOTHING for each in bindings)

    def _super(self, use: Use) -> Values:
        scopes = use.module.facts.scopes
        index = use.scope
        while index >= 0 and scopes[scopes[index].parent].kind != "class":
            index = scopes[index].parent
        if index < 0:
            return UNKNOWN
        return (Instance(_SUPER, Place(use.module.file.location, scopes[index].parent)),)


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
