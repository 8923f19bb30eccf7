"""Fixes that take a name from asyncompat in place of asyncio."""

from __future__ import annotations

import re

from asyncompat_lint.findings import Edit, Fix
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.base import Rule
from asyncompat_lint.spans import Span

SHIM = "asyncompat"
# Where asyncio itself has its names, and old versions do not.
_SUBMODULES = frozenset(
    "events exceptions futures locks queues runners taskgroups tasks threads timeouts".split()
)


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
        is_submodule = root.attr.value in _SUBMODULES and root is not node
        start = root if is_submodule else root.value
        return Fix((Edit(rule.span_of(start), shim.name),), imports, is_safe=True)
    if isinstance(root, cst.Name) and not is_builtin:
        return _import_line(rule, root.value)
    if isinstance(root, cst.Name):
        return Fix((Edit(rule.span_of(root), f"{shim.name}.{root.value}"),), imports, is_safe=True)
    return None


def _import_line(rule: Rule, name: str) -> Fix | None:
    """At the one line that imports a name from asyncio."""
    pattern = re.compile(rf"from\s+(asyncio)\s+import\b[^#;]*\b{re.escape(name)}\b")
    found = [(n, m) for n, each in enumerate(rule.context.lines, 1) if (m := pattern.match(each))]
    if len(found) != 1:
        return None
    number, match = found[0]
    span = Span(number, match.start(1) + 1, number, match.end(1) + 1)
    return Fix((Edit(span, SHIM),), is_safe=True)


def _imported(rule: Rule, node: cst.ImportAlias) -> Fix | None:
    statement = rule.parent_of(node)
    if not isinstance(statement, cst.ImportFrom) or not isinstance(statement.module, cst.Name):
        return None
    return Fix((Edit(rule.span_of(statement.module), SHIM),), is_safe=True)
