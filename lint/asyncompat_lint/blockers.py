"""Why something blocks: what a call comes to, by which chain, and how certain that is.

Data, and how it is told; how it is found is ``reach``'s.
"""

from __future__ import annotations

import msgspec
from msgspec.structs import replace

from asyncompat_lint.expressions import last_name
from asyncompat_lint.findings import Severity, Step
from asyncompat_lint.held import Held
from asyncompat_lint.knowledge import Entry
from asyncompat_lint.sites import Site

# A longer chain leads through branches that only certain data take.
LONGEST_CERTAIN = 4
# Among these are the methods of classes that have all that a protocol asks for, and do not name it.
IMPLEMENTATIONS = "implementations"
# Among these are all that a name may be where it is called.
ANY_OF = "things that it may be"
# Of the cases in which a function blocks, so many are told apart.
_MOST_CASES = 4


class Blocker(msgspec.Struct, frozen=True):
    """Why something blocks: what blocks in the end, and the calls that lead there.

    ``once`` is whether it does so only the first time, ``optional`` whether only where an
    environment variable is set, ``given`` the text that something has to begin or end with for it,
    which nobody knows whether it does, ``overrides`` how many of how many functions do that can
    stand in the place of an abstract one on the way, or which are its definitions in branches, or
    what may be called (``among`` says which of these), ``read`` the property that is read at the
    site, ``passed`` whether what blocks is not called there itself, but by what it is given,
    ``returned`` whether the function returns what that gives, ``needs_loop`` whether a function on
    the way can run nowhere but on the loop. ``held`` has to hold in the function for it to come to
    that.
    """

    entry: Entry
    chain: tuple[Step, ...] = ()
    once: bool = False
    optional: bool = False
    given: str = ""
    overrides: tuple[int, int] | None = None
    among: str = "overrides"
    read: str = ""
    passed: bool = False
    returned: bool = False
    needs_loop: bool = False
    held: tuple[Held, ...] = ()

    @property
    def rule(self) -> str:
        """The name of the rule that it is for."""
        return self.entry.table.rule

    @property
    def is_seldom(self) -> bool:
        """Whether it blocks only the first time, or in a case that has to be asked for."""
        return self.once or self.optional or self.given != ""

    @property
    def share(self) -> float:
        """How many of the functions that can stand on the way block, of all."""
        blocked, of = self.overrides or (1, 1)
        return blocked / of

    @property
    def certainty(self) -> float:
        """Its share; nothing where it blocks only now and then."""
        return 0.0 if self.is_seldom else self.share

    @property
    def rank(self) -> tuple[bool, float, bool]:
        """How certain it is, the more the greater."""
        return not self.is_seldom, self.share, len(self.chain) <= LONGEST_CERTAIN

    def as_one_of(self, overrides: tuple[int, int], among: str = "overrides") -> Blocker:
        """Return it as what so many of so many come to; the least certain on the way is told."""
        blocked, of = overrides
        if self.overrides is not None and self.share < blocked / of:
            return self
        return replace(self, overrides=overrides, among=among)


# What blocks at a site or in a function: by rule and by what has to hold, the most certain.
Blockers = dict[tuple[str, tuple[Held, ...]], Blocker]


def add(blockers: Blockers, blocker: Blocker) -> None:
    """Keep a blocker if it is the first of its rule that has to hold no more, or more certain."""
    if is_news(blockers, blocker):
        blockers[blocker.rule, blocker.held] = blocker


def is_news(blockers: Blockers, blocker: Blocker) -> bool:
    """Return whether a blocker is its rule's first, or more certain, or blocks in another case."""
    for held in ((), blocker.held):
        known = blockers.get((blocker.rule, held))
        if known is not None and known.rank >= blocker.rank:
            return False
    if (blocker.rule, blocker.held) in blockers:
        return True
    return sum(rule == blocker.rule for rule, _ in blockers) < _MOST_CASES


# What goes through something, as most do.
LOOP = "for ... in"


def called_at(site: Site, blocker: Blocker) -> str:
    """Return what is run at a site, as people write it."""
    if site.is_load:
        return blocker.read
    kind = site.call.kind
    name = last_name(site.call.callee)
    if name.startswith("<"):
        return "the generator" if kind == "iterate" else "the lambda"
    if kind == "call":
        return f"{name if blocker.chain else shown(blocker.entry)}()"
    return f"with {name}" if kind == "enter" else f"{LOOP} {name}"


def shown(entry: Entry) -> str:
    """Return a blocking call's name as people write it."""
    return entry.name.removeprefix("builtins.")


def severity_of(blocker: Blocker, default: Severity) -> Severity:
    """Return how much a finding weighs: less, where it is not certain or not for long."""
    severity = blocker.entry.table.severity
    weight = Severity.named(severity) if severity else default
    if blocker.is_seldom or len(blocker.chain) > LONGEST_CERTAIN:
        return Severity.INFO
    if blocker.overrides is not None and blocker.among == IMPLEMENTATIONS:
        return Severity.INFO  # by the names of its methods, and perhaps by chance
    if blocker.overrides is not None and blocker.overrides[0] < blocker.overrides[1]:
        return Severity.INFO
    return weight
