"""What is in a libcst node, and what it stands in.

libcst's own ways to ask for that make every node on the way anew, which takes as long as to parse.
"""

from __future__ import annotations

import dataclasses
import functools
from collections.abc import Iterator

import libcst as cst

# Asked of every node: whether something is an instance of what is abstract is dear to ask.
_KINDS = frozenset(
    kind for kind in vars(cst).values() if isinstance(kind, type) and issubclass(kind, cst.CSTNode)
)


def children(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Give what is directly in a node, space and comments too, in the order of its fields."""
    for name in _fields(type(node)):
        value = getattr(node, name)
        if type(value) in _KINDS:
            yield value
        elif isinstance(value, list | tuple):
            yield from (each for each in value if type(each) in _KINDS)


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Give a node and all below it, each before what is in it."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        todo += reversed([*children(node)])


class Parents:
    """The parents of the nodes of one tree, found out at the first question: few ask."""

    def __init__(self, tree: cst.Module) -> None:
        self._tree = tree

    def of(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Return what a node stands in; None for the whole, and for what is not in the tree."""
        return self._known.get(node)

    @functools.cached_property
    def _known(self) -> dict[cst.CSTNode, cst.CSTNode]:
        return {child: node for node in walk(self._tree) for child in children(node)}


@functools.cache
def _fields(kind: type[cst.CSTNode]) -> list[str]:
    return [field.name for field in dataclasses.fields(kind)]
