"""What each node of a tree stands in: asked of few nodes, and so found out at the first question.

libcst's own provider walks through every tree anew, which takes as long as all rules together.
"""

from __future__ import annotations

import dataclasses
import functools

import libcst as cst


class Parents:
    """The parents of the nodes of one tree."""

    def __init__(self, tree: cst.Module) -> None:
        self._tree = tree

    def of(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Return what a node stands in; None for the whole, and for what is not in the tree."""
        return self._known.get(node)

    @functools.cached_property
    def _known(self) -> dict[cst.CSTNode, cst.CSTNode]:
        found: dict[cst.CSTNode, cst.CSTNode] = {}
        todo: list[cst.CSTNode] = [self._tree]
        while todo:
            node = todo.pop()
            for name in _fields(type(node)):
                value = getattr(node, name)
                for each in value if isinstance(value, list | tuple) else (value,):
                    if isinstance(each, cst.CSTNode):
                        found[each] = node
                        todo.append(each)
        return found


@functools.cache
def _fields(kind: type[cst.CSTNode]) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]
