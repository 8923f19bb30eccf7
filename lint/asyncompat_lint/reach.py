"""What runs on the event loop, and blocks it.

Asks the program what a call means and the knowledge whether that blocks. It knows where code runs:
an async function's body on the loop, with the comprehensions in it; a lambda's or a nested
function's wherever it is called, so nothing is said of those.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from asyncompat_lint.facts import CallSite, ModuleFacts, Scope
from asyncompat_lint.findings import Step
from asyncompat_lint.knowledge import Entry, Knowledge
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Program


@dataclass(frozen=True)
class BlockingCall:
    """A call at which the event loop hands over to something that blocks.

    ``entry`` is what blocks in the end, ``function`` the async function that the call stands in.
    """

    module: Module
    site: CallSite
    entry: Entry
    function: str
    chain: tuple[Step, ...] = ()


def blocking_calls(program: Program, knowledge: Knowledge) -> Iterator[BlockingCall]:
    """Give every call of the program that blocks the event loop, in the modules' order."""
    for module in program.modules.all:
        for call in module.facts.calls:
            scope = _running_scope(module.facts, call.scope)
            if not scope.is_async:
                continue
            entries = [knowledge.blocking(name) for name in program.callees(module, call)]
            # Where it may be one of several, every one must block.
            known = [entry for entry in entries if entry is not None]
            if known and len(known) == len(entries) and not known[0].is_exempt(call.literals):
                yield BlockingCall(module, call, known[0], scope.name)


def _running_scope(facts: ModuleFacts, index: int) -> Scope:
    scope = facts.scopes[index]
    while scope.runs_in_parent:
        scope = facts.scopes[scope.parent]
    return scope
