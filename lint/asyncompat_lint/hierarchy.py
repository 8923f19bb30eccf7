"""Which classes are above and below which, and what subclasses have in a method's place.

Knows bases by their names and meanings; below a protocol is also what has all that it asks for. It
does not know what blocks.
"""

from __future__ import annotations

import collections.abc
import functools
import sys
from collections import defaultdict
from collections.abc import Iterator

from asyncompat_lint.expressions import Attribute, Name, last_name
from asyncompat_lint.facts import Scope
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.lazily import mentioned
from asyncompat_lint.modules import Module, Modules
from asyncompat_lint.names import Use
from asyncompat_lint.passing import Passing
from asyncompat_lint.values import Instance, Place, Reference

# What more classes are made from is no mixin, but what they all are.
_MOST_HEIRS = 50
_MOST_IMPLEMENTERS = 20
_PROTOCOL = "Protocol"
# Who has only these may have them for anybody.
_OF_MANY = frozenset({"__call__", "__enter__", "__exit__", "__iter__", "__next__", "close"})


class Hierarchy(Passing):
    """The project's classes, and their methods."""

    def __init__(self, modules: Modules, knowledge: Knowledge) -> None:
        super().__init__(modules, knowledge)
        self._classes_above: dict[Place, set[Place]] = {}
        self._overrides: dict[Place, list[Place]] = {}
        self._heirs: dict[Place, list[Place]] = {}
        self._known_classes: dict[Place, bool] = {}
        self._implementers: dict[Place, set[Place]] = {}

    def _methods(self, value: Instance, names: tuple[str, ...], use: Use) -> tuple[Reference, ...]:
        found = (v for name in names for v in self.attribute(value, name, use))
        return tuple(v for v in found if isinstance(v, Reference))

    def ancestors(self, instance: Instance) -> tuple[set[str], bool]:
        """Return the names of a class and of all above it, and whether these are all known."""
        found: set[str] = set()
        is_all = True
        todo = [(instance.of, instance.place)]
        while todo:
            name, place = todo.pop()
            if name in found:
                continue
            found.add(name)
            if place is None:
                found.update(self.knowledge.lineage(name))
                is_all = is_all and loaded(name) is not None
                continue
            scope = self.scope(place)
            use = Use(self.modules.at(place.location), scope.parent, scope.line, 0)
            bases = self.bases(place, use)
            is_all = is_all and len(bases) >= len(scope.bases)
            todo += [(each.name, each.place) for each in bases]
        return found, is_all

    def is_below(self, class_: Place, above: Place) -> bool:
        """Return whether a class is made from another one, in any number of steps.

        Or has all that a protocol asks for.
        """
        return self.descends_from(class_, above) or class_ in self._implementers_of(above)

    def descends_from(self, class_: Place, above: Place) -> bool:
        """Return whether a class is made from another one, in any number of steps."""
        return above in self._above(class_)

    def _above(self, class_: Place) -> set[Place]:
        known = self._classes_above.get(class_)
        if known is None:
            known = self._classes_above[class_] = set()  # so that a cycle ends
            if self.is_class(class_):
                use = Use(self.modules.at(class_.location), class_.scope, sys.maxsize, 0)
                for base in self.bases(class_, use):
                    if base.place is not None:
                        known.update({base.place}, self._above(base.place))
        return known

    def heirs(self, class_: Place) -> list[Place]:
        known = self._heirs.get(class_)
        if known is None:
            module = self.modules.at(class_.location)
            name = self.scope(class_).name
            is_mixin = name in module.facts.names.mixins
            if is_mixin:
                self.asked.add((class_.location, name))
            known = sorted(self._subclasses_of(class_)) if is_mixin else []
            known = self._heirs[class_] = known if len(known) <= _MOST_HEIRS else []
        return known

    def is_known(self, class_: Place) -> bool:
        """Return whether all classes are known that a class is made from."""
        known = self._known_classes.get(class_)
        if known is None:
            name = self.defined(self.modules.at(class_.location), class_.scope).name
            known = self._known_classes[class_] = self.ancestors(Instance(name, class_))[1]
        return known

    def lacks(self, class_: Place, name: str) -> bool:
        """Return whether neither a class nor any above it has an attribute, known or not."""
        use = Use(self.modules.at(class_.location), class_.scope, sys.maxsize, 0)
        there = (class_, *self._order(class_, use))
        return self.is_known(class_) and not any(
            name in self.scope(each).bindings or name in self.scope(each).attributes
            for each in there
        )

    def methods_below(self, class_: Place, name: str) -> list[Place]:
        """Return the functions that a class's subclasses have by a name, each once, in order."""
        there = (self.method_of(each, name) for each in self._subclasses_of(class_))
        return sorted({each for each in there if each is not None})

    def method_of(self, class_: Place, name: str) -> Place | None:
        """Return the function that a class's objects have by a name: its own, or from a base."""
        use = Use(self.modules.at(class_.location), class_.scope, sys.maxsize, 0)
        for each in (class_, *self._order(class_, use)):
            bindings = self.scope(each).bindings.get(name, ())
            if bindings:
                last = bindings[-1]
                return Place(each.location, last.scope) if last.kind == "defined" else None
        return None

    def calls_base(self, method: Place) -> bool:
        """Return whether a method may call what a base has for it: by ``super()``, or its class.

        Or another one of its module does.
        """
        facts = self.modules.at(method.location).facts
        name = facts.scopes[method.scope].name
        called = map(facts.calls.__getitem__, facts.names.called.get(name, ()))
        read = map(facts.loads.__getitem__, facts.names.read.get(name, ()))
        asked = [*(call.callee for call in called), *(load.value for load in read)]
        return any(
            isinstance(each, Attribute) and each.value not in (Name("self"), Name("cls"))
            for each in asked
        )

    def overrides(self, place: Place) -> list[Place]:
        """Return the functions that stand in subclasses for a method, in a stable order."""
        known = self._overrides.get(place)
        if known is None:
            known = self._overrides[place] = self._find_overrides(place)
        return known

    def _find_overrides(self, place: Place) -> list[Place]:
        scope = self.scope(place)
        found: dict[Place, None] = {}
        for subclass in self._subclasses_of(Place(place.location, scope.parent)):
            module = self.modules.at(subclass.location)
            for binding in self.scope(subclass).bindings.get(scope.name, ()):
                if binding.kind == "defined":
                    override = Place(module.file.location, binding.scope)
                    if not self.scope(override).is_abstract:
                        found[override] = None
        return sorted(found)

    def _subclasses_of(self, class_: Place) -> set[Place]:
        found = set(self._implementers_of(class_))
        todo = [class_, *found]
        while todo:
            above = todo.pop()
            for place in self._classes_with(self.scope(above).name):
                use = Use(self.modules.at(place.location), place.scope, sys.maxsize, 0)
                if place not in found and above in {each.place for each in self.bases(place, use)}:
                    found.add(place)
                    todo.append(place)
        return found

    def is_protocol(self, class_: Place) -> bool:
        """Return whether a class only says what others have to have."""
        return any(last_name(each) == _PROTOCOL for each in self.scope(class_).bases)

    def _implementers_of(self, protocol: Place) -> set[Place]:
        """The classes that have all methods that a protocol asks for, and do not name it."""
        known = self._implementers.get(protocol)
        if known is None:
            asked = self._methods_of(protocol) if self.is_protocol(protocol) else {}
            known = self._implementers[protocol] = set()
            if asked and not asked.keys() <= _OF_MANY:
                found = self._classes_like(asked)
                known.update(found if len(found) <= _MOST_IMPLEMENTERS else ())
        return known

    def _classes_like(self, asked: dict[str, Scope]) -> set[Place]:
        found = set()
        for module in self.modules.own:
            facts = module.facts
            if all(mentioned(asked, facts.encoded_scopes)):  # to decode them all would take long
                for number, scope in enumerate(facts.scopes.in_order()):
                    place = Place(module.file.location, number)
                    if scope.kind == "class" and not self.is_protocol(place):
                        has = self._methods_of(place)
                        if all(name in has and _is_like(has[name], asked[name]) for name in asked):
                            found.add(place)
        return found

    def _methods_of(self, class_: Place) -> dict[str, Scope]:
        """The methods that a class has, those of its bases among them."""
        use = Use(self.modules.at(class_.location), class_.scope, sys.maxsize, 0)
        found: dict[str, Scope] = {}
        for place in (class_, *self._order(class_, use)):
            for name, bindings in self.scope(place).bindings.items():
                if bindings[-1].kind == "defined":
                    function = self.scope(Place(place.location, bindings[-1].scope))
                    if function.kind == "function":
                        found.setdefault(name, function)
        return found

    def _classes_with(self, base: str) -> Iterator[Place]:
        """The classes that name a base with this last name, or with another that it has there."""
        for module in self._by_base.get(base, ()):
            index, scopes = module.facts.names, module.facts.scopes
            names = {base, *(name for other, name in index.aliases if other == base)}
            for number in index.derived:
                if not names.isdisjoint(map(last_name, scopes[number].bases)):
                    yield Place(module.file.location, number)

    @functools.cached_property
    def _by_base(self) -> dict[str, list[Module]]:
        found: dict[str, list[Module]] = defaultdict(list)
        for module in self.modules.all:
            index = module.facts.names
            bases = {base for base, _ in index.subclasses}
            bases.update([other for other, name in index.aliases if name in bases])
            for base in bases:
                found[base].append(module)
        return found


def _is_like(function: Scope, asked: Scope) -> bool:
    """Whether a method can stand for another one that somebody calls."""
    return function.is_async == asked.is_async and function.parameters == asked.parameters


def loaded(name: str) -> object:
    """Return a module that this process has, or something of it: nothing is imported for it."""
    module, _, attribute = name.rpartition(".")
    if module == "typing" and hasattr(collections.abc, attribute):
        return getattr(collections.abc, attribute)  # the class that it is a name of
    return sys.modules.get(name) or getattr(sys.modules.get(module), attribute, None)
