"""Whether a thread's lock may be held where something blocks: who waits for it stops the loop.

By what can be seen in the function; what is not known for something else may be a lock.
"""

from __future__ import annotations

from asyncompat_lint.loading import cst
from asyncompat_lint.rules.base import Rule, name_of
from asyncompat_lint.rules.trees import walk

# What acquires a lock, or may, for longer than a block that can be seen.
_ACQUIRING = frozenset({"__enter__", "acquire", "acquire_lock", "enter_context", "lock"})
# What is entered and holds no lock.
_NO_LOCKS = frozenset(
    "NamedTemporaryFile TemporaryDirectory TemporaryFile catch_warnings closing nullcontext open"
    " raises redirect_stderr redirect_stdout suppress warns".split()
)


class Holding:
    """What the functions of a file may hold, each looked through once."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._known: dict[cst.FunctionDef, bool] = {}

    def may_hold_lock(self, node: cst.CSTNode) -> bool:
        """Return whether a lock may be held where a node stands."""
        parent = self._rule.parent_of(node)
        while parent is not None and not isinstance(parent, cst.FunctionDef):
            if isinstance(parent, cst.With) and _may_take_lock(parent):
                return True
            if isinstance(parent, cst.Try) and _may_release(parent):
                return True
            parent = self._rule.parent_of(parent)
        return parent is not None and self._acquires(parent)

    def _acquires(self, function: cst.FunctionDef) -> bool:
        known = self._known.get(function)
        if known is None:
            known = self._known[function] = any(
                isinstance(each, cst.Call)
                and isinstance(each.func, cst.Attribute)
                and each.func.attr.value in _ACQUIRING
                and not isinstance(self._rule.parent_of(each), cst.Await)
                for each in walk(function)
            )
        return known


def _may_take_lock(block: cst.With) -> bool:
    """Whether a block may hold a lock: whatever is not known for something else may be one."""
    return block.asynchronous is None and not all(
        isinstance(each.item, cst.Call) and name_of(each.item.func) in _NO_LOCKS
        for each in block.items
    )


def _may_release(block: cst.Try) -> bool:
    """Whether a block may release at its end what was acquired in front of it."""
    return block.finalbody is not None and any(
        isinstance(each, cst.Call) for each in walk(block.finalbody)
    )
