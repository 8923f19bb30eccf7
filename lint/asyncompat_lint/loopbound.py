"""Functions that need the loop which runs in their thread: no other thread can be given these.

Knows names only; it does not know what blocks.
"""

from __future__ import annotations

from asyncompat_lint.modules import Module

# What makes tasks and futures, or has the loop call something, is called by these names.
OF_LOOP = frozenset(
    "add_reader add_signal_handler add_writer call_at call_later call_soon create_future"
    " create_task ensure_future get_event_loop get_running_loop put_nowait set_exception"
    " set_result".split()
)


def needs_loop(module: Module, scope: int) -> bool:
    """Return whether a function calls what needs the loop, itself or in its comprehensions."""
    facts = module.facts
    return any(
        facts.running_scope(facts.calls[number].scope) == scope
        for name in OF_LOOP & facts.names.called.keys()
        for number in facts.names.called[name]
    )
