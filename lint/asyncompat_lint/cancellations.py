"""Which exceptions of a module are no cancellation, though they have the name of asyncio's.

Asks the program what names mean; knows nothing of handlers.
"""

from __future__ import annotations

import sys

from asyncompat_lint.expressions import Name
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Program
from asyncompat_lint.values import Reference

CANCELLED = "CancelledError"
# It was asyncio's, too, before this version.
APART_SINCE = (3, 8)
_OTHERS = "concurrent.futures"
_OTHER = f"{_OTHERS}.{CANCELLED}"


def others(program: Program, module: Module) -> frozenset[str]:
    """Return the dotted names by which a module has the exception of ``concurrent.futures``."""
    found = {_OTHER}
    for name, bindings in module.facts.scopes[0].bindings.items():
        if any(each.kind == "imported" and each.target == _OTHERS for each in bindings):
            found.add(f"{name}.{CANCELLED}")
    values = program.references(module, Name(CANCELLED), 0, sys.maxsize)
    if values and all(isinstance(each, Reference) and each.name == _OTHER for each in values):
        found.add(CANCELLED)
    return frozenset(found)
