"""What a mention names: qualified names, asyncompat's told as asyncio's."""

from __future__ import annotations

from asyncompat_lint.expressions import Attribute, Name, root_name
from asyncompat_lint.facts import Mention
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Program
from asyncompat_lint.sources import STAND_IN
from asyncompat_lint.values import Reference

SHIM = "asyncompat"
_ASYNCIO = "asyncio"


def names_of(program: Program, module: Module, mention: Mention) -> list[str]:
    """Return the qualified name that a mention is, after those that it is an attribute of.

    asyncompat's names are told as asyncio's.
    """
    if mention.target:
        return [*_without_submodule([mention.target]), *_submodule(mention.target)]
    attributes: list[str] = []
    value = mention.value
    while isinstance(value, Attribute):
        attributes.insert(0, value.name)
        value = value.value
    if not isinstance(value, Name):
        return []
    if not attributes:
        builtins = program.references(module, value, mention.scope, mention.span.line)
        return [each.name for each in builtins if isinstance(each, Reference)]
    targets = program.import_targets(module, value.id, mention.scope)
    if len(targets) != 1:
        return []
    root = targets[0]
    if root.rpartition(".")[2] == _ASYNCIO:  # perhaps by way of another module
        found = program.references(module, value, mention.scope, mention.span.line)
        if len(found) == 1 and isinstance(found[0], Reference) and found[0].place is None:
            root = found[0].name
    names = [".".join([root, *attributes[:end]]) for end in range(1, len(attributes) + 1)]
    inner = _submodule(names[-1])
    # What is taken from the module comes first: of that more can be said.
    return [*(each for each in _without_submodule(names) if each not in inner), *inner]


def _submodule(name: str) -> list[str]:
    """The module of asyncio's that something is taken from, by its own name."""
    parts = name.split(".")
    return [".".join(parts[:2])] if len(parts) > 2 and parts[0] == "asyncio" else []


def _without_submodule(names: list[str]) -> list[str]:
    """``asyncio.tasks.Task`` is ``asyncio.Task``; but for those that are modules to be used."""
    found = []
    for name in names:
        parts = name.split(".")
        if parts[:2] == ["asyncio", "base_events"]:
            continue  # which has had more than asyncio told of
        is_inner = len(parts) > 2 and parts[0] == "asyncio" and parts[1].islower()
        if is_inner and parts[1] not in ("subprocess", "coroutine"):
            parts.pop(1)
        parts[0] = "asyncio" if parts[0] == SHIM else parts[0]
        found.append(".".join(parts).replace(STAND_IN, "async"))
    return found


def is_of_shim(program: Program, module: Module, mention: Mention) -> bool:
    """Return whether a mention is of asyncompat's, not of asyncio's."""
    if mention.target:
        return mention.target.partition(".")[0] == SHIM
    targets = program.import_targets(module, root_name(mention.value), mention.scope)
    return any(target.partition(".")[0] == SHIM for target in targets)
