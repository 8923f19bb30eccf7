"""Which sites are to be looked at now: those whose answer may have become another one.

It goes by the names of what is found to block, and by what sites were found to mean when they were
looked at before. Whether something blocks is not asked here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from collections.abc import Set as AbstractSet

from asyncompat_lint.expressions import Inner, last_name
from asyncompat_lint.facts import CONSTRUCTORS, POST_INIT, Scope
from asyncompat_lint.handing import Handing
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.notes import Asked
from asyncompat_lint.overriding import Overriding
from asyncompat_lint.program import Group, Program
from asyncompat_lint.sites import Site, SiteIndex, SiteKey
from asyncompat_lint.targets import Targets
from asyncompat_lint.validators import VALIDATING, VALIDATORS
from asyncompat_lint.values import Place, Reference

# What a class has these for is found where the class, or an instance of it, is named.
_OF_CLASSES = frozenset(
    {*CONSTRUCTORS, *"__aenter__ __call__ __enter__ __exit__ __iter__ __next__".split()}
)
# So a class's own methods name their object, and its class.
_OWN = frozenset("__class__ cls self type type()".split())


class Agenda:
    """What is known of the sites that were looked at: what they mean, and what they hand on.

    ``watched`` are names of a library's that there may be news of, too.
    """

    def __init__(
        self,
        program: Program,
        knowledge: Knowledge,
        targets: Targets,
        sites: SiteIndex,
        overriding: Overriding,
        *,
        handing: Handing,
        watched: AbstractSet[str],
    ) -> None:
        self._program = program
        self._knowledge = knowledge
        self._targets = targets
        self._sites = sites
        self._overriding = overriding
        self._handing = handing
        self._watched = watched
        # All names that sites were looked for by.
        self.names: set[str] = set()
        # And all by which the same may be called.
        self.called: set[str] = set()
        # What was looked up before it was asked for.
        self._prepared: dict[SiteKey, Site] = {}
        self._known: set[SiteKey] = set()
        # What was found out of sites that are still to be looked at.
        self._looked_up: dict[SiteKey, Asked] = {}
        # Of these, those that run something of what they are given.
        self._hand_on: set[SiteKey] = set()
        # The sites that mean a function, an abstract one of a name, or what is watched.
        self._meaning: dict[Place | str, list[Site]] = defaultdict(list)
        for module in program.modules.all:
            location = module.file.location
            for number, asked in targets.notes(location).quiet.items():
                self._remember(Site(module, number), asked, targets.known_places(location, number))

    def is_known(self, site: Site) -> bool:
        """Return whether it was found out what a site means."""
        return site.key in self._known

    def forget(self, site: Site) -> None:
        """Have a site looked at as if it was the first time."""
        self._known.discard(site.key)

    def hands_on(self, site: Site) -> bool:
        """Return whether a site runs something of what it is given."""
        return site.key in self._hand_on

    def prepare(self, names: set[str], first: Callable[[], object]) -> None:
        """Find out what the sites mean that ``sites`` is to give for these names.

        Several processes share it, of which this one does something else ``first``.
        """
        self._prepared.update(self._newly_called(names))
        passing = self._sites.passing(names)
        self._prepared.update((site.key, site) for site in passing if site.key not in self._known)
        self._look_up(self._prepared, first)

    def _newly_called(self, names: set[str]) -> dict[SiteKey, Site]:
        """The sites that call what has one of these names, but for names asked for before.

        What has one of those is known by now.
        """
        found = self._sites.calling(self._sites.add_aliases(names, self.called))
        return {site.key: site for site in found if site.key not in self._known}

    def _look_up(
        self, sites: dict[SiteKey, Site], first: Callable[[], object] = lambda: None
    ) -> None:
        """Find out what sites mean, and take out those that never block."""
        judged = self._targets.look_up(sites.values(), self._asked_at, first)
        for key, asked in judged.items():
            if asked is None:
                self._rule_out(sites.pop(key))
            else:
                self._looked_up[key] = asked

    def sites(self, names: set[str], read: set[str], news: Collection[Place | str]) -> list[Site]:
        """Return the sites whose answer may be another one now, in the order of the text.

        They call what has one of ``names``, read a property in ``read``, or mean what there is
        ``news`` of: all of it was found to block since. One whose meaning is known is looked at
        again only if there is news of that, or if it passes something on; one that turns out to run
        nothing that may ever block, never.
        """
        self.names |= names | read
        found, self._prepared = {**self._prepared, **self._newly_called(names)}, {}
        for each in news:
            found.update((site.key, site) for site in self._meaning.get(each, ()))
        for site in self._sites.passing(names):
            if site.key not in self._known or site.key in self._hand_on:
                found[site.key] = site
        found.update((site.key, site) for site in self._sites.reading(read))
        self._look_up(found)
        return sorted(found.values(), key=lambda site: (site.module.file.path, *site.key[1:]))

    def names_of(self, place: Place, scope: Scope) -> set[str]:
        """Return the names at sites that may run a function; its class's, for what a class does."""
        inner = self._program.modules.at(place.location).facts.names.inner
        names = {name for number, name, is_given in inner if number == place.scope and not is_given}
        given = {name for number, name, is_given in inner if number == place.scope and is_given}
        if scope.kind != "function":
            names.add(last_name(Inner(place.scope)))
            return names if scope.kind == "lambda" else self._sites.running("__iter__", names)
        is_validator = not VALIDATORS.isdisjoint(scope.decorator_names)
        if is_validator or scope.name in _OF_CLASSES:
            class_ = self._program.scope(Place(place.location, scope.parent))
            if class_.kind == "class":
                names = self._sites.with_subclasses(class_.name)
                if is_validator or scope.name in CONSTRUCTORS:
                    names |= VALIDATING if is_validator or scope.name == POST_INIT else set()
                    return {*names, *_OWN, scope.name}
                return {*self._sites.running(scope.name, names | _OWN), scope.name}
        names.add(scope.name)
        if scope.is_generator:
            names |= self._sites.running("__iter__", names | given)
        return names

    def note(self, site: Site, groups: list[Group]) -> Asked | None:
        """Remember what a site means; return by what it may block, where not by itself."""
        targets = [target for group in groups for target in group]
        notes = self._targets.notes(site.module.file.location)
        asked = notes.quiet.get(site.number) or self._looked_up.pop(site.key, None)
        if asked is None:
            asked = self._asked_at(site, groups)
        if asked is None:
            self._rule_out(site)
            return None
        self._remember(site, asked, [each.place for each in targets if each.place is not None])
        for name in {target.name for target in targets} & self._watched:
            self._meaning[name].append(site)
        if asked.blocking:
            return None
        notes.quiet[site.number] = asked
        return asked

    def _remember(self, site: Site, asked: Asked, places: Iterable[Place]) -> None:
        self._known.add(site.key)
        if asked.hands_on:
            self._hand_on.add(site.key)
        keys: list[Place | str] = [*places, *asked.methods]
        for key in keys:
            self._meaning[key].append(site)

    def _rule_out(self, site: Site) -> None:
        self._known.add(site.key)
        self._targets.notes(site.module.file.location).ruled_out.add(site.number)

    def _asked_at(self, site: Site, groups: list[Group]) -> Asked | None:
        """What a site may block by; None if it never does, whatever is found to block."""
        targets = [target for group in groups for target in group]
        places = [target.place for target in targets if target.place is not None]
        methods = {
            self._program.scope(p).name for p in places if self._overriding.is_possible(p, site)
        }
        if not targets and self._overriding.is_left_open(site):
            methods = {site.call.name}
        is_blocking = any(self._knowledge.blocking(target.name) for target in targets)
        hands_on = any(map(self._calls_arguments, targets))
        if not (places or is_blocking or hands_on or methods):
            return None
        arguments = site.call.arguments.values() if hands_on else ()
        handed = {name for each in arguments for name in site.module.facts.names.names_in(each)}
        return Asked(sorted(methods), hands_on, sorted(handed), is_blocking)

    def _calls_arguments(self, target: Reference) -> bool:
        """Whether something calls what it is passed, at once."""
        return self._handing.calls_any(target)
