"""What belongs into a notebook's cell and not into a script, and the other way round.

In a cell the host's event loop runs already; a cell may await at its top. Knows notebooks and
places of the facts; nothing of versions, and nothing of what blocks.
"""

from __future__ import annotations

from collections.abc import Iterator

from asyncompat_lint.expressions import root_name
from asyncompat_lint.facts import CallSite
from asyncompat_lint.mentions import SHIM
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Program
from asyncompat_lint.sites import Site
from asyncompat_lint.targets import Targets

RUN, RUN_UNTIL_COMPLETE = "run-in-cell", "run-until-complete-in-cell"
RUNS = frozenset({RUN, RUN_UNTIL_COMPLETE})
TIME_AWAIT, TOP_LEVEL_AWAIT = "time-await", "top-level-await"

# What runs a loop, by the name it has; each with the rule that it breaks in a cell.
_RUNNING = {
    "asyncio.run": RUN,
    "asyncio.Runner.run": RUN,
    "asyncio.AbstractEventLoop.run_until_complete": RUN_UNTIL_COMPLETE,
    "asyncio.AbstractEventLoop.run_forever": RUN_UNTIL_COMPLETE,
}
# After one of these it works.
_PATCHING = frozenset({"apply", "patch_asyncio"})
_EXTENSION = ["%load_ext", "asyncompat"]


def misfits(program: Program, module: Module, targets: Targets) -> Iterator[Misfit]:
    """Give what does not belong where it is, in a module."""
    for each in module.facts.awaits_at_top:
        rule = TIME_AWAIT if each.timed else TOP_LEVEL_AWAIT
        is_script = not module.file.is_notebook and not module.facts.has_cells
        if each.timed or is_script:
            yield Misfit(each.span, each.statement, rule, "await")
    if module.file.is_notebook and not any(
        magic.split() == _EXTENSION for magic in module.source().magics.values()
    ):
        yield from _runs(program, module, targets)


def _runs(program: Program, module: Module, targets: Targets) -> Iterator[Misfit]:
    called = module.facts.names.called
    patches = [number for name in _PATCHING for number in called.get(name, ())]
    patched = min((module.facts.calls[number].span for number in patches), default=None)
    for name in ("run", "run_until_complete", "run_forever"):
        for number in called.get(name, ()):
            site = Site(module, number)
            call = site.call
            if call.kind != "call" or not is_at_top(module, call):
                continue
            if patched is not None and patched < call.span:
                continue
            names = {target.name for group in targets.of(site) for target in group}
            rule = _RUNNING.get(names.pop(), "") if len(names) == 1 else ""
            root = root_name(call.callee)
            targets_ = program.import_targets(module, root, call.scope) if root else []
            is_shim = any(each.partition(".")[0] == SHIM for each in targets_)
            if rule and not is_shim:
                yield Misfit(call.span, module.facts.line_of(call.span), rule, call.name)


def is_at_top(module: Module, call: CallSite) -> bool:
    """Return whether a call runs as part of the module's own code."""
    scopes = module.facts.scopes
    index = call.scope
    while scopes[index].runs_in_parent:
        index = scopes[index].parent
    return index == 0
