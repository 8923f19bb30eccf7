"""Names that a module gives to ``sys.version_info``: tests that use them are written out.

Knows syntax trees only.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator

from asyncompat_lint.index.expressions import name_of
from asyncompat_lint.index.nodes import walk

VERSION = "version_info"


def write_out_versions(tree: ast.Module) -> None:
    """Put ``sys.version_info``, or a part of it, in the place of its other names in comparisons."""
    aliases = dict(_aliases(tree.body))
    if not aliases:
        return
    for node in walk(tree):
        if isinstance(node, ast.Compare):
            node.left = _written_out(node.left, aliases)


def _aliases(body: list[ast.stmt]) -> Iterator[tuple[str, ast.expr]]:
    for statement in body:
        match statement:
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                inner = value.value if isinstance(value, ast.Subscript) else value
                if name_of(inner) == VERSION:
                    yield name, value
            case ast.ImportFrom(module="sys", names=names):
                for each in names:
                    if each.name == VERSION and each.asname is not None:
                        yield each.asname, ast.Name(VERSION, ast.Load())


def _written_out(node: ast.expr, aliases: dict[str, ast.expr]) -> ast.expr:
    match node:
        case ast.Name(id=name) if name in aliases:
            return aliases[name]
        case ast.Subscript(value=ast.Name(id=name)) | ast.Attribute(value=ast.Name(id=name)):
            if name in aliases:
                node.value = aliases[name]
    return node
