"""Classes of the project: what they are made from, in which order, and how their objects are made.

Knows bases, metaclasses and type parameters. What a class's attributes are is asked above.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable

from asyncompat_lint.expressions import NOTHING
from asyncompat_lint.mro import merged
from asyncompat_lint.names import Names, Use
from asyncompat_lint.values import (
    UNKNOWN,
    Instance,
    Place,
    Reference,
    TypeParameter,
    Values,
    flatten,
)

_ENUMERATIONS = frozenset(
    f"enum.{kind}" for kind in ("Enum", "Flag", "IntEnum", "IntFlag", "StrEnum")
)


class Classes(Names):
    """What can be known of classes, but for what they have."""

    def is_class(self, place: Place | None) -> bool:
        """Return whether a place is one of a class, and not of a function or of nothing."""
        return place is not None and self.scope(place).kind == "class"

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

    def is_made_from(self, place: Place, names: Collection[str], use: Use) -> bool:
        """Return whether a class of the project is made from one of these of a library."""
        classes = (place, *self._order(place, use)) if self.is_class(place) else ()
        return any(base.name in names for each in classes for base in self.bases(each, use))

    def _order(self, place: Place, use: Use) -> list[Place]:
        """The project's classes that a class is made from, in the order in which they are asked."""

        def find(use: Use) -> Values:
            bases = [each.place for each in self.bases(place, use) if each.place is not None]
            orders = [[base, *self._order(base, use)] for base in bases]
            return tuple(Reference("", each) for each in merged([*orders, bases]))

        values = self._once((place.location, place.scope, "order"), use, find)
        return [v.place for v in values if isinstance(v, Reference) and v.place is not None]

    def _bases_with(self, name: str, place: Place, use: Use) -> list[Reference]:
        """The bases of a class, first the one from which it has what it inherits by this name.

        That need not be the foremost: where bases have a base in common, that comes behind them.
        """
        bases = self.bases(place, use)
        if len(bases) < 2 or any(each.place is None for each in bases):
            return bases
        order = self._order(place, use)
        owner = next((each for each in order if self._has_own(each, name)), None)
        for base in bases:
            if base.place is not None and owner in (base.place, *self._order(base.place, use)):
                return [base, *(each for each in bases if each is not base)]
        return bases

    def _has_own(self, place: Place, name: str) -> bool:
        scope = self.scope(place)
        given = scope.attributes.get(name, ())
        return name in scope.bindings or any(each.value != NOTHING for each in given)

    def _classes_of(self, value: Instance) -> set[str]:
        """The names of the classes that something is an instance of, as far as they are known."""
        if value.place is None or not self.is_class(value.place):
            return {value.of, *self.knowledge.lineage(value.of)}
        use = Use(self.modules.at(value.place.location), value.place.scope, sys.maxsize, 0)
        found = {value.of}
        for each in (value.place, *self._order(value.place, use)):
            for base in self.bases(each, use):
                found.update({base.name}, self.knowledge.lineage(base.name))
        return found

    def without(self, values: Values, classes: Values) -> Values:
        names = {each.name for each in classes if isinstance(each, Reference)}
        return tuple(
            value
            for value in values
            if not isinstance(value, Instance) or names.isdisjoint(self._classes_of(value))
        )

    def nearer(self, declared: Values, given: Iterable[Values], use: Use) -> Values:
        match declared:
            case (Instance(place=Place() as class_),) if self.is_class(class_):
                groups = list(given)
                if (
                    groups
                    and all(groups)
                    and all(
                        isinstance(each, Instance)
                        and each.place is not None
                        and class_ in self._order(each.place, use)
                        for group in groups
                        for each in group
                    )
                ):
                    return flatten(groups)
        return UNKNOWN

    def _is_member(self, place: Place, name: str, use: Use) -> bool:
        """Whether this is one of an enumeration: an instance of it, and not what it is bound to."""
        bindings = self.scope(place).bindings.get(name, ())
        is_value = bool(bindings) and all(each.kind == "assigned" for each in bindings)
        return is_value and self.is_made_from(place, _ENUMERATIONS, use)

    def may_be_kept(self, class_: Place) -> bool:
        """Return whether a metaclass makes a class's object only if there is none yet."""
        use = Use(self.modules.at(class_.location), class_.scope, sys.maxsize, 0)
        for each in (class_, *self._order(class_, use)):
            metaclass, around = self.scope(each).metaclass, self.scope(each).parent
            if metaclass is not None:
                outside = Use(self.modules.at(each.location), around, self.scope(each).line, 0)
                return any(
                    isinstance(value, Reference)
                    and value.place is not None
                    and any(map(self._calls_once, (value.place, *self._order(value.place, use))))
                    for value in self.infer(metaclass, outside)
                )
        return False

    def _calls_once(self, metaclass: Place) -> bool:
        """Whether what a metaclass does where its class is called makes an object but once."""
        facts = self.modules.at(metaclass.location).facts
        its = [each.scope for each in facts.scopes[metaclass.scope].bindings.get("__call__", ())]
        return any(
            call.once and facts.running_scope(call.scope) in its
            for call in map(facts.calls.__getitem__, facts.names.called.get("__call__", ()))
        )

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
