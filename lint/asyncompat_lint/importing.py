"""Under which names a module has other modules, or can have them without a clash.

Knows the bindings of a module's scopes, and nothing of what is done with the names.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from asyncompat_lint.facts import ModuleFacts, Scope

# What fixes and advice may need.
WANTED = ("asyncio", "asyncompat", "functools", "inspect", "trio", "anyio")


@dataclass(frozen=True)
class ModuleName:
    """A name for a module, and the import that is needed for it: none where it is there already."""

    name: str
    statement: str = ""


def names_in(facts: ModuleFacts, line: int) -> Mapping[str, ModuleName]:
    """Return for each module that may be wanted the name it has, or can get.

    ``line`` is the first that a name is wanted at: what is imported behind it, as in a later cell,
    may come too late.
    """
    return {target: _name_for(target, facts, line) for target in WANTED}


def _name_for(target: str, facts: ModuleFacts, line: int) -> ModuleName:
    top, *inner = facts.scopes.in_order()
    for name, bindings in top.bindings.items():
        is_target = all(
            each.kind == "imported" and each.target == target and each.suite is None
            for each in bindings
        )
        if is_target and not any(name in scope.bindings for scope in inner):
            is_there = any(each.line < line for each in bindings)
            return ModuleName(name, "" if is_there else _import(target, name))
    name = next(name for name in _candidates(target) if not _is_taken(name, [top, *inner]))
    return ModuleName(name, _import(target, name))


def _import(target: str, name: str) -> str:
    return f"import {target}" if name == target else f"import {target} as {name}"


def _candidates(target: str) -> Iterator[str]:
    name = target
    while True:
        yield name
        name = f"_{name}"


def _is_taken(name: str, scopes: list[Scope]) -> bool:
    return any(name in scope.bindings or name in scope.outer_names for scope in scopes)
