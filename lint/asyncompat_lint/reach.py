"""What runs on the event loop, and blocks it: directly, or through the functions it calls.

Asks the program what a site means and the knowledge whether that blocks. It knows where code runs:
an async function's body on the loop, with the comprehensions in it, and a function that is handed
to the loop; another function's where it is called; a generator's where it is gone through.

It works backwards, from what is known to block to the functions that call it, then to those that
call these, so that only sites whose name can matter are ever resolved, and the first chain found to
a function is a shortest one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from asyncompat_lint.agenda import Agenda
from asyncompat_lint.answers import text_asked
from asyncompat_lint.blockers import ANY_OF, Blocker, Blockers, add, called_at, is_news
from asyncompat_lint.callbacks import LoopCallbacks
from asyncompat_lint.conditions import Conditions
from asyncompat_lint.expressions import Expr, last_name
from asyncompat_lint.facts import CACHED_PROPERTIES, Scope
from asyncompat_lint.findings import Step
from asyncompat_lint.guarded import Guarded
from asyncompat_lint.handing import Handing
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.libraries import Libraries
from asyncompat_lint.locks import Locks
from asyncompat_lint.loopbound import needs_loop
from asyncompat_lint.marked import read_markers
from asyncompat_lint.modules import Module
from asyncompat_lint.notes import Asked
from asyncompat_lint.overriding import Overriding
from asyncompat_lint.program import Group, Program, is_property
from asyncompat_lint.sites import Site, SiteIndex, SiteKey
from asyncompat_lint.targets import Targets
from asyncompat_lint.values import Place, Reference
from asyncompat_lint.versions import Versions

# Under these a function runs once, and later calls give what it returned.
MEMOISERS = CACHED_PROPERTIES | {"cache", "cached", "lru_cache", "memoize", "memoized", "run_once"}


@dataclass(frozen=True)
class BlockingCall:
    """A site at which the event loop hands over to something that blocks.

    ``function`` is what runs on the loop, and the site stands in. What ``is_handed`` over does not
    run there, but is called by the loop later.
    """

    site: Site
    blocker: Blocker
    function: str
    is_handed: bool = False

    @property
    def module(self) -> Module:
        return self.site.module


class Reach:
    """The sites of a program that block the event loop."""

    def __init__(
        self, program: Program, knowledge: Knowledge, targets: Targets, versions: Versions
    ) -> None:
        self._targets = targets
        self._program = program
        self._knowledge = knowledge
        self._guarded = Guarded(program, versions)
        self._blocked, self._harmless = read_markers(program)
        self._found: dict[SiteKey, dict[str, Blocker]] = defaultdict(dict)
        receivers = {
            name.rpartition(".")[2]
            for name, (where, _) in knowledge.callables.items()
            if where != "elsewhere"
        }
        self._sites = SiteIndex(program.modules, receivers, targets.notes)
        self._callbacks = LoopCallbacks(program, knowledge, targets, self._sites)
        self._conditions = Conditions(program)
        self._overriding = Overriding(program, self._conditions, self._blocked)
        self._locks = Locks(program, knowledge, targets)
        self._libraries = Libraries(program, knowledge, self._locks)
        self._handing = Handing(program, knowledge)
        self._agenda = Agenda(
            program,
            knowledge,
            targets,
            self._sites,
            self._overriding,
            handing=self._handing,
            watched=self._locks.names,
        )
        # What may block by itself has one of these.
        self._names: set[str] = set()
        # What the loop calls.
        self._on_loop: set[Place] = set()

    def look_up(self) -> None:
        """Find out what the sites mean that may block by themselves: the most of all the work.

        And what the loop calls.
        """
        self._names = self._first_names()
        self._agenda.prepare(self._names, self._find_callbacks)

    def _find_callbacks(self) -> None:
        self._on_loop = self._callbacks.places()

    def blocking_calls(self) -> Iterable[BlockingCall]:
        """Return every site that blocks the event loop, once for each rule."""
        found: dict[tuple[SiteKey, str], BlockingCall] = {}
        for call in self._all():
            found[call.site.key, call.blocker.rule] = call  # the last is the most certain
        return found.values()

    def _all(self) -> Iterator[BlockingCall]:
        for site, target, passed in self._callbacks.of_libraries.values():
            blocker = self._libraries.blocker(target, site, passed)
            if blocker is not None and self._program.modules.is_own(site.module):
                yield BlockingCall(site, blocker, "a callback of the loop", is_handed=True)
        yield from self._spread(self._names, self._news(self._blocked))
        # A lock whose holder was found to block is one that can be waited for.
        while names := self._locks.newly_contended(self._weighs):
            yield from self._spread(names, self._locks.names)

    def _first_names(self) -> set[str]:
        libraries = self._knowledge.within_reach(self._sites.imported)
        names: set[str] = set()
        for entry in self._knowledge.entries:
            if entry.library in libraries or not self._knowledge.covers(entry.library):
                names.add(entry.call)
                if entry.is_of_what_is_made and not entry.table.contended:
                    names |= self._sites.running(entry.call, self._knowledge.makers(entry))
        for place in self._blocked:
            names |= self._agenda.names_of(place, self._program.scope(place))
        if self._knowledge.whole_modules:
            names |= self._names_in(self._knowledge.whole_modules)
        makers = self._knowledge.makers_by_class(self._sites.imported)
        for site in self._sites.methods_of(self._knowledge.libraries_by_class, makers):
            if self._blockers(site):
                names.add(site.call.name)
                self._agenda.forget(site)  # it is to be looked at with the others
        return names

    def _names_in(self, wholes: Iterable[str]) -> set[str]:
        """The names of all that is defined in some modules, packages, or classes of the project."""
        names: set[str] = set()
        for module in self._program.modules.all:
            name = f"{self._program.modules.name(module)}."
            if any(name.startswith(f"{each}.") or f"{each}.".startswith(name) for each in wholes):
                scopes = module.facts.scopes.in_order()
                names.update(each.name for each in scopes if each.kind in ("class", "function"))
        return names

    def _spread(self, names: set[str], news: Collection[Place | str]) -> Iterator[BlockingCall]:
        read: set[str] = set()
        while names or read or news:
            newly_blocked: dict[Place, Blockers] = {}
            sites = self._agenda.sites(names, read, news)
            for site in sites:
                blockers = self._blockers(site)
                if not blockers:
                    continue
                facts = site.module.facts
                index = facts.running_scope(site.scope)
                scope = facts.scopes[index]
                place = Place(site.module.file.location, index)
                if scope.without and self._conditions.runs_without_loop(site, place):
                    continue
                is_called = place in self._on_loop
                if scope.is_async or is_called or facts.awaits_at(scope, site.line):
                    there = self._conditions.possible(blockers, site, place)
                    for each in self._newly_found(site, there):
                        yield BlockingCall(site, each, _told(scope))
                # What the loop calls, others may call as well.
                if self._runs_when_called(place, scope):
                    there = newly_blocked.setdefault(place, {})
                    for each in blockers.values():
                        if each.entry.table.meant:
                            continue
                        longer = self._lengthened(each, site, index)
                        # The second is the dearer question.
                        if is_news(
                            self._blocked.get(place, {}), longer
                        ) and self._conditions.can_all_hold(longer.held):
                            add(there, longer)
            newly_blocked = {place: there for place, there in newly_blocked.items() if there}
            for place, there in newly_blocked.items():
                self._blocked.setdefault(place, {}).update(there)
                self._overriding.add(place)
            names, read = set(), set()
            news = self._news(newly_blocked)
            for place in newly_blocked:
                scope = self._program.scope(place)
                (read if is_property(scope) else names).update(self._agenda.names_of(place, scope))

    def _news(self, places: Iterable[Place]) -> list[Place | str]:
        """By what the sites are known that mean these, or what they may stand for."""
        return [key for place in places for key in (place, self._program.scope(place).name)]

    def _newly_found(self, site: Site, blockers: Blockers) -> Iterator[Blocker]:
        """What was not known to block at a site of the project's, or not as certainly."""
        known = self._found[site.key]
        for blocker in filter(self._overriding.is_certain, blockers.values()):
            given = blocker.given or text_asked(blocker.held)
            each = replace(blocker, held=(), given=given)
            before = known.get(each.rule)
            if before is None or before.rank < each.rank:
                known[each.rule] = each
                if self._program.modules.is_own(site.module):
                    yield each

    # What blocks

    def _weighs(self, site: Site) -> bool:
        """Whether a site, found to block, does so for more than a moment."""
        return any(
            not (each.is_seldom or each.among == ANY_OF) and each.rule != "blocking-file-metadata"
            for each in self._blockers(site).values()
        )

    def _blockers(self, site: Site) -> Blockers:
        if site.is_load:
            return self._of_load(site)
        groups = self._targets.of(site)
        if not self._agenda.is_known(site):
            asked = self._agenda.note(site, groups)
            if asked is not None and not self._may_block(asked, groups):
                return {}
        is_awaited = site.call.awaited
        found = [self._of_group(group, site, awaited=is_awaited) for group in groups]
        # Where it may be one of several, every one must block.
        blockers = found[0] if found and all(found) else {}
        if not groups and self._overriding.knows(site.call.name):
            blockers = {(each.rule, ()): each for each in self._overriding.of_others(site)}
        if not blockers and self._agenda.hands_on(site):
            blockers = self._of_arguments(site, groups)
        if not blockers and any(found):
            blockers = self._of_some(groups, found)
        call = site.call
        if blockers and not self._guarded.is_run(site.module, call.scope, call.span):
            return {}
        if blockers and (call.once or call.optional):
            blockers = {
                key: replace(b, once=b.once or call.once, optional=b.optional or call.optional)
                for key, b in blockers.items()
            }
        return blockers

    def _of_some(self, groups: list[Group], found: list[Blockers]) -> Blockers:
        """What blocks of the several things that a site may run, where not all do."""
        is_defined = _are_definitions(groups)
        # Where one is async, it may be this one whose coroutine somebody awaits.
        if not is_defined and any(map(self._seems_async, (each for g in groups for each in g))):
            return {}
        among = "definitions" if is_defined else ANY_OF
        blockers: Blockers = {}
        for each in (each for blocking in found for each in blocking.values()):
            of_rule = sum(any(b.rule == each.rule for b in its.values()) for its in found)
            add(blockers, each.as_one_of((of_rule, len(found)), among))
        return blockers

    def _seems_async(self, target: Reference) -> bool:
        """Whether something is async, of a library by its name."""
        name = target.name.lower()
        return self._program.is_async(target) or "async" in name or ".aio." in name

    def _may_block(self, asked: Asked, groups: list[Group]) -> bool:
        """Whether what a site runs, or hands on, was found to block by now."""
        return (
            not self._agenda.called.isdisjoint(asked.handed)
            or any(target.place in self._blocked for group in groups for target in group)
            or any(map(self._overriding.knows, asked.methods))
        )

    def _of_load(self, site: Site) -> Blockers:
        for each in self._program.properties(site.module, site.load, self._agenda.names):
            blockers = {} if each.place is None else self._of_function(each.place, site)
            if blockers and each.place is not None:
                name = self._program.scope(each.place).name
                return {key: replace(b, read=name) for key, b in blockers.items()}
        return {}

    def _of_group(self, group: Group, site: Site, *, awaited: bool) -> Blockers:
        """What blocks of all that is run; ``awaited`` is whether it is awaited itself."""
        found: Blockers = {}
        for target in group:
            for blocker in self._of_target(target, site, awaited=awaited).values():
                # What is wrapped around an async function gives what is to be awaited.
                is_around = target is not group[0] and self._program.is_async(group[0])
                add(found, replace(blocker, needs_loop=blocker.needs_loop or is_around))
        return found

    def _of_target(self, target: Reference, site: Site, *, awaited: bool) -> Blockers:
        if target.place is None or self._knowledge.blocking(target.name):
            blocker = self._libraries.blocker(target, site)
            return {} if blocker is None else {(blocker.rule, blocker.held): blocker}
        if awaited or self._program.modules.is_installed(target.place.location):
            scope = self._program.scope(target.place)
            is_other = scope.is_async != awaited and (scope.is_async or scope.may_be_changed)
            if is_other and (scope.is_async or not self._program.is_made_async(target.place)):
                return {}  # it does not run here, or has been made something else of
        found = self._of_function(target.place, site)
        if awaited:
            # What returns something to await has gone another way than to wait for it.
            found = {key: each for key, each in found.items() if not each.returned}
        return found

    def _of_function(self, place: Place, site: Site) -> Blockers:
        blocked = self._blocked.get(place, {})
        may_be_replaced = self._overriding.is_possible(place, site)
        if not blocked and not may_be_replaced:
            return {}
        scope = self._program.scope(place)
        found: Blockers = {}
        for blocker in blocked.values():
            for each in self._overriding.of_object(blocker, site, scope):
                left = self._conditions.of_call(each.held, site, place)
                if left is not None:
                    given, once = each.given or left.given, each.once or left.once
                    add(found, replace(each, held=left.held, given=given, once=once))
        is_told = scope.is_abstract and found
        if may_be_replaced and self._overriding.knows(scope.name) and not is_told:
            for blocker in self._overriding.of_overrides(place, site):
                add(found, blocker)
        return found

    # Callables that are passed

    def _of_arguments(self, site: Site, groups: list[Group]) -> Blockers:
        """What blocks of the callables that are passed to something that calls them at once."""
        wanted, known = self._agenda.called, site.module.facts.names
        passed = {
            key: value
            for key, value in site.call.arguments.items()
            if not wanted.isdisjoint(known.names_in(value))
        }
        if not passed:
            return {}
        each = [self._of_passed(group, passed, site) for group in groups]
        return each[0] if each and all(each) else {}

    def _of_passed(self, group: Group, passed: dict[str, Expr], site: Site) -> Blockers:
        """What blocks of that which one thing calls of what it is passed."""
        found: Blockers = {}
        for target in group:
            if site.call.discarded and not site.call.awaited and self._program.is_async(target):
                continue  # that never runs
            called = self._handing.called_arguments(target, awaited=site.call.awaited)
            for argument in (passed[key] for key in called if key in passed):
                for inner in self._program.passed(site.module, site.call, argument):
                    for each in self._of_group(inner, site, awaited=False).values():
                        add(found, replace(each, passed=True))
        return found

    # Functions

    def _runs_when_called(self, place: Place, scope: Scope) -> bool:
        if scope.kind not in ("function", "lambda", "comprehension"):
            return False
        # One's own async functions are told of themselves, a library's where they are awaited.
        if scope.is_async and not self._program.modules.is_installed(place.location):
            return False
        is_harmless = self._knowledge.is_harmless(self._program.defined_at(place).name)
        if is_harmless or place in self._harmless:
            return False
        return not self._program.goes_elsewhere(place)

    def _lengthened(self, blocker: Blocker, site: Site, index: int) -> Blocker:
        scopes = site.module.facts.scopes
        scope = scopes[index]
        function, around = scope.name, Place(site.module.file.location, scope.parent)
        if scopes[scope.parent].kind == "class":
            function = f"{scopes[scope.parent].name}.{function}"
        step = Step(site.module.file.path, site.line, function, called_at(site, blocker))
        place = Place(site.module.file.location, index)
        once = (
            blocker.once
            or any(last_name(each) in MEMOISERS for each in scope.decorators)
            or (scope.name == "__init__" and self._program.may_be_kept(around))
        )
        held = tuple(dict.fromkeys([*blocker.held, *self._conditions.at(site, place)]))
        chain = (step, *blocker.chain)
        return replace(
            blocker,
            chain=chain,
            once=once,
            read="",
            passed=False,
            returned=not site.is_load and site.call.returned,
            needs_loop=blocker.needs_loop or needs_loop(site.module, index),
            held=held,
        )


def _are_definitions(groups: list[Group]) -> bool:
    """Whether these are the functions that branches define by one name."""
    names = {group[0].name if group and group[0].place is not None else "" for group in groups}
    return len(names) == 1 and "" not in names


def _told(scope: Scope) -> str:
    """What runs on the loop, as people call it."""
    if scope.kind == "module":
        return "a cell that awaits"
    if scope.kind != "function":
        return "a callback of the event loop"
    return f"async def {scope.name}" if scope.is_async else f"{scope.name}, a callback of the loop"
