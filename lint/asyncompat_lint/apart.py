"""What is found without knowing what blocks: misuses of coroutines, and what fits no version.

So another process can look for it while this one asks what blocks: what was found is made to be
sent. It orders these looks and knows the inside of none.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from asyncompat_lint import cells, history
from asyncompat_lint.compatibility import Compatibility
from asyncompat_lint.coroutines import Misuse, misuses
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Program
from asyncompat_lint.sites import Site
from asyncompat_lint.targets import Targets
from asyncompat_lint.versions import Versions

# Below this many modules of which nothing is known another process costs more than it brings.
_WORTH_A_PROCESS = 500


@dataclass(frozen=True)
class Found:
    """As it is sent from one process to another: all things by their modules' locations."""

    misuses: list[tuple[str, int, str, str, str]]
    misfits: dict[str, list[Misfit]]
    settled: list[tuple[str, bool, set[int] | None]]
    asked: set[tuple[str, str]]


class Apart:
    """Looks at all modules of a program; ``modules`` are those whose misfits are told."""

    def __init__(
        self,
        program: Program,
        knowledge: Knowledge,
        targets: Targets,
        versions: Versions,
        modules: Sequence[Module],
    ) -> None:
        self._program = program
        self._knowledge = knowledge
        self._targets = targets
        self._versions = versions
        self._modules = modules

    @property
    def is_worth_a_process(self) -> bool:
        """Whether there is much to look at."""
        news = sum(not self._targets.notes(each.file.location).fits for each in self._modules)
        return news >= _WORTH_A_PROCESS

    def told_by(self, found: Found) -> tuple[dict[str, list[Misuse]], dict[str, list[Misfit]]]:
        """Return what is misused and what does not fit, by the modules' locations.

        What else was found out is kept.
        """
        for location, fits, sound in found.settled:
            notes = self._targets.notes(location)
            notes.fits, notes.sound = fits, sound
        self._program.asked |= found.asked
        by_location = {each.file.location: each for each in self._program.modules.own}
        misused: dict[str, list[Misuse]] = defaultdict(list)
        for location, number, *rest in found.misuses:
            misused[location].append(Misuse(Site(by_location[location], number), *rest))
        return misused, found.misfits

    def look(self) -> Found:
        """Return what there is, in the order of the modules."""
        targets = self._targets
        misused = [
            (each.site.module.file.location, each.site.number, each.rule, each.what, each.handed_to)
            for each in misuses(self._program, self._knowledge, targets)
        ]
        compatibility = Compatibility(self._program, targets, history.load(), self._versions)
        misfits: dict[str, list[Misfit]] = {}
        for module in self._modules:
            location = module.file.location
            notes = targets.notes(location)
            if not notes.fits:
                more = cells.misfits(self._program, module, targets)
                found = [*compatibility.misfits(module), *more]
                notes.fits = not found
                if found:
                    misfits[location] = found
        locations = (module.file.location for module in self._program.modules.all)
        settled = [
            (location, notes.fits, notes.sound)
            for location, notes in ((each, targets.notes(each)) for each in locations)
        ]
        return Found(misused, misfits, settled, self._program.asked)
