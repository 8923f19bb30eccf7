"""What is in a libcst node, and what it stands in.

libcst's own ways to ask for that make every node on the way anew, which takes as long as to parse.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Iterator

from asyncompat_lint.loading import cst

_SPACE = re.compile(
    "whitespace|^(first|last|leading)_lines?$|^lines_after|^(header|footer|newline)$"
)


@functools.cache
def _kinds() -> frozenset[type]:
    """Return the kinds of nodes: to ask each whether it is an instance of their base is dear."""
    kinds = (each for each in vars(cst).values() if isinstance(each, type))
    return frozenset(each for each in kinds if cst.CSTNode in each.__mro__)


def children(node: cst.CSTNode, *, space: bool = True) -> list[cst.CSTNode]:
    """Return what is directly in a node, in the order of its fields.

    Parameters:
        node: the node.
        space: whether space is wanted, which is more than half of all nodes, and its comments.
    """
    found: list[cst.CSTNode] = []
    kinds = _kinds()
    for name in _fields(type(node), space):
        value = getattr(node, name)
        kind = type(value)
        if kind in kinds:
            found.append(value)
        elif kind is tuple or kind is list:
            found += [each for each in value if type(each) in kinds]
    return found


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Give a node and all below it, each before what is in it."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        todo += reversed(children(node))


class Tree:
    """The nodes of one tree but its space, each before what is in it, and what they stand in."""

    def __init__(self, root: cst.Module) -> None:
        self.nodes: list[cst.CSTNode] = []
        # By the identity: to hash a node takes longer.
        self._parents: dict[int, cst.CSTNode] = {}
        todo: list[cst.CSTNode] = [root]
        while todo:
            node = todo.pop()
            self.nodes.append(node)
            inside = children(node, space=False)
            self._parents.update(dict.fromkeys(map(id, inside), node))
            todo += reversed(inside)

    def parent_of(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Return what a node stands in; None for the whole, and for what is not in the tree."""
        return self._parents.get(id(node))


@functools.cache
def _fields(kind: type[cst.CSTNode], space: bool) -> list[str]:
    """The fields that nodes may be in: others are of plain types, or have ``space`` in them."""
    names = [each.name for each in dataclasses.fields(kind) if each.type not in (bool, str)]
    return names if space else [each for each in names if _SPACE.search(each) is None]


def is_tight(node: cst.CSTNode) -> bool:
    """Return whether an expression binds tighter than ``await``, or as tight.

    All else needs parentheses behind it.
    """
    return isinstance(node, cst.Attribute | cst.Call | cst.Name | cst.Subscript)
