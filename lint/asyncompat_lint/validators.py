"""What pydantic calls to check what an object of a class is made with.

A layer of the program: it knows the validators of classes, and by which methods they are run.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet

from asyncompat_lint.decorators import Decorators
from asyncompat_lint.expressions import Called, Constant, last_name
from asyncompat_lint.facts import POST_INIT, Scope
from asyncompat_lint.names import Use
from asyncompat_lint.values import Instance, Place, Reference

_PYDANTIC = "pydantic"
_PYDANTICS = "pydantic.BaseModel."
# Methods of classes that make an object without the constructor, and check what it is made of.
VALIDATING = frozenset(
    "from_orm model_validate model_validate_json model_validate_strings parse_obj parse_raw"
    " validate".split()
)
_OF_FIELDS = frozenset({"field_validator", "validator"})
VALIDATORS = frozenset({"field_validator", "model_validator", "root_validator", "validator"})


class Validators(Decorators):
    """What is known of what checks objects when they are made."""

    def _checked_by(self, maker: Reference, use: Use) -> Iterator[Reference]:
        """What a method of pydantic's runs that makes an object without the constructor."""
        match maker:
            case Reference(name=name, receiver=Instance(place=Place() as class_) as made) if (
                name.startswith(_PYDANTICS) and name.removeprefix(_PYDANTICS) in VALIDATING
            ):
                yield from self._validators(class_, None, use)
                yield from self._methods(made, (POST_INIT,), use)

    @functools.cached_property
    def _has_validators(self) -> bool:
        names = (module.facts.names for module in self.modules.all)
        return any(not VALIDATORS.isdisjoint(each.decorated) for each in names)

    def _validators(
        self, class_: Place, fields: AbstractSet[str] | None, use: Use
    ) -> Iterator[Reference]:
        """The functions by which pydantic checks what an object of a class is made with.

        Those of a field check what is passed for it, and no default.
        """
        if not self._has_validators:
            return
        nearer: set[str] = set()
        order = (class_, *self._order(class_, use))
        if fields is not None and not fields <= self._named_in(order):
            fields = None  # by an alias, or nobody knows what for
        for place in order:
            facts = self.modules.at(place.location).facts
            for name in VALIDATORS & facts.names.decorated.keys():
                for number in facts.names.decorated[name]:
                    scope, there = facts.scopes[number], Place(place.location, number)
                    is_its = scope.parent == place.scope and scope.name not in nearer
                    its = None if fields is None else _fields(scope)
                    is_asked = fields is None or its is None or not its.isdisjoint(fields)
                    if is_its and is_asked and self._is_pydantics(there):
                        yield self.defined_at(there)
            nearer.update(facts.scopes[place.scope].bindings)

    def _named_in(self, classes: Iterable[Place]) -> set[str]:
        return {name for each in classes for name in self.scope(each).bindings}

    def _is_pydantics(self, validator: Place) -> bool:
        return any(
            isinstance(each, Reference) and each.name.partition(".")[0] == _PYDANTIC
            for each in self.decorators(validator)
        )


def _fields(validator: Scope) -> set[str] | None:
    """The fields that a validator is for; None where it is for all, or checks defaults, too."""
    found: set[str] = set()
    for decorator in validator.decorators:
        match decorator:
            case Called(function=function, arguments=names) if last_name(function) in _OF_FIELDS:
                told = [str(each.value) for each in names if isinstance(each, Constant)]
                if not told or len(told) < len(names):
                    return None
                found.update(told)
    return None if "*" in found or not found else found
