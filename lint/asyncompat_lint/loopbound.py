"""Functions that need the loop which runs in their thread: no other thread can be given these.

Knows names only; it does not know what blocks.
"""

from __future__ import annotations

from asyncompat_lint.expressions import Attribute, Expr, Name
from asyncompat_lint.modules import Module

# What makes tasks and futures, or has the loop call something, is called by these names.
OF_LOOP = frozenset(
    "add_reader add_signal_handler add_writer all_tasks call_at call_later call_soon create_future"
    " create_task current_task ensure_future get_event_loop get_running_loop put_nowait"
    " set_exception set_result".split()
)
# And by these what asks for it in libraries that a module imports.
_OF_LIBRARIES = {
    "aiohttp": frozenset({"ClientSession", "TCPConnector", "UnixConnector"}),
    "tornado": frozenset(
        "PeriodicCallback add_callback add_future add_sockets listen spawn_callback".split()
    ),
}
# So are methods without arguments of asyncio's events, locks and tasks, and of threads' as well.
SIGNALS = frozenset({"cancel", "release", "set"})


def needs_loop(module: Module, scope: int) -> bool:
    """Return whether a function calls what needs the loop, itself or in its comprehensions.

    Or a function of its module that does so, as ``name()`` or ``self.name()``.
    """
    return scope in _known_of(module)


def names_needing_loop(module: Module) -> set[str]:
    """Return what is called by these names in a module and needs the loop."""
    functions = {module.facts.scopes[number].name for number in _known_of(module)}
    return functions | _names_of(module) | _signals_of(module)


def _names_of(module: Module) -> set[str]:
    of_libraries = (its for name, its in _OF_LIBRARIES.items() if name in module.imported)
    return {*OF_LOOP, *(name for names in of_libraries for name in names)}


def _signals_of(module: Module) -> frozenset[str]:
    is_asyncios = "asyncio" in module.imported and "threading" not in module.imported
    return SIGNALS if is_asyncios else frozenset()


def _known_of(module: Module) -> set[int]:
    key = module.file.location, module.digest
    needing = _known.get(key)
    if needing is None:
        needing = _known[key] = _needing(module)
    return needing


# By the module: it is asked of every step of every chain.
_known: dict[tuple[str, bytes], set[int]] = {}


def _needing(module: Module) -> set[int]:
    facts = module.facts
    called = facts.names.called
    needing = {
        facts.running_scope(facts.calls[number].scope)
        for name in _names_of(module) & called.keys()
        for number in called[name]
    }
    needing.update(
        facts.running_scope(call.scope)
        for name in _signals_of(module) & called.keys()
        for call in map(facts.calls.__getitem__, called[name])
        if isinstance(call.callee, Attribute) and not call.passes and call.kind == "call"
    )
    todo = list(needing)
    while todo:
        function = facts.scopes[todo.pop()]
        name = function.name if function.name != "__init__" else facts.scopes[function.parent].name
        for number in () if function.is_async else called.get(name, ()):
            call = facts.calls[number]
            caller = facts.running_scope(call.scope)
            if caller not in needing and call.kind == "call" and _is_of_module(call.callee):
                needing.add(caller)
                todo.append(caller)
    return needing


def _is_of_module(callee: Expr) -> bool:
    """Whether something may be called by its name, or as the caller's own method."""
    return isinstance(callee, Name) or (
        isinstance(callee, Attribute) and callee.value in (Name("self"), Name("cls"))
    )
