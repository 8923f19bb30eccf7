"""Fixes that take a name from asyncompat in place of asyncio."""

from __future__ import annotations

import libcst as cst

from asyncompat_lint.findings import Edit, Fix
from asyncompat_lint.rules.base import Rule

SHIM = "asyncompat"


def taken_from_shim(rule: Rule, node: cst.CSTNode, *, is_builtin: bool = False) -> Fix | None:
    """Return what has a name, or the function of a call, taken from asyncompat.

    Parameters:
        rule: the rule that visits.
        node: a dotted name, a call of one, what an import imports, or a builtin's name.
        is_builtin: whether a bare name is to be taken, too.
    """
    if isinstance(node, cst.ImportAlias):
        return _imported(rule, node)
    root = node.func if isinstance(node, cst.Call) else node
    while isinstance(root, cst.Attribute) and isinstance(root.value, cst.Attribute):
        root = root.value
    shim = rule.context.surroundings.name_of(SHIM)
    imports = tuple(filter(None, [shim.statement]))
    if isinstance(root, cst.Attribute) and isinstance(root.value, cst.Name):
        return Fix((Edit(rule.span_of(root.value), shim.name),), imports, is_safe=True)
    if isinstance(root, cst.Name) and is_builtin:
        return Fix((Edit(rule.span_of(root), f"{shim.name}.{root.value}"),), imports, is_safe=True)
    return None


def _imported(rule: Rule, node: cst.ImportAlias) -> Fix | None:
    statement = rule.parent_of(node)
    if not isinstance(statement, cst.ImportFrom) or not isinstance(statement.module, cst.Name):
        return None
    return Fix((Edit(rule.span_of(statement.module), SHIM),), is_safe=True)
