"""Names that stand for one constant, and are given no other value; imported ones, too.

Asks the program which binding a name is. What the constant is for is not asked here.
"""

from __future__ import annotations

import sys

from asyncompat_lint.expressions import Attribute, Constant, Expr, Name, root_name
from asyncompat_lint.modules import Module
from asyncompat_lint.names import Use
from asyncompat_lint.program import Program

# A name that is imported from where it is imported, and so on, is given up after so many.
_MOST_STEPS = 8


def constant_of(
    program: Program, expression: Expr, use: Use, steps: int = _MOST_STEPS
) -> Constant | None:
    """Return the constant that an expression is, or names; None where that is not known."""
    match expression:
        case Constant():
            return expression
        case Name(id=name) if steps:
            index = program.binding_scope(name, use)
            bindings = use.module.facts.scopes[index].bindings[name] if index >= 0 else []
            if len(bindings) != 1 or bindings[0].suite is not None:
                return None
            if bindings[0].kind == "imported":
                return _imported(program, use.module, bindings[0].target, steps)
            if bindings[0].kind == "assigned":
                inside = Use(use.module, index, bindings[0].line, bindings[0].column)
                return constant_of(program, bindings[0].value, inside, steps - 1)
        case Attribute(value=Name() as owner, name=name) if steps:
            targets = program.import_targets(use.module, root_name(owner), use.scope)
            if len(targets) == 1:
                dots = "" if targets[0].endswith(".") else "."
                return _imported(program, use.module, f"{targets[0]}{dots}{name}", steps)
    return None


def _imported(program: Program, module: Module, target: str, steps: int) -> Constant | None:
    found, names = program.module_of(module, target)
    if found is None or len(names) != 1:
        return None
    return constant_of(program, Name(names[0]), Use(found, 0, sys.maxsize, 0), steps - 1)
