"""What does not fit the versions of Python that a project is for.

Asks the history when names came and went, the guards around a place which versions run it, and the
program what a call runs. It knows nothing of what blocks, and how nothing looks in a report.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from asyncompat_lint.expressions import (
    NOTHING,
    Attribute,
    Awaited,
    Expr,
    Name,
    root_name,
)
from asyncompat_lint.facts import UNPACKED, CallSite, Mention
from asyncompat_lint.guarded import Guarded, holds
from asyncompat_lint.history import Api, History, Meaning, Parameter, crosses, is_there
from asyncompat_lint.mentions import SHIM, is_of_shim, names_of
from asyncompat_lint.misfits import (
    CHANGED,
    DEPRECATED,
    PATCHED,
    REMOVED,
    TOO_NEW,
    TOO_NEW_PARAMETER,
    Misfit,
    Place,
)
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Program
from asyncompat_lint.sites import Site
from asyncompat_lint.spans import Span
from asyncompat_lint.targets import Targets
from asyncompat_lint.values import Instance
from asyncompat_lint.versions import Versions

_FUTURES = frozenset({"asyncio.Future", "asyncio.Task"})
_PATCHES = frozenset({"nest_asyncio", "nest_asyncio2"})
_SETTING_UP = frozenset({"asyncSetUp", "setUp", "setUpClass", "setup_class", "setup_method"})
_RUNNERS = ("run", "run_forever", "run_until_complete")


class Compatibility:
    """Looks for what does not fit, in one module after the other."""

    def __init__(
        self, program: Program, targets: Targets, history: History, versions: Versions
    ) -> None:
        self._program = program
        self._targets = targets
        self._history = history
        self._guarded = Guarded(program, versions)
        self._names = history.names_of_interest(versions)
        self._parameters = history.parameters_of_interest(versions)
        self._meanings = [each for each in history.meanings if crosses(each, versions)]

    def misfits(self, module: Module) -> Iterator[Misfit]:
        """Give what does not fit in a module."""
        told: set[tuple[Span, str]] = set()
        for misfit in self._all_of(module):
            # A name may be met as such, and again as what is called.
            if (misfit.span, misfit.keyword) not in told:
                told.add((misfit.span, misfit.keyword))
                yield misfit

    def _all_of(self, module: Module) -> Iterator[Misfit]:
        facts = module.facts
        ends: dict[tuple[int, int], Span] = {}
        for mention in facts.mentions:
            start = mention.span.line, mention.span.column
            ends[start] = max(mention.span, ends.get(start, mention.span))
        for mention in facts.mentions:
            is_whole = mention.span == ends[mention.span.line, mention.span.column]
            yield from self._of_mention(module, mention, is_whole=is_whole)
        yield from _patches(self._program, module)
        called = facts.names.called
        for name in sorted(called.keys() & (self._names | self._parameters.keys())):
            for number in called[name]:
                site = Site(module, number)
                if site.call.kind == "call":
                    yield from self._of_call(site)
        for number in sorted([*facts.names.entered, *facts.names.aentered]):
            yield from self._of_entered(Site(module, number))
        if any(meaning.when == "caught" for meaning in self._meanings):
            yield from self._of_handlers(module)

    # Names

    def _of_mention(self, module: Module, mention: Mention, *, is_whole: bool) -> Iterator[Misfit]:
        if mention.stored:
            return
        for name in names_of(self._program, module, mention):
            if name.rpartition(".")[2] not in self._names:
                continue
            entry = self._history.entry(name)
            if entry is None or (entry.kind == "module" and not is_whole):
                continue  # of what is taken from a module, that is told of
            place = Place(module, mention.scope, mention.span, mention.statement)
            if mention.target:
                place = replace(place, fails_by="import")
            elif isinstance(mention.value, Name):
                place = replace(place, fails_by="name")
            if is_of_shim(self._program, module, mention) and self._history.is_of_the_shim(name):
                misfit = _of_newest(place, name, entry)
            else:
                misfit = self._of_name(place, name, entry)
            if misfit is not None:
                yield misfit
                return  # of what it has, nothing is known then

    def _of_name(self, place: Place, name: str, entry: Api) -> Misfit | None:
        versions, forgives = self._guarded.at(place)
        if not versions:
            return None
        if not forgives and versions.declared and versions.reach_below(entry.since):
            return place.misfit(TOO_NEW, name, entry.since)
        if not forgives and versions.reach(entry.removed):
            return place.misfit(REMOVED, name, entry.removed)
        is_expected = forgives or self._guarded.expects_warnings(place)
        if versions.reach(entry.deprecated) and not is_expected:
            return place.misfit(DEPRECATED, name, entry.deprecated)
        return None

    # Calls

    def _of_call(self, site: Site) -> Iterator[Misfit]:
        call, module = site.call, site.module
        keywords = self._parameters.get(call.name, frozenset()) & call.arguments.keys()
        is_method = isinstance(call.callee, Attribute)
        if not keywords and not is_method and not self._is_outside(module, call):
            return
        name, has_receiver = self._called(site)
        entry = self._history.entry(name)
        if entry is None:
            return
        statement = module.facts.line_of(call.span)
        place = Place(module, call.scope, call.span, statement, of_instance=has_receiver)
        if self._is_of_shim(module, call, name, has_receiver=has_receiver):
            for keyword in sorted(keywords):
                parameter = self._history.parameter(name, keyword)
                if parameter is not None and parameter.removed:
                    told = place.misfit(REMOVED, name, parameter.removed, keyword=keyword)
                    yield replace(told, of_shim=True)
            return
        if has_receiver and not self._history.came_with_its_class(name):
            misfit = self._of_name(place, name, entry)
            if misfit is not None:
                yield misfit
                return
        for keyword in sorted(keywords):
            parameter = self._history.parameter(name, keyword)
            if parameter is not None:
                yield from self._of_parameter(place, name, entry, parameter)
        yield from self._of_place(place, name, entry, call)

    def _of_entered(self, site: Site) -> Iterator[Misfit]:
        """What is asked of an object by ``with`` or ``async with``: a special method."""
        call, module = site.call, site.module
        method = "__aenter__" if call.kind == "aenter" else "__enter__"
        name = ""
        if isinstance(call.callee, Awaited):  # `with await lock`
            method = "__await__"
            values = self._program.references(module, call.callee.value, call.scope, call.span.line)
            if len(values) == 1 and isinstance(values[0], Instance):
                name = f"{values[0].of}.{method}"
        elif method in self._names:
            groups = [{each.name for each in group} for group in self._targets.of(site)]
            names = set.intersection(*groups) if groups else set()
            name = next((each for each in sorted(names) if each.endswith(method)), "")
        entry = self._history.entry(name)
        if entry is None or self._history.came_with_its_class(name):
            return
        if self._is_of_shim(module, call, name, has_receiver=True):
            return
        statement = module.facts.line_of(call.span)
        place = Place(module, call.scope, call.span, statement, of_instance=True)
        misfit = self._of_name(place, name, entry)
        if misfit is not None:
            yield misfit

    def _called(self, site: Site) -> tuple[str, bool]:
        """The one thing that a site calls, if it is one, and whether it is asked of an instance."""
        groups = self._targets.of(site)
        names = {each.name for group in groups for each in group}
        if len(names) != 1 or any(len(group) != 1 for group in groups):
            return "", False
        return names.pop(), any(each.receiver is not None for group in groups for each in group)

    def _is_of_shim(self, module: Module, call: CallSite, name: str, *, has_receiver: bool) -> bool:
        """Whether it is asyncompat's, or may be an instance of a class of asyncompat's."""
        if not self._history.is_of_the_shim(name):
            return False
        if has_receiver:
            imported = module.imported
            return SHIM in imported and "asyncio" not in imported
        root = root_name(call.callee)
        targets = self._program.import_targets(module, root, call.scope) if root else ()
        return any(target.partition(".")[0] == SHIM for target in targets)

    def _of_parameter(
        self, place: Place, name: str, entry: Api, parameter: Parameter
    ) -> Iterator[Misfit]:
        versions, _ = self._guarded.at(place)
        there = versions.where(lambda version: is_there(entry, version))
        keyword = parameter.name
        if there.declared and there.reach_below(parameter.since):
            yield place.misfit(TOO_NEW_PARAMETER, name, parameter.since, keyword=keyword)
            return
        for rule, end in [(REMOVED, parameter.removed), (DEPRECATED, parameter.deprecated)]:
            if there.reach(end):
                yield place.misfit(rule, name, end, keyword=keyword)
                return

    def _of_place(self, place: Place, name: str, entry: Api, call: CallSite) -> Iterator[Misfit]:
        """What matters for where a call stands: whether an event loop can run there."""
        outside = self._is_outside(place.module, call) and not self._belongs_to_loop(place, call)
        versions, _ = self._guarded.at(place)
        ends = [(REMOVED, entry.outside_error), (DEPRECATED, entry.outside_deprecated)]
        guards = (g for g in place.module.facts.guards if holds(g.span, place.span))
        is_caught = any(guard.forgives_no_loop for guard in guards)
        is_caught = is_caught or call.arguments.get("loop", NOTHING) != NOTHING
        if outside and not is_caught and not _sets_loop(place.module, call):
            for rule, end in ends:
                if versions.reach(end):
                    yield place.misfit(rule, name, end, outside=True)
                    return
        where = {"called", "outside-loop"} if outside else {"called"}
        for meaning in self._meanings:
            if (
                name in meaning.names
                and meaning.when in where
                and versions.reach_below(meaning.version)
            ):
                yield self._changed(place, name, meaning)
                return

    def _belongs_to_loop(self, place: Place, call: CallSite) -> bool:
        """Whether all that a call is passed are futures, which have a loop already."""
        passed = [v for k, v in call.arguments.items() if k.isdecimal() or k == UNPACKED]
        return bool(passed) and all(self._is_future(place, each, call) for each in passed)

    def _is_future(self, place: Place, expression: Expr, call: CallSite) -> bool:
        line = call.span.line
        values = self._program.references(place.module, expression, call.scope, line)
        return bool(values) and all(
            isinstance(each, Instance)
            and not _FUTURES.isdisjoint(self._program.knowledge.lineage(each.of))
            for each in values
        )

    def _changed(self, place: Place, name: str, meaning: Meaning) -> Misfit:
        number = self._history.meanings.index(meaning)
        return place.misfit(CHANGED, name, meaning.version, meaning=number)

    def _is_outside(self, module: Module, call: CallSite) -> bool:
        """Whether certainly no event loop runs where a call stands."""
        scopes = module.facts.scopes
        index = call.scope
        while index > 0 and scopes[index].runs_in_parent:
            index = scopes[index].parent
        if scopes[index].is_async or module.file.is_notebook or call.awaited:
            return False
        asked = module.facts.names.called.get("is_running", ())
        if any(module.facts.calls[number].scope == index for number in asked):
            return False  # it is called with a running loop and without
        return index == 0 or self._runs_loop(module, call.scope)

    def _runs_loop(self, module: Module, scope: int) -> bool:
        """Whether a function runs an event loop: before, none runs in it."""
        calls = module.facts.calls
        for name in _RUNNERS:
            for number in module.facts.names.called.get(name, ()):
                call = calls[number]
                if call.scope == scope and call.kind == "call":
                    root = root_name(call.callee)
                    is_of_module = root and self._program.import_targets(module, root, scope)
                    if name != "run" or is_of_module in (["asyncio"], [SHIM], ["asyncio.run"]):
                        return True
        return False

    # Handlers

    def _of_handlers(self, module: Module) -> Iterator[Misfit]:
        for handler in module.facts.handlers:
            place = Place(module, handler.scope, handler.span, None)
            caught = {self._guarded.name(place, each) for each in handler.caught}
            before = {self._guarded.name(place, each) for each in handler.before}
            for meaning in self._meanings:
                if meaning.when != "caught" or caught.isdisjoint(meaning.by) or handler.raises:
                    continue
                wanted = {name.rpartition(".")[2] for name in meaning.names} | {"BaseException"}
                handled = {each.rpartition(".")[2] for each in before}
                handled |= {each.rpartition(".")[2] for each in caught - set(meaning.by)}
                if not handled.isdisjoint(wanted) or before & caught:
                    continue
                if meaning.raised_by and not self._awaits(place, handler.awaited, meaning):
                    continue
                versions, _ = self._guarded.at(place)
                if versions.reach_below(meaning.version):
                    yield self._changed(place, meaning.names[0], meaning)
                    break

    def _awaits(self, place: Place, awaited: tuple[Expr, ...], meaning: Meaning) -> bool:
        return any(self._guarded.name(place, each) in meaning.raised_by for each in awaited)


def _patches(program: Program, module: Module) -> Iterator[Misfit]:
    """Give the imports of what patches asyncio, and the places that do so themselves."""
    for mention in module.facts.mentions:
        if mention.target in _PATCHES:
            name = mention.target
            calls = tuple(_applied(program, module, name))
            yield Misfit(mention.span, mention.statement, PATCHED, name, others=calls)
        elif mention.target.removesuffix(".apply") in _PATCHES:
            name = mention.target.removesuffix(".apply")
            yield Misfit(mention.span, mention.statement, PATCHED, name)
        elif mention.stored:
            names = names_of(program, module, mention)
            if len(names) == 1 and names[0].startswith("asyncio."):
                yield Misfit(mention.span, mention.statement, PATCHED, names[0])


def _applied(program: Program, module: Module, patch: str) -> Iterator[Span]:
    for number in module.facts.names.called.get("apply", ()):
        call = module.facts.calls[number]
        root = root_name(call.callee)
        targets = program.import_targets(module, root, call.scope) if root else []
        if targets == [patch] and not call.arguments:
            yield call.span


def _of_newest(place: Place, name: str, entry: Api) -> Misfit | None:
    """What does not fit of asyncompat's: it has what the newest asyncio has, and no more."""
    return place.misfit(REMOVED, name, entry.removed) if entry.removed else None


def _sets_loop(module: Module, call: CallSite) -> bool:
    """Whether an event loop was set before: where a call stands, or by what sets up its class."""
    scopes = module.facts.scopes
    class_ = scopes[call.scope].parent
    for number in module.facts.names.called.get("set_event_loop", ()):
        other = module.facts.calls[number]
        if other.scope == call.scope and other.span < call.span:
            return True
        is_of_class = class_ > 0 and scopes[other.scope].parent == class_
        if is_of_class and other.scope != call.scope and scopes[other.scope].name in _SETTING_UP:
            return True
    return False
