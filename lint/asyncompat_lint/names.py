"""Names: from how one is written somewhere to what it stands for.

Follows scopes, bindings, imports and re-exports through the project's modules, to a qualified name
of the project, a library or the builtins. It guesses nothing: what it does not know is unknown.
What an expression gives it asks of the layer above, ``inference``.
"""

from __future__ import annotations

import builtins
import sys
import typing
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Callable, Iterable

import msgspec

from asyncompat_lint import containers
from asyncompat_lint.bindings import beside_declared, ever, excluded, in_force, is_told_there
from asyncompat_lint.expressions import NOTHING, Expr, Name
from asyncompat_lint.facts import Binding, CallSite, Scope
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.modules import Module, Modules
from asyncompat_lint.shared import Shared
from asyncompat_lint.values import (
    UNKNOWN,
    Instance,
    Place,
    Reference,
    Value,
    Values,
    flatten,
    instances,
)

# The last two are new in 3.11: the code may be for a newer Python than the one that runs this.
_BUILTINS = frozenset({*dir(builtins), "BaseExceptionGroup", "ExceptionGroup"})
# The (file, scope, name)s on the way to a value: a name that leads to itself is unknown.
Step = tuple[str, int, str]
Trail = frozenset[Step]
UNSEEN: Trail = frozenset()
# A longer way is given up.
_LONGEST_TRAIL = 40
# After so many ways through a cycle, what these have led to is all.
_MOST_WAYS = 100


class Use(msgspec.Struct, frozen=True):
    """The place from which a name is looked up."""

    module: Module
    scope: int
    line: int
    column: int
    trail: Trail = UNSEEN

    @classmethod
    def at(cls, module: Module, site: CallSite) -> Use:
        """Return the place of a call site."""
        return cls(module, site.scope, site.span.line, site.span.column)

    def after(self, *steps: Step) -> Use:
        """Return the same place, a few steps further."""
        return Use(self.module, self.scope, self.line, self.column, self.trail.union(steps))


