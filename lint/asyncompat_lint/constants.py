"""Names that stand for one constant, and are given no other value; of other modules, of classes.

Asks the program which binding a name is. What the constant is for is not asked here.
"""

from __future__ import annotations

import sys

from asyncompat_lint.expressions import Attribute, Constant, Display, Expr, Name, root_name
from asyncompat_lint.modules import Module
from asyncompat_lint.names import Use
from asyncompat_lint.program import Program
from asyncompat_lint.values import Place, Reference

# A name that is imported from where it is imported, and so on, is given up after so many.
_MOST_STEPS = 8


class Constants:
    """The constants of a program, by the expressions that name them."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._several: dict[tuple[Place, Expr], Expr | None] = {}

    def several(self, values: Expr, place: Place) -> Expr | None:
        """Return the constants that are named in the function at a place; None if one is not."""
        key = place, values
        if key not in self._several:
            module, scope = self._program.modules.at(place.location), self._program.scope(place)
            use = Use(module, place.scope, scope.line, 0)
            items = values.items if isinstance(values, Display) else (values,)
            found = [self.of(each, use) for each in items]
            known = Display("tuple", tuple(filter(None, found))) if all(found) else None
            self._several[key] = known
        return self._several[key]

    def of(self, expression: Expr, use: Use, steps: int = _MOST_STEPS) -> Constant | None:
        """Return the constant that an expression is, or names; None where that is not known."""
        match expression:
            case Constant():
                return expression
            case Name(id=name) if steps:
                return self._of_name(name, use, steps - 1)
            case Attribute(value=Attribute() as member, name="value") if steps:
                return self.of(member, use, steps - 1)
            case Attribute(value=owner, name=name) if steps:
                return self._of_member(owner, name, use, steps - 1)
        return None

    def _of_name(self, name: str, use: Use, steps: int) -> Constant | None:
        index = self._program.binding_scope(name, use)
        bindings = use.module.facts.scopes[index].bindings[name] if index >= 0 else []
        if len(bindings) != 1 or bindings[0].suite is not None:
            return None
        (binding,) = bindings
        if binding.kind == "imported":
            return self._imported(use.module, binding.target, steps)
        if binding.kind == "assigned":
            inside = Use(use.module, index, binding.line, binding.column)
            return self.of(binding.value, inside, steps)
        return None

    def _of_member(self, owner: Expr, name: str, use: Use, steps: int) -> Constant | None:
        """Of a class, or of a module."""
        match self._program.infer(owner, use):
            case [Reference(place=Place() as place)] if self._program.is_class(place):
                module = self._program.modules.at(place.location)
                return self._of_name(name, Use(module, place.scope, sys.maxsize, 0), steps)
        targets = self._program.import_targets(use.module, root_name(owner), use.scope)
        if isinstance(owner, Name) and len(targets) == 1:
            dots = "" if targets[0].endswith(".") else "."
            return self._imported(use.module, f"{targets[0]}{dots}{name}", steps)
        return None

    def _imported(self, module: Module, target: str, steps: int) -> Constant | None:
        found, names = self._program.module_of(module, target)
        if found is None or len(names) != 1:
            return None
        return self.of(Name(names[0]), Use(found, 0, sys.maxsize, 0), steps)
