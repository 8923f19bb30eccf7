"""All modules together: what a name, or a call, means in the end.

The program resolves: through scopes, aliases, imports and re-exports of the project's modules,
to a qualified name of the project, a library or the builtins. It guesses nothing: what it does not
know it calls unknown. It knows which classes libraries' calls give, and not what blocks.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from asyncompat_lint.facts import (
    Attribute,
    Awaited,
    Binding,
    Called,
    CallSite,
    Either,
    Expr,
    Name,
    Nothing,
    Scope,
    last_name,
)
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.modules import Module, Modules

_BUILTINS = frozenset(dir(builtins))
# Decorators under which an attribute is what its function returns.
PROPERTIES = frozenset({"property", "cached_property"})


@dataclass(frozen=True, order=True)
class Place:
    """Where the project defines a function or class: a file, and a scope of it."""

    location: str
    scope: int


@dataclass(frozen=True)
class Reference:
    """The thing itself that has this qualified name: a module, a function, a class."""

    name: str
    place: Place | None = None


@dataclass(frozen=True)
class Instance:
    """An instance of the class that has this qualified name."""

    of: str
    place: Place | None = None


Value = Reference | Instance
# What an expression can be; empty where that is not known.
Values = tuple[Value, ...]
UNKNOWN: Values = ()
# The (file, scope, name)s on the way to a value: a name that leads to itself is unknown.
Trail = frozenset[tuple[str, int, str]]
UNSEEN: Trail = frozenset()


@dataclass(frozen=True)
class Use:
    """The place from which a name is looked up."""

    module: Module
    scope: int
    line: int
    column: int
    trail: Trail = UNSEEN


class Program:
    """The project's modules, with everything in them that can be asked for by name."""

    def __init__(self, modules: Modules, knowledge: Knowledge) -> None:
        self.modules = modules
        self._knowledge = knowledge

    def callees(self, module: Module, call: CallSite) -> list[Reference]:
        """Return what a call may call; nothing where that is not known."""
        use = Use(module, call.scope, call.span.line, call.span.column)
        values = self._infer(call.callee, use)
        return [value for value in values if isinstance(value, Reference)]

    def scope(self, place: Place) -> Scope:
        """Return the scope of a function or class of the project."""
        return self.modules.at(place.location).facts.scopes[place.scope]

    def initializer(self, place: Place) -> Place | None:
        """Return the project's ``__init__`` that making an instance of a class runs."""
        values = self._class_attribute(place, "__init__", UNSEEN)
        places = [value.place for value in values if isinstance(value, Reference)]
        return places[0] if len(places) == 1 else None

    def is_made_async(self, place: Place) -> bool:
        """Return whether a decorator of the project makes an async function of this one."""
        module = self.modules.at(place.location)
        scope = self.scope(place)
        outside = Use(module, scope.parent, scope.line, 0)
        for decorator in scope.decorators:
            values = self._infer(decorator, outside)
            places = [v.place for v in values if isinstance(v, Reference) and v.place is not None]
            if any(self._gives_async(each) for each in places):
                return True
        return False

    def _gives_async(self, decorator: Place) -> bool:
        module = self.modules.at(decorator.location)
        inside = Use(module, decorator.scope, sys.maxsize, 0)
        values = [v for each in self.scope(decorator).returned for v in self._infer(each, inside)]
        places = [v.place for v in values if isinstance(v, Reference) and v.place is not None]
        return any(self.scope(place).is_async for place in places)

    def name_of_module(self, module: Module, target: str) -> str | None:
        """Return the name under which a module imports another one at its top, if it does."""
        for name, bindings in module.facts.scopes[0].bindings.items():
            if any(each.kind == "imported" and each.target == target for each in bindings):
                return name
        return None

    # Expressions

    def _infer(self, expression: Expr, use: Use) -> Values:
        match expression:
            case Name(id=name):
                return self._look_up(name, use)
            case Attribute(value=value, name=name):
                return _flatten(self._attribute(v, name, use) for v in self._infer(value, use))
            case Called(function=function):
                values = self._infer(function, use)
                return _flatten(self._call(v, use, awaited=False) for v in values)
            case Awaited(value=Called(function=function)):
                values = self._infer(function, use)
                return _flatten(self._call(v, use, awaited=True) for v in values)
            case Either(options=options):
                there = (each for each in options if not isinstance(each, Nothing))
                return _flatten(self._infer(each, use) for each in there)
        return UNKNOWN

    def _attribute(self, value: Value, name: str, use: Use) -> Values:
        if isinstance(value, Instance):
            if value.place is None:
                return self._named(f"{value.of}.{name}")
            values = self._instance_attribute(value.place, name, use.trail)
            return _flatten(self._property(each, use) for each in values)
        if value.place is not None:
            return self._class_attribute(value.place, name, use.trail)
        return self._qualified(f"{value.name}.{name}", use)

    def _named(self, name: str) -> Values:
        given = self._knowledge.attribute(name)
        return (Reference(name),) if given is None else (Instance(given),)

    def _call(self, value: Value, use: Use, *, awaited: bool) -> Values:
        """What a call of this gives, or what awaiting the call does."""
        if not isinstance(value, Reference):
            return UNKNOWN
        if value.place is None:
            given = self._knowledge.gives(value.name)
            return UNKNOWN if given is None or awaited else (Instance(given),)
        scope = self.scope(value.place)
        if scope.kind == "class":
            return UNKNOWN if awaited else (Instance(value.name, value.place),)
        if scope.is_async is not awaited or scope.is_generator:
            return UNKNOWN
        return self._returned(value.place, use)

    def _returned(self, place: Place, use: Use) -> Values:
        """What a function returns: what its annotation says, else what its values are."""
        step = (place.location, place.scope, "return")
        if step in use.trail:
            return UNKNOWN
        trail = use.trail | {step}
        module = self.modules.at(place.location)
        scope = self.scope(place)
        if scope.annotation is not None:
            outside = Use(module, scope.parent, sys.maxsize, 0, trail)
            return _instances(self._infer(scope.annotation, outside))
        inside = Use(module, place.scope, sys.maxsize, 0, trail)
        there = (each for each in scope.returned if not isinstance(each, Nothing))
        return _flatten(self._infer(each, inside) for each in there)

    def _property(self, value: Value, use: Use) -> Values:
        """An instance's attribute: a property gives what its function returns."""
        if isinstance(value, Reference) and value.place is not None:
            decorators = self.scope(value.place).decorators
            if any(last_name(each) in PROPERTIES for each in decorators):
                return self._returned(value.place, use)
        return (value,)

    # Classes

    def _instance_attribute(self, place: Place, name: str, trail: Trail) -> Values:
        """What ``instance.name`` is: given to ``self`` by a method, or else the class's."""
        module = self.modules.at(place.location)
        bindings = self.scope(place).attributes.get(name, [])
        there = [each for each in bindings if not isinstance(each.value, Nothing)]
        step = (place.location, place.scope, f"self.{name}")
        if not there:
            return self._class_attribute(place, name, trail, of_instance=True)
        if step in trail:
            return UNKNOWN
        return _flatten(
            self._value_of(
                name,
                each,
                module.facts.scopes[each.scope],
                Use(module, each.scope, each.line, each.column, trail | {step}),
            )
            for each in there
        )

    def _class_attribute(
        self, place: Place, name: str, trail: Trail, *, of_instance: bool = False
    ) -> Values:
        """What ``Class.name`` is: bound in the class's body, or else its bases'."""
        module = self.modules.at(place.location)
        scope = self.scope(place)
        if name in scope.bindings:
            inside = Use(module, place.scope, sys.maxsize, 0, trail)
            return self._bound(name, place.scope, inside, at_use=True)
        step = (place.location, place.scope, f"base of {name}")
        if step in trail:
            return UNKNOWN
        outside = Use(module, scope.parent, scope.line, 0, trail | {step})
        for expression in scope.bases:
            for base in self._infer(expression, outside):
                if not isinstance(base, Reference):
                    continue
                if base.place is None:
                    found = self._named(f"{self._knowledge.canonical(base.name)}.{name}")
                    if not self._knowledge.knows(base.name, name):
                        continue
                elif of_instance:
                    found = self._instance_attribute(base.place, name, outside.trail)
                else:
                    found = self._class_attribute(base.place, name, outside.trail)
                if found:
                    return found
        return UNKNOWN

    # Names

    def _look_up(self, name: str, use: Use) -> Values:
        scopes = use.module.facts.scopes
        index, at_use = use.scope, True
        while index >= 0:
            scope = scopes[index]
            if scope.outer_names.get(name) == "global":
                index, at_use = 0, False
                scope = scopes[0]
            elif name in scope.outer_names:
                index, at_use = scope.parent, False
                continue
            # A class's names are seen by its own body, not by what is nested in it.
            if name in scope.bindings and (scope.kind != "class" or index == use.scope):
                return self._bound(name, index, use, at_use=at_use)
            at_use = at_use and scope.runs_in_parent
            index = scope.parent
        return self._starred(name, use)

    def _starred(self, name: str, use: Use) -> Values:
        """A name that the module does not bind: a star import may, and else it is builtin."""
        for star in use.module.facts.scopes[0].bindings.get("*", []):
            module, _ = self._imported_module(star.target.removesuffix("*"), use)
            if module is None:
                library = f"{star.target.removesuffix('.*')}.{name}"
                if self._knowledge.blocking(self._knowledge.canonical(library)):
                    return self._qualified(library, use)
            elif name in module.facts.scopes[0].bindings:
                return self._member(module, [name], use)
        return (Reference(f"builtins.{name}"),) if name in _BUILTINS else UNKNOWN

    def _imported_module(self, target: str, use: Use) -> tuple[Module | None, list[str]]:
        if target.startswith("."):
            return self.modules.find_relative(target.rstrip(".") or target, use.module)
        return self.modules.find(target.rstrip("."))

    def _bound(self, name: str, index: int, use: Use, *, at_use: bool) -> Values:
        step = (use.module.file.location, index, name)
        if step in use.trail:
            return UNKNOWN
        scope = use.module.facts.scopes[index]
        bindings = scope.bindings[name]
        there = [each for each in bindings if not isinstance(each.value, Nothing)]
        if at_use:
            there = _in_force(there, use)
        trail = use.trail | {step}
        return _flatten(
            self._value_of(name, each, scope, Use(use.module, index, each.line, each.column, trail))
            for each in there
        )

    def _value_of(self, name: str, binding: Binding, scope: Scope, use: Use) -> Values:
        match binding.kind:
            case "imported":
                return self._imported(binding.target, use)
            case "assigned":
                return self._infer(binding.value, use)
            case "annotated":
                if binding.value == Name(name) and scope.parent >= 0:
                    # `date: date` names the outer one.
                    use = Use(use.module, scope.parent, use.line, use.column, use.trail)
                return _instances(self._infer(binding.value, use))
            case "entered" | "aentered":
                values = self._infer(binding.value, use)
                awaited = binding.kind == "aentered"
                return _flatten(self._entered(each, use, awaited=awaited) for each in values)
            case "defined":
                path = f"{self.modules.name(use.module)}.{_path_of(scope, use)}{name}"
                return (Reference(path, Place(use.module.file.location, binding.scope)),)
            case "self":
                return self._self(scope, use)
        return UNKNOWN

    def _entered(self, value: Value, use: Use, *, awaited: bool) -> Values:
        """What ``with`` gives for a context manager; those that are known give themselves."""
        if not isinstance(value, Instance) or value.place is None:
            return (value,)
        enter = "__aenter__" if awaited else "__enter__"
        values = self._class_attribute(value.place, enter, use.trail)
        entered = _flatten(self._call(each, use, awaited=awaited) for each in values)
        return entered or (value,)

    def _self(self, method: Scope, use: Use) -> Values:
        class_ = use.module.facts.scopes[method.parent]
        outer = use.module.facts.scopes[class_.parent]
        place = Place(use.module.file.location, method.parent)
        name = f"{self.modules.name(use.module)}.{_path_of(outer, use)}{class_.name}"
        if Name("classmethod") in method.decorators:
            return (Reference(name, place),)
        return (Instance(name, place),)

    # Qualified names

    def _imported(self, target: str, use: Use) -> Values:
        if target.startswith("."):
            module, rest = self.modules.find_relative(target, use.module)
            return UNKNOWN if module is None else self._member(module, rest, use)
        return self._qualified(target, use)

    def _qualified(self, name: str, use: Use) -> Values:
        """Follow a qualified name through the project's modules to what it stands for."""
        module, rest = self.modules.find(name)
        if module is None:
            return self._named(self._knowledge.canonical(name))
        return self._member(module, rest, use)

    def _member(self, module: Module, names: list[str], use: Use) -> Values:
        name = self.modules.name(module)
        if not names:
            return (Reference(name),)
        first, *others = names
        if first not in module.facts.scopes[0].bindings:
            return UNKNOWN
        inside = Use(module, 0, sys.maxsize, 0, use.trail)
        values = self._bound(first, 0, inside, at_use=False)
        for other in others:
            values = _flatten(self._attribute(value, other, inside) for value in values)
        return values


def _instances(values: Values) -> Values:
    """The instances of classes that an annotation names."""
    return tuple(Instance(v.name, v.place) for v in values if isinstance(v, Reference))


def _flatten(groups: Iterator[Values]) -> Values:
    """Put together what each of several may be; unknown if one of them is."""
    values: dict[Value, None] = {}
    for group in groups:
        if not group:
            return UNKNOWN
        values.update(dict.fromkeys(group))
    return tuple(values)


def _in_force(bindings: list[Binding], use: Use) -> list[Binding]:
    """The bindings that a use in the same scope sees: the last before it, or a fallback import."""
    place = (use.line, use.column)
    before = [each for each in bindings if (each.line, each.column) < place] or bindings
    if before and before[-1].kind == "imported":
        return [each for each in before if each.kind == "imported"]
    return before[-1:]


def _path_of(scope: Scope, use: Use) -> str:
    """The names of the scopes around a definition, each with a dot behind it."""
    path = ""
    while scope.parent >= 0:
        path = f"{scope.name}.{path}"
        scope = use.module.facts.scopes[scope.parent]
    return path
