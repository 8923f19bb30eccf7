"""What an expression gives: the top of the layers ``names``, ``attributes``, ``operations``.

Knows the forms of expressions. It does not know what blocks.
"""

from __future__ import annotations

import functools
import sys

from asyncompat_lint.containers import is_empty
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
    dotted,
    last_name,
)
from asyncompat_lint.names import Use
from asyncompat_lint.operations import GENERATOR, Operations
from asyncompat_lint.shared import item
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
)

_COMPREHENSIONS = {
    "<ListComp>": "builtins.list",
    "<SetComp>": "builtins.set",
    "<DictComp>": "builtins.dict",
    "<GeneratorExp>": GENERATOR,
}


class Inference(Operations):
    """What can be known of the values of expressions."""

    def infer(self, expression: Expr, use: Use) -> Values:
        match expression:
            case Name(id=name):
                return self.look_up(name, use)
            case Attribute(value=value, name=name):
                asked = use.module.facts.scopes[use.scope].asked
                for binding in asked.get(dotted(expression), ()) if asked else ():
                    if binding.suite is not None and binding.suite.holds(use.line):
                        return instances(self.infer(binding.value, use))
                values = self._attribute_of_any(self.infer(value, use), name, use)
                return self._or_shared(values, value, name, use)
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
                values = flatten(self._subscripted(each, index, use) for each in values)
                return self._or_shared(values, value, item(index), use)
            case Display():
                return (self._display(expression, use),)
            case Inner(scope=scope):
                return self._inner(scope, use)
            case Constant(value=value) if value is not None:
                return (Instance(f"builtins.{type(value).__name__}"),)
            case Either(options=options):
                there = [(each, use) for each in options if each != NOTHING]
                groups = [self.infer(each, use) for each, _ in there]
                return self._piped(groups) or self._one_of(groups, there)
        return UNKNOWN

    @functools.cached_property
    def _has_pipes(self) -> bool:
        """Whether the program imports a library that has such classes."""
        imported = (target for module in self.modules.all for target in module.facts.names.imports)
        piping = self.knowledge.piping
        return any(target.partition(".")[0] in piping for target in imported)

    def _piped(self, groups: list[Values]) -> Values:
        """What `|` makes of its parts, if one is of a class that overloads it.

        Of parts that are all of one such class it is `or` that makes one of them.
        """
        if not self._has_pipes:
            return UNKNOWN
        values = [v for group in groups for v in group]
        made = {
            self.knowledge.lineage(v.of)[-1]: of
            for v in values
            if isinstance(v, Instance)
            for of in [self.knowledge.piped(v.of)]
            if of is not None
        }
        is_or = (
            len(made) == 1
            and all(groups)
            and all(
                isinstance(v, Instance) and self.knowledge.lineage(v.of)[-1] in made for v in values
            )
        )
        return UNKNOWN if is_or else tuple(map(Instance, made.values()))[:1]

    def _any_of(self, options: list[tuple[Expr, Use]]) -> Values:
        """What one of several expressions is, each at its place."""
        return self._one_of([self.infer(each, use) for each, use in options], options)

    def _one_of(self, groups: list[Values], options: list[tuple[Expr, Use]]) -> Values:
        if not all(groups) and any(groups):
            groups = [
                group
                for group, (each, use) in zip(groups, options, strict=True)
                if group or not (self.is_bare_parameter(each, use) or self.is_nothing(each, use))
            ]
        values = flatten(groups)
        # `items or []`: what is empty tells nothing of what may be in the others.
        return tuple(each for each in values if not is_empty(each)) or values

    def _or_shared(self, values: Values, holder: Expr, key: str, use: Use) -> Values:
        """What is known, or else what other parts of the program put there for this one."""
        puts = self.shared.puts(holder, key)
        if not puts or any(map(self._is_told, values)):
            return values

        def find(use: Use) -> Values:
            places = [
                (put.value, Use(module, put.scope, put.line, put.column, use.trail))
                for module, put in puts
                if put.value != NOTHING
            ]
            return self._any_of(places)

        return self._once((f"shared: {puts[0][1].holder}", -1, key), use, find) or values

    def _is_told(self, value: Value) -> bool:
        """Whether anything is known of a value but that a library's object has it."""
        if isinstance(value, Reference) and value.place is None:
            return self.knowledge.speaks_of(value.name)
        return True

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
        return (Instance(of, place if of == GENERATOR else None, arguments),)
