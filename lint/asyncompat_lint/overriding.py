"""What a method blocks by, where subclasses have another one in its place.

A method that calls another of its object's blocks by what the object's class has for that. So the
answer is put off until a call tells which object it is; for an abstract method that never becomes
known, how many of its overrides block is the answer.

Knows what is known to block so far. It must not know what runs on the loop.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

from msgspec.structs import replace

from asyncompat_lint.blockers import IMPLEMENTATIONS, Blocker, Blockers
from asyncompat_lint.conditions import Conditions
from asyncompat_lint.facts import Scope
from asyncompat_lint.held import Dispatch, Overridable
from asyncompat_lint.program import Program
from asyncompat_lint.sites import Site
from asyncompat_lint.values import Place

# What more classes replace than that is a framework's: not followed from the base class.
_MOST_OVERRIDES = 20


class Overriding:
    """``blocked`` is what was found out of each function, and grows: ``add`` says by which."""

    def __init__(
        self, program: Program, conditions: Conditions, blocked: Mapping[Place, Blockers]
    ) -> None:
        self._program = program
        self._conditions = conditions
        self._blocked = blocked
        self._by_name: dict[str, set[Place]] = defaultdict(set)
        # What was found of a class and a method, and of how many functions of its name.
        self._found_below: dict[tuple[Place, str], tuple[int, list[Place]]] = {}
        for place in blocked:
            self.add(place)

    def add(self, place: Place) -> None:
        """Take notice of a function that was found to block."""
        self._by_name[self._program.scope(place).name].add(place)

    def is_possible(self, place: Place, site: Site) -> bool:
        """Return whether a subclass's method may run at a site that means this one.

        Asked of very many sites, and so by what is known of them without a look at their scopes.
        """
        abstract = self._program.modules.at(place.location).facts.names.abstract
        return place.scope in abstract or self._conditions.may_be_own(site)

    def knows(self, method: str) -> bool:
        """Return whether any function of this name was found to block."""
        return method in self._by_name

    def of_overrides(self, place: Place, site: Site) -> Iterator[Blocker]:
        """Give what blocks in the functions that may stand for a method where a site calls it.

        These are in subclasses: of the class whose method asks its own object for it, or else, of
        an abstract one, of the class that has it.
        """
        scope = self._program.scope(place)
        if self._conditions.asks_base(site, scope):
            return  # what a subclass of the base has is not among the bases of this one
        is_own = self._conditions.is_own(site, scope)
        own = self._conditions.own_class(site) if is_own else None
        if own is None and not scope.is_abstract:
            return
        blocking = self._below(own or self._class_of(place), scope.name)
        if not blocking:
            return
        others = self._program.overrides(place) if scope.is_abstract else []
        if is_own:
            blocking = [each for each in blocking if self._comes_here(each, site)]
            others = [each for each in others if self._comes_here(each, site)]
        if is_own and len(blocking) > _MOST_OVERRIDES:
            if not scope.is_abstract:
                return
            is_own = False
        rules = set()
        for each in blocking:
            is_named = self._program.descends_from(self._class_of(each), self._class_of(place))
            among = "overrides" if is_named or own is not None else IMPLEMENTATIONS
            for blocker in self._blocked[each].values():
                if blocker.rule not in rules:
                    rules.add(blocker.rule)
                    virtual = Overridable(scope.name, place, len(blocker.chain))
                    found = sum(self._blocks(override, blocker.rule) for override in blocking)
                    # Those that are abstract are not among the others, and may block all the same;
                    # of no abstract method they are not counted.
                    told = found, max(len(others), found) if scope.is_abstract else found + 1
                    held = (virtual,) if is_own else ()
                    yield replace(blocker.as_one_of(told, among), held=held)

    def _comes_here(self, override: Place, site: Site) -> bool:
        """Whether an object that has an override has the method that a site stands in, too.

        It may have another one for that as well, which then does not call this one.
        """
        facts = site.module.facts
        number = facts.running_scope(site.scope)
        own, name = Place(site.module.file.location, number), facts.scopes[number].name
        class_ = self._class_of(override)
        there = self._program.method_of(class_, name) if self._program.is_class(class_) else None
        if there is None or self._class_of(there) == self._class_of(own):
            return True
        return self._program.calls_base(there)

    def is_left_open(self, site: Site) -> bool:
        """Return whether a site asks its own object for what the object's class does not have.

        A class that is mixed with others has it from these.
        """
        if site.call.kind != "call" or not self._conditions.may_be_own(site):
            return False
        class_ = self._conditions.own_class(site)
        return class_ is not None and self._program.lacks(class_, site.call.name)

    def of_others(self, site: Site) -> Iterator[Blocker]:
        """Give what blocks in the functions that subclasses have from others for such a method."""
        class_ = self._conditions.own_class(site)
        if class_ is None or not self.is_left_open(site):
            return
        functions = [
            each
            for each in self._program.methods_below(class_, site.call.name)
            if self._program.scope(each).is_async == site.call.awaited
        ]
        blocking = [each for each in functions if self._blocked.get(each)]
        for rule in sorted({each.rule for p in blocking for each in self._blocked[p].values()}):
            found = [p for p in blocking if self._blocks(p, rule)]
            first = next(b for b in self._blocked[found[0]].values() if b.rule == rule)
            yield replace(first.as_one_of((len(found), len(functions))), held=())

    def _below(self, class_: Place, method: str, rule: str = "") -> list[Place]:
        """What blocks, by a rule if one is told, and stands in subclasses for a method."""
        blocking = self._by_name.get(method, set())
        known, found = self._found_below.get((class_, method), (0, []))
        if known != len(blocking):
            found = sorted(
                each for each in blocking if self._program.is_below(self._class_of(each), class_)
            )
            self._found_below[class_, method] = len(blocking), found
        return [each for each in found if not rule or self._blocks(each, rule)]

    def of_object(
        self, blocker: Blocker, site: Site, scope: Scope, trail: tuple[Place, ...] = ()
    ) -> Iterator[Blocker]:
        """Give what a blocker comes to for the object that a site calls a method of.

        ``scope`` is the method's; ``trail`` are the methods that were looked at for it before.
        """
        virtual = next((each for each in blocker.held if isinstance(each, Overridable)), None)
        if virtual is None:
            yield blocker
            return
        functions = self._conditions.stands_for(virtual.method, site, scope)
        keeps_object = self._conditions.keeps_object(site, scope)
        rest = tuple(each for each in blocker.held if each is not virtual)
        if functions and virtual.place not in functions:
            if keeps_object:  # it may be another one's in a subclass again
                rest = (*rest, *(Dispatch(virtual.method, each) for each in functions))
            known = [self._of_function(e, blocker.rule, site, scope, trail) for e in functions]
            if None not in known:
                each = next(filter(None, known))
                chain = blocker.chain[: len(blocker.chain) - virtual.behind] + each.chain
                once = blocker.once or each.once
                optional = blocker.optional or each.optional
                given = blocker.given or each.given
                yield replace(
                    each,
                    chain=chain,
                    once=once,
                    optional=optional,
                    given=given,
                    passed=False,
                    held=rest,
                )
        elif keeps_object:
            class_ = self._conditions.own_class(site)
            if class_ is None or self._below(class_, virtual.method, blocker.rule):
                yield blocker
        elif self._is_abstract(virtual):
            yield replace(blocker, held=rest)

    def is_certain(self, blocker: Blocker) -> bool:
        """Return whether it is not only by what some subclass has for a method that does well."""
        return all(
            self._is_abstract(each) for each in blocker.held if isinstance(each, Overridable)
        )

    def _class_of(self, place: Place) -> Place:
        """The class of a method; of another function whatever is around it."""
        return Place(place.location, self._program.scope(place).parent)

    def _is_abstract(self, virtual: Overridable) -> bool:
        return self._program.scope(virtual.place).is_abstract

    def _of_function(
        self, place: Place, rule: str, site: Site, scope: Scope, trail: tuple[Place, ...]
    ) -> Blocker | None:
        """What blocks by a rule in a function, whatever it is passed, if it has the same object."""
        if place in trail:
            return None
        for blocker in self._blocked.get(place, {}).values():
            if blocker.rule == rule:
                for each in self.of_object(blocker, site, scope, (*trail, place)):
                    if self._conditions.hold_for(each.held, site, scope):
                        return each
        return None

    def _blocks(self, place: Place, rule: str) -> bool:
        return any(each.rule == rule for each in self._blocked[place].values())