class Names(ABC):
    """The names of the project's modules."""

    def __init__(self, modules: Modules, knowledge: Knowledge) -> None:
        self.modules = modules
        self._by_location = modules.by_location  # which is asked for at every step
        self.knowledge = knowledge
        self.shared = Shared(modules.all)
        # What modules, by their locations, have asked of others that no import leads to: what is
        # passed to a function, what is made from a class, what is put into a shared place; or what
        # is in a module of a package, by its location.
        self.asked: set[tuple[str, str]] = set()
        self._known: dict[Step, Values] = {}
        # What was found where a way was in the way.
        self._in_vain: dict[Step, list[Values]] = defaultdict(list)
        self._given_up = 0

    @abstractmethod
    def passed_to(self, name: str, index: int, module: Module) -> Values:
        """What a parameter of a scope is of which nothing is said, by what is passed."""

    @abstractmethod
    def infer(self, expression: Expr, use: Use) -> Values:
        """Return what an expression can be."""

    @abstractmethod
    def entered(self, value: Value, use: Use, *, is_async: bool = False) -> Values:
        """Return what ``with`` gives for a context manager; those that are known give themselves.

        An ``async with`` asks its async methods, if it has both.
        """

    @abstractmethod
    def nearer(self, declared: Values, given: Iterable[Values], use: Use) -> Values:
        """Return what is given to a name, if all of that is made from the one declared class."""

    @abstractmethod
    def without(self, values: Values, classes: Values) -> Values:
        """Return those of some values that are no instances of these classes."""

    @abstractmethod
    def attribute(self, value: Value, name: str, use: Use) -> Values:
        """Return what ``value.name`` is."""

    def scope(self, place: Place) -> Scope:
        """Return the scope of a function or class of the project."""
        return self._by_location[place.location].facts.scopes[place.scope]

    def import_targets(self, module: Module, name: str, scope: int) -> list[str]:
        """Return what a name is imported from, in a scope; nothing if it may be anything else."""
        use = Use(module, scope, sys.maxsize, 0)
        index = self.binding_scope(name, use)
        # `global name` may be all that there is of a name.
        bindings = [] if index < 0 else module.facts.scopes[index].bindings.get(name, [])
        if any(each.kind != "imported" for each in bindings):
            return []
        return list(dict.fromkeys(each.target for each in bindings))

    def module_of(self, module: Module, target: str) -> tuple[Module | None, list[str]]:
        """Return the module of the project that an import's target leads into, and what is left."""
        return self._imported_module(target, Use(module, 0, sys.maxsize, 0))

    # What is asked for again and again

    def _once(self, step: Step, use: Use, find: Callable[[Use], Values]) -> Values:
        """Return what a step leads to; the same whichever way led to it, so it is kept.

        Except where the way itself was in the way: a cycle gives up differently from each side. So
        it is gone again from each, but not for ever: of what leads to each other there may be as
        many ways as there are orders of it.
        """
        known = self._known.get(step)
        if known is not None:
            return known
        if step in use.trail or len(use.trail) > _LONGEST_TRAIL:
            self._given_up += 1
            return UNKNOWN
        before = self._given_up
        found = find(use.after(step))
        if self._given_up == before:
            self._known[step] = found
        else:
            ways = self._in_vain[step]
            ways.append(found)
            if len(ways) > _MOST_WAYS:
                found = self._known[step] = flatten(ways)
                ways.clear()
        return found

    # Scopes and bindings

    def look_up(self, name: str, use: Use) -> Values:
        """Return what a name is, where it is used."""
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
            is_seen = scope.kind != "class" or index == use.scope or name in scope.type_parameters
            if name in scope.bindings and is_seen:
                return self.bound(name, index, use, at_use=at_use)
            at_use = at_use and scope.runs_in_parent
            index = scope.parent
        return self._starred(name, use)

    def binding_scope(self, name: str, use: Use) -> int:
        """Return the scope that a name belongs to; -1 for one of no scope of the module."""
        scopes = use.module.facts.scopes
        index = use.scope
        while index >= 0:
            scope = scopes[index]
            if scope.outer_names.get(name) == "global":
                return 0
            is_seen = scope.kind != "class" or index == use.scope or name in scope.type_parameters
            hidden = name in scope.outer_names or not is_seen
            if name in scope.bindings and not hidden:
                return index
            index = scope.parent
        return -1

    def bound(self, name: str, index: int, use: Use, *, at_use: bool) -> Values:
        """Return what a scope binds a name to: as it is at the use, or as it ever is."""
        step = (use.module.file.location, index, name)
        if not at_use or self._is_the_same_everywhere(name, index, use):
            return self._once(step, use, lambda use: self._bound(name, index, use, at_use=False))
        # The same name may be of another time: `path = path / "x"`. Each is found out once.
        place = f"{name} at {use.scope}:{use.line}:{use.column}"
        step = (use.module.file.location, index, place)
        return self._once(step, use, lambda use: self._bound(name, index, use, at_use=True))

    @staticmethod
    def _is_the_same_everywhere(name: str, index: int, use: Use) -> bool:
        """Whether a name has one value only, in the scope it belongs to."""
        bindings = [
            each
            for each in use.module.facts.scopes[index].bindings[name]
            if each.kind != "excluded" or each.suite is None or each.suite.holds(use.line)
        ]
        return len(bindings) == 1 and bindings[0].suite is None

    def _bound(self, name: str, index: int, use: Use, *, at_use: bool) -> Values:
        scope = use.module.facts.scopes[index]
        bindings = [each for each in scope.bindings[name] if each.value != NOTHING]
        there = in_force(bindings, use.line, use.column) if at_use else ever(bindings)
        if not there:
            return UNKNOWN

        def given(binding: Binding) -> Values:
            told = index if is_told_there(binding) else binding.scope
            where = Use(use.module, told, binding.line, binding.column, use.trail)
            return self.value_of(name, binding, index, where)

        groups = list(map(given, there))
        values = self.filled(flatten(groups), name, index, use)
        if not at_use:
            return self.nearer(values, map(given, beside_declared(bindings)), use) or values
        if not values:
            # Of several the nearest counts, unless only what was declared is known.
            place = there[0].line, there[0].column
            declared = (each for each in bindings if each.kind == "annotated")
            known = (e for e in declared if e in there or (e.line, e.column) == place)
            values = groups[0] or next(filter(None, map(given, known)), UNKNOWN)
        for each in excluded(bindings, use.line):
            values = self.without(values, self.infer(each.value, use))
        return values

    def filled(self, values: Values, name: str, index: int, use: Use) -> Values:
        """Return a name's values, as containers of what is put into them if they begin empty."""
        puts = use.module.facts.scopes[index].filled.get(name)
        if not puts or not values or not all(map(containers.is_empty, values)):
            return values
        found = flatten(
            self.infer(each.value, Use(use.module, each.scope, each.line, each.column, use.trail))
            for each in puts
        )
        return containers.filled(values, found)

    def value_of(self, name: str, binding: Binding, index: int, use: Use) -> Values:
        """Return what one binding of a scope gives to a name."""
        match binding.kind:
            case "imported":
                return self._imported(binding.target, use)
            case "assigned":
                return self.infer(binding.value, use)
            case "annotated" | "narrowed":
                scope = use.module.facts.scopes[index]
                if binding.value == Name(name) and scope.parent >= 0:
                    # `date: date` names the outer one.
                    use = Use(use.module, scope.parent, use.line, use.column, use.trail)
                return self._declared(binding.value, use)
            case "entered" | "aentered":
                values = self.infer(binding.value, use)
                is_async = binding.kind == "aentered"
                return flatten(self.entered(each, use, is_async=is_async) for each in values)
            case "defined":
                return (self.defined(use.module, binding.scope),)
            case "self":
                return self._self(index, use)
            case "unknown":
                return self.passed_to(name, index, use.module)
        return UNKNOWN

    def _declared(self, type_: Expr, use: Use) -> Values:
        """The instances of what an annotation names; of a function, what that always gives."""
        return instances(tuple(map(self._class_made_by, self.infer(type_, use))))

    def _class_made_by(self, value: Value) -> Value:
        if not isinstance(value, Reference) or value.place is not None or value.arguments:
            return value
        made = self.knowledge.always_gives(value.name)
        return value if made is None else Reference(made)

    def is_bare_parameter(self, expression: Expr, use: Use) -> bool:
        """Return whether an expression is a parameter of which nothing is said.

        Beside something that is known it is of that kind, too: what was given, or a default.
        """
        if not isinstance(expression, Name):
            return False
        index = self.binding_scope(expression.id, use)
        scope = use.module.facts.scopes[index]
        if index < 0 or expression.id not in scope.parameters:
            return False
        return all(each.kind != "annotated" for each in scope.bindings[expression.id])

    def is_nothing(self, expression: Expr, use: Use) -> bool:
        """Return whether an expression is a name that has nothing but None by then."""
        if not isinstance(expression, Name):
            return False
        index = self.binding_scope(expression.id, use)
        if index < 0:
            return False
        bindings = use.module.facts.scopes[index].bindings[expression.id]
        there = in_force(bindings, use.line, use.column)
        return bool(there) and all(each.value == NOTHING for each in there)

    def defined(self, module: Module, index: int) -> Reference:
        """Return the function or class that a scope of a module is."""
        scopes = module.facts.scopes
        path, parent = scopes[index].name, scopes[index].parent
        while scopes[parent].parent >= 0:
            path = f"{scopes[parent].name}.{path}"
            parent = scopes[parent].parent
        return Reference(f"{self.modules.name(module)}.{path}", Place(module.file.location, index))

    def defined_at(self, place: Place) -> Reference:
        """Return the function or class at a place, with its qualified name."""
        return self.defined(self.modules.at(place.location), place.scope)

    def _self(self, index: int, use: Use) -> Values:
        method = use.module.facts.scopes[index]
        class_ = self.defined(use.module, method.parent)
        if Name("classmethod") in method.decorators or method.name in _CLASS_METHODS:
            return (class_,)
        return (Instance(class_.name, class_.place),)

    # Modules

    def _starred(self, name: str, use: Use) -> Values:
        """A name that the module does not bind: a star import may, and else it is builtin."""
        for star in use.module.facts.scopes[0].bindings.get("*", []):
            module, _ = self._imported_module(star.target.removesuffix("*"), use)
            if module is None:
                library = f"{star.target.removesuffix('.*')}.{name}"
                is_of_typing = library.startswith("typing.") and name in typing.__all__
                if is_of_typing or self.knowledge.speaks_of(self.knowledge.canonical(library)):
                    return self.qualified(library, use)
            else:  # which may have it from another star import
                values = self._member(module, [name], use)
                if values or name in module.facts.scopes[0].bindings:
                    return values
        return (Reference(f"builtins.{name}"),) if name in _BUILTINS else UNKNOWN

    def _imported_module(self, target: str, use: Use) -> tuple[Module | None, list[str]]:
        if target.startswith("."):
            return self.modules.find_relative(target.rstrip(".") or target, use.module)
        return self.modules.find(target.rstrip("."), use.module)

    def _imported(self, target: str, use: Use) -> Values:
        if target.startswith("."):
            module, rest = self.modules.find_relative(target, use.module)
            return UNKNOWN if module is None else self._member(module, rest, use)
        return self.qualified(target, use)

    def inside(self, module: str, name: str, use: Use) -> Values:
        """Follow an attribute of a module, which may be a module that others have imported."""
        qualified = f"{module}.{name}"
        found, rest = self.modules.find(qualified, use.module)
        if found is not None and not rest:
            self.asked.add((use.module.file.location, found.file.location))
        return self.qualified(qualified, use)

    def qualified(self, name: str, use: Use) -> Values:
        """Follow a qualified name through the project's modules to what it stands for."""
        canonical = self.knowledge.canonical(name)
        module, rest = self.modules.find(name, use.module)
        is_known = self.knowledge.speaks_of(canonical) and not self.modules.is_own(module)
        if module is None or is_known:
            return self.named(canonical, use)
        return self._member(module, rest, use)

    @abstractmethod
    def named(self, name: str, use: Use) -> Values:
        """Return what a library has under its canonical name."""

    def _member(self, module: Module, names: list[str], use: Use) -> Values:
        if not names:
            return self._in_place_of(module, use) or (Reference(self.modules.key(module)),)
        first, *others = names
        inside = Use(module, 0, sys.maxsize, 0, use.trail)
        if first in module.facts.scopes[0].bindings:
            values = self.bound(first, 0, inside, at_use=False)
        else:
            step = (module.file.location, 0, f"* {first}")
            values = self._once(step, inside, lambda use: self._starred(first, use))
            values = tuple(v for v in values if not _is_builtin(v))
        for other in others:
            values = flatten(self.attribute(value, other, inside) for value in values)
        return values

    def _in_place_of(self, module: Module, use: Use) -> Values:
        """What a package has by a module's name: ``from .load import load`` hides the module."""
        package, name = self.modules.package_of(module)
        bindings = None if package is None else package.facts.scopes[0].bindings.get(name)
        if package is None or not bindings:
            return UNKNOWN
        inside = Use(package, 0, sys.maxsize, 0, use.trail)
        for each in bindings:
            if each.kind != "imported":
                return UNKNOWN
            found, rest = self._imported_module(each.target, inside)
            if found is None or (found is module and not rest):
                return UNKNOWN  # that is the module, or may be
        return self.bound(name, 0, inside, at_use=False)


_CLASS_METHODS = frozenset({"__new__", "__init_subclass__", "__class_getitem__"})


def _is_builtin(value: Value) -> bool:
    return isinstance(value, Reference) and value.name.startswith("builtins.")
