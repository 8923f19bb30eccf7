"""What the code says of its functions itself: ``@asyncompat.blocking`` and ``nonblocking``."""

from __future__ import annotations

from asyncompat_lint.blockers import Blocker, Blockers
from asyncompat_lint.callbacks import decorated
from asyncompat_lint.knowledge import Entry, Table
from asyncompat_lint.program import Program
from asyncompat_lint.values import Place, Reference

_MARKERS = frozenset({"blocking", "nonblocking"})
# The name that the knowledge has for the module.
_MARKING = "asyncio"
_MARKED = Table("blocking-wait", [], does="blocks (it is marked so)")


def read_markers(program: Program) -> tuple[dict[Place, Blockers], set[Place]]:
    """Return the functions that are said to block, and those that are said not to."""
    blocked: dict[Place, Blockers] = {}
    harmless: set[Place] = set()
    for place in decorated(_MARKERS, program.modules.all):
        decorators = program.decorators(place)
        names = {each.name for each in decorators if isinstance(each, Reference)}
        if f"{_MARKING}.blocking" in names:
            name = program.scope(place).name
            blocked[place] = {(_MARKED.rule, ()): Blocker(Entry(name, _MARKED))}
        elif f"{_MARKING}.nonblocking" in names:
            harmless.add(place)
    return blocked, harmless
