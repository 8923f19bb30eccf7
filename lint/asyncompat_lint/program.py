"""All modules together, to be asked about places in them: what a call runs, what a lock is.

Every question is about a site of the facts, and is answered with the project's functions and the
libraries' names. It does not know what blocks.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from collections.abc import Set as AbstractSet

from asyncompat_lint.expressions import (
    KEYWORDS,
    Attribute,
    Called,
    Constant,
    Display,
    Expr,
    Name,
    last_name,
)
from asyncompat_lint.facts import (
    CONSTRUCTORS,
    PLAIN_CONSTRUCTORS,
    PROPERTIES,
    CallSite,
    Load,
    Scope,
)
from asyncompat_lint.makings import Makings
from asyncompat_lint.modules import Module
from asyncompat_lint.names import Use
from asyncompat_lint.operations import PARTIAL
from asyncompat_lint.values import Instance, Place, Reference, TypeParameter, Value, Values

# What one value of a call site runs: all of these.
Group = tuple[Reference, ...]
SETTER = "setter"


class Program(Makings):
    """The project's modules, with everything in them that can be asked for by place."""

    def targets(self, module: Module, site: CallSite) -> list[Group]:
        """Return what a site may run: a group for each thing that its callee may be."""
        use = Use.at(module, site)
        values = self.infer(site.callee, use)
        return [self._run_at(value, site, use) for value in values]

    def passed(self, module: Module, site: CallSite, argument: Expr) -> list[Group]:
        """Return what calling an argument of a site runs, as ``targets`` does."""
        use = Use.at(module, site)
        return [self._called_group(value, use) for value in self.infer(argument, use)]

    def properties(self, module: Module, load: Load, names: set[str]) -> Iterator[Reference]:
        """Give the properties with one of these names that a chain of attributes reads."""
        use = Use(module, load.scope, load.line, load.column)
        chain = load.value
        while isinstance(chain, Attribute):
            if chain.name in names:
                for value in self.infer(chain.value, use):
                    if isinstance(value, Instance) and self.is_class(value.place):
                        found = self.raw_attribute(value, chain.name, use)
                        for each in found:
                            if isinstance(each, Reference) and self._is_property(each):
                                is_stored = load.stored and chain is load.value
                                yield from self._setters(each) if is_stored else [each]
            chain = chain.value

    def references(self, module: Module, expression: Expr, scope: int, line: int) -> Values:
        """Return what an expression of a module names, at a line of a scope."""
        return self.infer(expression, Use(module, scope, line, 0))

    def are_instances(self, module: Module, site: CallSite, classes: dict[str, str]) -> bool:
        """Return whether the arguments of a site that are told of are instances of these classes.

        At least one of them has to be there.
        """
        there = {key: site.arguments[key] for key in classes if key in site.arguments}
        for key, argument in there.items():
            wanted = {each.strip() for each in classes[key].split("|")}
            values = self.infer(argument, Use.at(module, site))
            lineages = ({*self.knowledge.lineage(v.of)} for v in values if isinstance(v, Instance))
            known = [not wanted.isdisjoint(each) for each in lineages]
            if not known or not all(known):
                return False
        return bool(there) or not classes

    def passed_on(self, module: Module, site: CallSite) -> dict[str, Expr] | None:
        """Return what a partial object that a site calls passes on, with what the site passes.

        None where it calls no such object.
        """
        return self._bound_with(site.callee, site.arguments, Use.at(module, site))

    def handed_on(self, module: Module, site: CallSite, key: str) -> dict[str, Expr]:
        """Return what a site's argument is passed when it is called, with the arguments behind it.

        So it is where asyncio is given a callback and what that is to be passed.
        """
        behind = {
            str(int(other) - int(key) - 1): value
            for other, value in site.arguments.items()
            if key.isdigit() and other.isdigit() and int(other) > int(key)
        }
        bound = self._bound_with(site.arguments[key], behind, Use.at(module, site))
        return behind if bound is None else bound

    def _bound_with(
        self, function: Expr, arguments: dict[str, Expr], use: Use
    ) -> dict[str, Expr] | None:
        """What a partial object has bound, with what it is passed; None for anything else."""
        there = self.infer(function, use)
        if not any(isinstance(each, Instance) and each.of == PARTIAL for each in there):
            return None
        passed: list[Expr] = []
        named: dict[str, Expr] = {}
        for made in self._calls_that_gave(function, use):
            passed = list(made.arguments[1:])
            match passed[-1:]:
                case [Called(function=mark, arguments=[Display(items=keys, values=values)])] if (
                    mark == KEYWORDS
                ):
                    passed.pop()
                    pairs = zip(keys, values, strict=True)
                    named = {str(k.value): v for k, v in pairs if isinstance(k, Constant)}
        own = {
            str(int(key) + len(passed)) if key.isdigit() else key: value
            for key, value in arguments.items()
        }
        return {**{str(n): each for n, each in enumerate(passed)}, **named, **own}

    def is_async(self, target: Reference) -> bool:
        """Return whether this is an async function of the project's."""
        return target.place is not None and self.scope(target.place).is_async

    # What runs

    def _run_at(self, value: Value, site: CallSite, use: Use) -> Group:
        if site.kind == "call":
            fields = set(site.arguments) if site.passes == 0 else None
            return self._called_group(value, use, fields)
        if not isinstance(value, Instance):
            # An object of a library's module, as `sys.stdin` is.
            is_object = (
                isinstance(value, Reference) and value.place is None and site.kind == "iterate"
            )
            return (Reference(f"{value.name}.__iter__"),) if is_object else ()
        if site.kind == "aenter":
            return self._methods(value, ("__aenter__",), use)
        if value.place is not None and not self.is_class(value.place):
            return (Reference(value.of, value.place),)  # what a generator function has made
        if value.producer:
            return (Reference(value.producer, receiver=value),)
        if site.kind == "enter":
            return self._methods(value, ("__enter__", "__exit__"), use)
        return self._methods(value, ("__iter__", "__next__"), use)

    def _constructors(self, class_: Place, use: Use) -> tuple[str, ...]:
        """The methods that are called where an object is made: some by what makes its class."""
        there = (class_, *self._order(class_, use))
        return PLAIN_CONSTRUCTORS if all(map(self._is_plain, there)) else CONSTRUCTORS

    def _is_plain(self, class_: Place) -> bool:
        """Whether no decorator, and no library's base, makes anything else of a class."""
        scope = self.scope(class_)
        bases = self.bases(
            class_, Use(self.modules.at(class_.location), scope.parent, scope.line, 0)
        )
        return (
            not scope.decorators
            and len(bases) >= len(scope.bases)
            and all(
                each.place is not None or each.name.partition(".")[0] in sys.stdlib_module_names
                for each in bases
            )
        )

    def _called_group(
        self, value: Value, use: Use, fields: AbstractSet[str] | None = None
    ) -> Group:
        """What calling something runs; with no more than these named, where that is known."""
        match value:
            case Instance(of=of, arguments=[functions, *_]) if of == PARTIAL:
                return tuple(r for each in functions for r in self._called_group(each, use))
            case Instance():
                return self._methods(value, ("__call__",), use)
            case Reference(place=Place() as place):
                scope = self.scope(place)
                if scope.kind == "class":
                    made = Instance(value.name, place, value.arguments)
                    made_by = self._methods(made, self._constructors(place, use), use)
                    if any(each.name.endswith(".__init__") for each in made_by):
                        fields = None  # it may pass more
                    return (*made_by, *self._validators(place, fields, use))
                return () if scope.is_generator else (value, *self._wrappers(place, use))
            case Reference():
                return (value, *self._checked_by(value, use))
        return ()

    def _wrappers(self, place: Place, use: Use) -> Group:
        """What the project's decorators have put around a function, to be run in its place."""
        scope = self.scope(place)
        if not scope.decorators:
            return ()
        module = self.modules.at(place.location)
        outside = Use(module, scope.parent, scope.line, 0, use.trail)
        found: dict[Reference, None] = {}
        for decorator in scope.decorators:
            for value in self.infer(decorator, outside):
                if isinstance(value, TypeParameter) or value.place in (None, place):
                    continue
                for made in self.called(value, (Name(scope.name),), outside):
                    if isinstance(made, Instance) and self.is_class(made.place):
                        found.update(dict.fromkeys(self._methods(made, ("__call__",), use)))
                    elif isinstance(made, Reference) and made.place not in (None, place):
                        found[made] = None
        wrappers = [each.place for each in found if each.place is not None]
        return () if scope.is_async and self.tell_async_apart(wrappers) else tuple(found)

    def _setters(self, property_: Reference) -> Iterator[Reference]:
        """The functions that run where a property is given a value."""
        place = property_.place
        if place is not None:
            scopes = self.modules.at(place.location).facts.scopes
            for number, scope in enumerate(scopes.in_order()):
                is_its = (scope.parent, scope.name) == (
                    scopes[place.scope].parent,
                    scopes[place.scope].name,
                )
                if is_its and SETTER in scope.decorator_names:
                    yield Reference(property_.name, Place(place.location, number))

    def _is_property(self, value: Reference) -> bool:
        return value.place is not None and is_property(self.scope(value.place))

    # Functions

    # Objects that are shared

    def identity(self, module: Module, site: CallSite) -> str:
        """Return what tells one variable from all others: of a module, a class, or a function."""
        return self._identity(site.callee, Use.at(module, site))

    def identity_of(self, module: Module, site: CallSite, expression: Expr) -> str:
        """Return the same for another expression at a site."""
        return self._identity(expression, Use.at(module, site))

    def _identity(self, expression: Expr, use: Use) -> str:
        match expression:
            case Name(id=name):
                scope = self.binding_scope(name, use)
                bindings = (
                    use.module.facts.scopes[scope].bindings.get(name, []) if scope >= 0 else []
                )
                for binding in bindings:
                    if binding.kind == "imported":
                        return binding.target.lstrip(".")
                if scope == 0:
                    return f"{self.modules.name(use.module)}.{name}"
                return f"{use.module.file.location}:{scope}:{name}"
            case Attribute(value=value, name=name):
                for owner in self.infer(value, use):
                    if isinstance(owner, Reference) and owner.place is None:
                        return f"{owner.name}.{name}"
                    if isinstance(owner, Instance | Reference) and self.is_class(owner.place):
                        place = self._owner(owner.place, name, use)
                        return f"{place.location}:{place.scope}:{name}"
        return ""


def is_property(scope: Scope) -> bool:
    """Return whether a function runs where an attribute is read, or is given a value."""
    return any(last_name(each) in (*PROPERTIES, SETTER) for each in scope.decorators)
