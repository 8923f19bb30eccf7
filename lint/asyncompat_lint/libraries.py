"""Whether a library's function blocks at the site that runs it: what exempts it there, if anything.

Asks the knowledge for the function's entry, and the program for what the entry speaks of: what it
is passed, how its object was made. Knows nothing of the functions of the project.
"""

from __future__ import annotations

from asyncompat_lint.blockers import Blocker
from asyncompat_lint.conditions import parameter_of, remembered
from asyncompat_lint.constants import Constants
from asyncompat_lint.expressions import Attribute, Constant, Expr, root_name
from asyncompat_lint.facts import CallSite
from asyncompat_lint.held import Held
from asyncompat_lint.knowledge import Entry, Knowledge
from asyncompat_lint.locks import Locks
from asyncompat_lint.names import Use
from asyncompat_lint.parameters import Condition
from asyncompat_lint.program import Program
from asyncompat_lint.sites import Site, SiteKey
from asyncompat_lint.values import Reference

_SHIM = "asyncompat"
# What is in memory takes part in none of these.
_OF_DISKS = frozenset({"blocking-database", "blocking-file"})


class Libraries:
    """The calls of libraries' functions."""

    def __init__(self, program: Program, knowledge: Knowledge, locks: Locks) -> None:
        self._program = program
        self._knowledge = knowledge
        self._locks = locks
        self._constants = Constants(program)
        # It is asked again whenever there is news of what else a site runs.
        self._known: dict[tuple[str, bool, SiteKey], Blocker | None] = {}

    def blocker(
        self, target: Reference, site: Site, bound: dict[str, Expr] | None = None
    ) -> Blocker | None:
        """Return what blocks of a library's function that a site runs, or None.

        ``bound`` are its arguments, if they are not the site's.
        """
        entry = self._knowledge.blocking(target.name)
        if entry is None:
            return None
        if bound is not None or entry.table.contended:  # a lock may become a contended one
            return self._found_out(entry, target, site, bound)
        key = target.name, target.receiver is not None, site.key
        if key not in self._known:
            self._known[key] = self._found_out(entry, target, site, None)
        return self._known[key]

    def _found_out(
        self, entry: Entry, target: Reference, site: Site, bound: dict[str, Expr] | None
    ) -> Blocker | None:
        call = site.call
        if bound is None:
            bound = self._program.passed_on(site.module, call)
        if entry.is_exempt(self._as_constants(entry, site) if bound is None else bound):
            return None
        is_asked = target.receiver is not None or self._is_asked_of_something(target, site)
        if call.awaited and is_asked:
            return None  # its annotation is the sync class's, and it is none
        scope = site.module.facts.scopes[site.module.facts.running_scope(call.scope)]
        if entry.table.rule == "nested-loop-run" and (
            scope.asks_for_loop or self._runs_nested(site)
        ):
            return None
        if entry.table.lazy and call.kind not in ("enter", "iterate"):
            return None
        if entry.table.contended and not self._locks.is_contended(site):
            return None
        if not self._program.are_instances(site.module, call, entry.table.of_class):
            return None
        is_of_disks = entry.table.rule in _OF_DISKS and not entry.table.to_disk
        if is_of_disks and self._program.is_in_memory(site.module, call):
            return None
        if self._locks.is_silenced(entry, site):
            return None
        if (entry.table.unless_awaits and call.awaits_inside) or (
            entry.table.unless_polled and call.polled
        ):
            return None
        if entry.table.if_bounded and not self._program.is_bounded(site.module, call):
            return None
        if not self._program.made_with(site.module, call).isdisjoint(entry.table.unless_made_with):
            return None
        is_passed_nothing = not call.arguments and (call.kind != "call" or call.passes == 0)
        if is_passed_nothing and self._program.is_made_with(
            site.module, call, entry.table.made_not_to
        ):
            return None
        is_passed = bound is not None
        if not entry.table.remembers:
            return Blocker(
                entry, passed=is_passed, held=() if is_passed else _not_exempt(entry, site)
            )
        return Blocker(entry, once=_is_constant(call), passed=is_passed, held=remembered(site))

    def _as_constants(self, entry: Entry, site: Site) -> dict[str, Expr]:
        """What a site passes, where what exempts it is asked of that: constants for their names."""
        call = site.call
        if not entry.table.unless:
            return call.arguments
        use = Use.at(site.module, call)
        return {
            key: self._constants.of(value, use) or value for key, value in call.arguments.items()
        }

    def _is_asked_of_something(self, target: Reference, site: Site) -> bool:
        """Whether a module's function is called as what something has that is no such module."""
        callee = site.call.callee
        return (
            isinstance(callee, Attribute)
            and target.name.endswith(f".{callee.name}")
            and not self._program.import_targets(site.module, root_name(callee), site.scope)
        )

    def _runs_nested(self, site: Site) -> bool:
        """Whether asyncompat runs something where a loop already runs, as it can."""
        if site.call.arguments.get("nested") == Constant(True):
            return True
        imports = self._program.import_targets(site.module, root_name(site.call.callee), site.scope)
        is_shim = any(each.partition(".")[0] == _SHIM for each in imports)
        return is_shim and site.module.file.is_notebook


def _not_exempt(entry: Entry, site: Site) -> tuple[Held, ...]:
    """Return what has to hold of what the caller is passed, and passes on, for it to block."""
    line = site.line
    return tuple(
        Condition(parameter, "equal", Constant(value), False, line, line)
        for literals in entry.table.unless
        if len(literals) == 1
        for name, value in literals.items()
        if name in site.call.arguments
        for parameter in [parameter_of(site.call.arguments[name], site)]
        if parameter
    )


def _is_constant(call: CallSite) -> bool:
    """Whether a call has arguments, and always the same."""
    return bool(call.arguments) and all(isinstance(v, Constant) for v in call.arguments.values())
