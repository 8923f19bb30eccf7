"""What the rules about coroutines, tasks and locks share: the site is known, and is told of."""

from __future__ import annotations

from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.loading import cst
from asyncompat_lint.rules.base import Rule


class MisuseRule(Rule):
    """A rule for the sites that ``coroutines`` has found to break it."""

    def visit_Call(self, node: cst.Call) -> None:
        self._check(node)

    def visit_WithItem(self, node: cst.WithItem) -> None:
        if not isinstance(node.item, cst.Call):
            self._check(node.item)

    def _check(self, node: cst.BaseExpression) -> None:
        span = self.span_of(node)
        misuse = self.context.misuses.get((self.name, span))
        if misuse is not None:
            self.tell(node, misuse)

    def tell(self, node: cst.BaseExpression, misuse: Misuse) -> None:
        """Report a site."""
        raise NotImplementedError
