"""Locks, and other things that wait only sometimes: what the rest of the code says of them.

A lock that is only ever held for a moment blocks nobody; one under which something blocks makes all
wait who want it. A socket that was made not to block does not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable

from asyncompat_lint.expressions import Attribute, Constant, Name
from asyncompat_lint.knowledge import Entry, Knowledge
from asyncompat_lint.program import Program
from asyncompat_lint.sites import Site
from asyncompat_lint.targets import Targets


class Locks:
    """Which locks are contended."""

    def __init__(self, program: Program, knowledge: Knowledge, targets: Targets) -> None:
        self._program = program
        self._targets = targets
        self._contended: set[str] = set()
        self.names = {entry.name for entry in knowledge.entries if entry.table.contended}
        self._sections: dict[str, list[Site]] | None = None

    def is_contended(self, site: Site) -> bool:
        """Return whether the lock that a site takes is one that others hold for long."""
        return self._identity(site) in self._contended

    def newly_contended(self, weighs: Callable[[Site], bool]) -> set[str]:
        """Look for more contended locks, and return the names of their variables.

        ``weighs`` tells whether a site was found to block for long.
        """
        if self._sections is None:
            self._sections = self._find_sections()
        found = {
            identity
            for identity, sections in self._sections.items()
            if identity not in self._contended and any(_is_long(each, weighs) for each in sections)
        }
        self._contended |= found
        return {identity.replace(":", ".").rpartition(".")[2] for identity in found}

    def _find_sections(self) -> dict[str, list[Site]]:
        found: dict[str, list[Site]] = defaultdict(list)
        if not self.names:
            return found
        for module in self._program.modules.all:
            for number in module.facts.names.entered:
                site = Site(module, number)
                if not site.call.awaited:
                    groups = self._targets.of(site)
                    if any(each.name in self.names for group in groups for each in group):
                        found[self._identity(site)].append(site)
        found.pop("", None)
        return found

    def _identity(self, site: Site) -> str:
        if site.call.kind == "enter":
            return self._program.identity(site.module, site.call)
        if isinstance(site.call.callee, Attribute):
            receiver = site.call.callee.value
            return self._program.identity_of(site.module, site.call, receiver)
        return ""

    @staticmethod
    def is_silenced(entry: Entry, site: Site) -> bool:
        """Return whether the file makes the call's receiver one that does not wait."""
        silenced_by = entry.table.silenced_by
        callee = site.call.callee
        if not silenced_by or not isinstance(callee, Attribute):
            return False
        for other in site.module.facts.calls.in_order():
            method = other.callee
            if not isinstance(method, Attribute) or method.value != callee.value:
                continue
            # A bare name is another function's, too.
            if other.scope == site.call.scope or not isinstance(callee.value, Name):
                argument = other.arguments.get("0")
                if method.name in silenced_by and argument == Constant(silenced_by[method.name]):
                    return True
        return False


def _is_long(section: Site, weighs: Callable[[Site], bool]) -> bool:
    """Whether something blocks while a lock is held, in the same function."""
    calls = section.module.facts.calls
    held = section.call
    return any(
        call.scope == held.scope
        and number != section.number
        and held.span.line <= call.span.line <= held.until
        and weighs(Site(section.module, number))
        for number, call in enumerate(calls.in_order())
    )
