"""All modules together: what a name, or a call, means in the end.

The program resolves: through scopes, aliases, imports and re-exports of the project's modules,
to a qualified name of the project, a library or the builtins. It guesses nothing: what it does not
know it calls unknown. It knows which classes libraries' calls give, and not what blocks.
"""

from __future__ import annotations

import builtins
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

from asyncompat_lint.facts import (
    Attribute,
    Binding,
    Called,
    CallSite,
    Either,
    Expr,
    Name,
    Nothing,
    Scope,
)
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.modules import Module, Modules

_BUILTINS = frozenset(dir(builtins))


@dataclass(frozen=True)
class Reference:
    """The thing itself that has this qualified name: a module, a function, a class."""

    name: str


@dataclass(frozen=True)
class Instance:
    """An instance of the class that has this qualified name."""

    of: str


Value = Reference | Instance
# What an expression can be; empty where that is not known.
Values = tuple[Value, ...]
UNKNOWN: Values = ()


@dataclass(frozen=True)
class Use:
    """The place from which a name is looked up."""

    module: Module
    scope: int
    line: int
    column: int
    # The (file, scope, name)s on the way here: a name that leads to itself is unknown.
    trail: frozenset[tuple[str, int, str]] = field(default=frozenset())


class Program:
    """The project's modules, with everything in them that can be asked for by name."""

    def __init__(self, modules: Modules, knowledge: Knowledge) -> None:
        self.modules = modules
        self._knowledge = knowledge

    def callees(self, module: Module, call: CallSite) -> list[str]:
        """Return the qualified names of what a call may call; nothing where that is not known."""
        use = Use(module, call.scope, call.span.line, call.span.column)
        values = self._infer(call.callee, use)
        return [value.name for value in values if isinstance(value, Reference)]

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
                return _flatten(self._call(each) for each in self._infer(function, use))
            case Either(options=options):
                there = (each for each in options if not isinstance(each, Nothing))
                return _flatten(self._infer(each, use) for each in there)
        return UNKNOWN

    def _attribute(self, value: Value, name: str, use: Use) -> Values:
        if isinstance(value, Instance):
            return self._named(f"{value.of}.{name}")
        return self._qualified(f"{value.name}.{name}", use)

    def _named(self, name: str) -> Values:
        given = self._knowledge.attribute(name)
        return (Reference(name),) if given is None else (Instance(given),)

    def _call(self, value: Value) -> Values:
        if isinstance(value, Reference):
            given = self._knowledge.gives(value.name)
            if given is not None:
                return (Instance(given),)
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
        return (Reference(f"builtins.{name}"),) if name in _BUILTINS else UNKNOWN

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
                classes = self._infer(binding.value, use)
                return tuple(Instance(c.name) for c in classes if isinstance(c, Reference))
            case "entered" | "aentered":
                # The clients that are known give themselves.
                return self._infer(binding.value, use)
            case "defined":
                return (Reference(f"{self.modules.name(use.module)}.{_path_of(scope, use)}{name}"),)
        return UNKNOWN

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
            values = _flatten(
                (Reference(f"{value.name}.{other}"),)
                if isinstance(value, Reference) and value.name.startswith(f"{name}.")
                else self._attribute(value, other, inside)
                for value in values
            )
        return values


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
