"""What an expression gives: the top of the layers ``names``, ``attributes``, ``operations``.

Knows the forms of expressions. It does not know what blocks.
"""

from __future__ import annotations

from asyncompat_lint.containers import is_empty
from asyncompat_lint.expressions import (
    DIVIDED,
    NOTHING,
    TEXT,
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
from asyncompat_lint.shared import item, place_of
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


# Only loops have a method of this name, whoever has them.
_EXECUTING = "run_in_executor"
_IN_EXECUTOR = Reference(f"asyncio.AbstractEventLoop.{_EXECUTING}")
# What is called so is no path, though it is divided by a text.
_OF_THE_WEB = ("endpoint", "uri", "url")


class Inference(Operations):
    """What can be known of the values of expressions."""

    def infer(self, expression: Expr, use: Use) -> Values:
        # Most are one of these two, and a pattern takes longer to tell.
        if type(expression) is Name:
            return self.look_up(expression.id, use)
        if type(expression) is Attribute:
            return self._asked_of(expression, use)
        match expression:
            case Called(function=function) if last_name(function) == "TypeVar":
                bound = [instances(self.infer(each, use)) for each in expression.arguments[1:2]]
                place = f"{use.module.file.location}:{use.line}:{use.column}"
                return (TypeParameter(place, flatten(bound)),)
            case Called(function=Name(id="super")):
                return self._super(use)
            case Called(function=function, arguments=arguments):
                values = self.infer(function, use)
                if len(values) == 1:  # nearly always
                    return self.called(values[0], arguments, use)
                if not values and last_name(function) == _EXECUTING:
                    return self.called(_IN_EXECUTOR, arguments, use)
                if not values and self._is_path(expression, use):
                    return (Instance("pathlib.Path"),)
                return flatten(self.called(value, arguments, use) for value in values)
            case Awaited(value=value):
                return flatten(self._awaited(each, use) for each in self.infer(value, use))
            case Element(value=value):
                return flatten(self.element(each, use) for each in self.infer(value, use))
            case Subscripted(value=value, index=index):
                owners = self.infer(value, use)
                values = flatten(self._subscripted(each, index, use) for each in owners)
                return self._or_shared(values, owners, value, item(index), use)
            case Display():
                return (self._display(expression, use),)
            case Inner(scope=scope):
                return self._inner(scope, use)
            case Constant(value=value) if value is not None:
                return (Instance(f"builtins.{type(value).__name__}"),)
            case Either(options=options, is_piped=is_piped):
                there = [(each, use) for each in options if each != NOTHING]
                groups = [self.infer(each, use) for each, _ in there]
                return (is_piped and self._piped(groups)) or self._one_of(groups, there)
        return UNKNOWN

    def _asked_of(self, expression: Attribute, use: Use) -> Values:
        asked = use.module.facts.scopes[use.scope].asked
        for binding in asked.get(dotted(expression), ()) if asked else ():
            if binding.suite is not None and binding.suite.holds(use.line):
                return self._declared(binding.value, use)
        owners = self.infer(expression.value, use)
        values = self._attribute_of_any(owners, expression.name, use)
        return self._or_shared(values, owners, expression.value, expression.name, use)

    def _is_path(self, expression: Called, use: Use) -> bool:
        """Whether something of which nothing is known is divided by a text: only paths can be.

        But for those that modules have who import them, and for locations of the web.
        """
        divided: Expr = expression
        while isinstance(divided, Called):
            match divided:
                case Called(function=Attribute(value=value, name=name), arguments=[divisor]) if (
                    name == DIVIDED and (divisor == TEXT or divided is not expression)
                ):
                    divided = value
                case _:
                    return False
        name = last_name(divided).lower()
        return (
            isinstance(divided, Name | Attribute)
            and not any(each in name for each in _OF_THE_WEB)
            and not use.module.facts.may_divide_others
            and not self.infer(divided, use)
        )

    def _piped(self, groups: list[Values]) -> Values:
        """What `|` makes of its parts, if one is of a class that overloads it."""
        values = (v for group in groups for v in group if isinstance(v, Instance))
        made = next(filter(None, (self.knowledge.piped(v.of) for v in values)), None)
        match groups:
            case [[*_, Instance(of=first)], []]:
                made = made or self.knowledge.piped_with_unknown(first, is_first=True)
            case [[], [Instance(of=last), *_]]:
                made = made or self.knowledge.piped_with_unknown(last, is_first=False)
        return UNKNOWN if made is None else (Instance(made),)

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

    def _or_shared(
        self, values: Values, owners: Values, holder: Expr, key: str, use: Use
    ) -> Values:
        """What is known, or else what other parts of the program put there for this one."""
        place = place_of(last_name(holder), key)
        if not place or any(map(self._is_told, values)):
            return values
        if any(self._has_its_own(owner, key, use) for owner in owners):
            return values
        self.asked.add((use.module.file.location, place))
        puts = self.shared.puts(place)
        if not puts:
            return values

        def find(use: Use) -> Values:
            places = [
                (put.value, Use(module, put.scope, put.line, put.column, use.trail))
                for module, put in puts
                if put.value != NOTHING
            ]
            return self._any_of(places)

        return self._once((f"shared: {place}", -1, ""), use, find) or values

    def _has_its_own(self, owner: Value, key: str, use: Use) -> bool:
        """Whether an object has something by itself, or is a container of one's own."""
        if not isinstance(owner, Instance):
            return False
        if owner.place is None or not self.is_class(owner.place):
            return owner.of.startswith("builtins.")
        classes = (owner.place, *self._order(owner.place, use))
        return any(self._has_own(each, key) for each in classes)

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
        inside = Use(use.module, index, use.line, use.column, use.trail)
        arguments = tuple(self.infer(each, inside) for each in scope.returned)
        of = _COMPREHENSIONS[scope.name]
        return (Instance(of, place if of == GENERATOR else None, arguments),)
