"""A call that runs something, replaced by an ``await`` of it: every byte of it stays."""

from __future__ import annotations

from asyncompat_lint.findings import Edit
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.base import Rule, source_of
from asyncompat_lint.rules.trees import is_tight, walk
from asyncompat_lint.spans import Span


def in_its_place(
    rule: Rule, node: cst.CSTNode, inner: cst.BaseExpression, before: str, after: str
) -> tuple[Edit, ...]:
    """Return what leaves of a node only what stands in it, between two texts."""
    outer, span = rule.span_of(node), rule.span_of(inner)
    if not is_tight(inner) and not before.endswith("("):
        before, after = f"{before}(", f"){after}"
    # Parentheses of its own are not part of its place, and go with what is around it.
    start = Span(outer.line, outer.column, span.line, span.column)
    end = Span(span.end_line, span.end_column, outer.end_line, outer.end_column)
    return Edit(start, before), Edit(end, after)


def has_comments(node: cst.CSTNode) -> bool:
    """Return whether there are comments in a node, which a text of it would lose."""
    return any(isinstance(each, cst.Comment) for each in walk(node))


def awaited(node: cst.BaseExpression) -> str:
    """Return an ``await`` of an expression, on one line, to be shown."""
    code = source_of(node)
    needs_none = is_tight(node) or bool(getattr(node, "lpar", ()))
    return f"await {code}" if needs_none else f"await ({code})"
