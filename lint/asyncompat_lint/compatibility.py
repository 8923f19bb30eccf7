"""What does not fit the versions of Python that a project is for.

Asks the history when names came and went, the guards around a place which versions run it, and the
program what a call runs. It knows nothing of what blocks, and how nothing looks in a report.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace

from asyncompat_lint.expressions import Attribute, Awaited, Expr, Name, last_name, root_name
from asyncompat_lint.facts import CallSite, Mention, Statement
from asyncompat_lint.guards import (
    All,
    Any,
    Failure,
    Flag,
    Guard,
    HasAttribute,
    Never,
    Not,
    Succeeds,
    Test,
    VersionTest,
)
from asyncompat_lint.history import Api, History, Meaning, Parameter, crosses, is_there
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Program
from asyncompat_lint.sites import Site
from asyncompat_lint.sources import STAND_IN
from asyncompat_lint.spans import Span
from asyncompat_lint.targets import Targets
from asyncompat_lint.values import Instance, Reference
from asyncompat_lint.versions import Version, Versions

TOO_NEW, REMOVED, DEPRECATED = "too-new-api", "removed-api", "deprecated-api"
TOO_NEW_PARAMETER, CHANGED, PATCHED = "too-new-parameter", "changed-meaning", "patched-loop"

SHIM = "asyncompat"
_PATCHES = frozenset({"nest_asyncio", "nest_asyncio2"})
_SETTING_UP = frozenset({"asyncSetUp", "setUp", "setUpClass", "setup_class", "setup_method"})
_RUNNERS = ("run", "run_forever", "run_until_complete")


@dataclass(frozen=True)
class Misfit:
    """A place, the rule that it breaks, and the name and version that it breaks it with.

    ``statement`` are the lines to be parsed, where they are no function's; ``of_instance`` is
    whether the name is asked of an instance. ``keyword`` is the parameter that is meant, where it
    is one; ``outside`` whether it matters that no event loop runs there; ``meaning`` what has
    changed; ``others`` are places that are to be mended with it; ``of_shim`` is whether it is
    asyncompat's.
    """

    span: Span
    statement: Statement | None
    rule: str
    name: str
    version: str = ""
    keyword: str = ""
    outside: bool = False
    meaning: int = -1
    others: tuple[Span, ...] = ()
    of_instance: bool = False
    of_shim: bool = False


class Compatibility:
    """Looks for what does not fit, in one module after the other."""

    def __init__(
        self, program: Program, targets: Targets, history: History, versions: Versions
    ) -> None:
        self._program = program
        self._targets = targets
        self._history = history
        self._versions = versions
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
        for mention in facts.mentions:
            yield from self._of_mention(module, mention)
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

    def _of_mention(self, module: Module, mention: Mention) -> Iterator[Misfit]:
        if mention.stored:
            return
        for name in names_of(self._program, module, mention):
            if name.rpartition(".")[2] not in self._names:
                continue
            entry = self._history.entry(name)
            if entry is None:
                continue
            place = _Place(module, mention.scope, mention.span, mention.statement)
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

    def _of_name(self, place: _Place, name: str, entry: Api) -> Misfit | None:
        versions, forgives = self._at(place)
        if not versions:
            return None
        if not forgives and versions.declared and versions.reach_below(entry.since):
            return place.misfit(TOO_NEW, name, entry.since)
        if not forgives and versions.reach(entry.removed):
            return place.misfit(REMOVED, name, entry.removed)
        if versions.reach(entry.deprecated):
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
        place = _Place(module, call.scope, call.span, statement, of_instance=has_receiver)
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
            names = {each.name for group in self._targets.of(site) for each in group}
            name = next((each for each in names if each.endswith(method)), "")
        entry = self._history.entry(name)
        if entry is None or self._history.came_with_its_class(name):
            return
        if self._is_of_shim(module, call, name, has_receiver=True):
            return
        statement = module.facts.line_of(call.span)
        place = _Place(module, call.scope, call.span, statement, of_instance=True)
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
            imported = self._program.imported_by(module)
            return SHIM in imported and "asyncio" not in imported
        root = root_name(call.callee)
        targets = self._program.import_targets(module, root, call.scope) if root else ()
        return any(target.partition(".")[0] == SHIM for target in targets)

    def _of_parameter(
        self, place: _Place, name: str, entry: Api, parameter: Parameter
    ) -> Iterator[Misfit]:
        versions, _ = self._at(place)
        there = versions.where(lambda version: is_there(entry, version))
        keyword = parameter.name
        if there.declared and there.reach_below(parameter.since):
            yield place.misfit(TOO_NEW_PARAMETER, name, parameter.since, keyword=keyword)
            return
        for rule, end in [(REMOVED, parameter.removed), (DEPRECATED, parameter.deprecated)]:
            if there.reach(end):
                yield place.misfit(rule, name, end, keyword=keyword)
                return

    def _of_place(self, place: _Place, name: str, entry: Api, call: CallSite) -> Iterator[Misfit]:
        """What matters for where a call stands: whether an event loop can run there."""
        outside = self._is_outside(place.module, call)
        versions, _ = self._at(place)
        ends = [(REMOVED, entry.outside_error), (DEPRECATED, entry.outside_deprecated)]
        guards = (g for g in place.module.facts.guards if _holds(g.span, place.span))
        is_caught = any(guard.forgives_no_loop for guard in guards)
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

    def _changed(self, place: _Place, name: str, meaning: Meaning) -> Misfit:
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
            place = _Place(module, handler.scope, handler.span, None)
            caught = {self._name(place, each) for each in handler.caught}
            before = {self._name(place, each) for each in handler.before}
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
                versions, _ = self._at(place)
                if versions.reach_below(meaning.version):
                    yield self._changed(place, meaning.names[0], meaning)
                    break

    def _awaits(self, place: _Place, awaited: tuple[Expr, ...], meaning: Meaning) -> bool:
        return any(self._name(place, each) in meaning.raised_by for each in awaited)

    def _name(self, place: _Place, expression: Expr) -> str:
        """The qualified name that an expression is, or else its own last one."""
        values = self._program.references(place.module, expression, place.scope, place.span.line)
        names = {value.name for value in values if isinstance(value, Reference)}
        return names.pop() if len(names) == 1 else last_name(expression)

    # Guards

    def _at(self, place: _Place) -> tuple[Versions, bool]:
        """The versions that run what stands at a place, and whether its failing is caught."""
        guards = [each for each in place.module.facts.guards if _holds(each.span, place.span)]
        versions = self._versions
        for guard in guards:
            versions = versions.where(lambda v, guard=guard: self._may_run(place, guard, v))  # type: ignore[misc]
        return versions, any(place.fails_by in guard.forgives for guard in guards)

    def _may_run(self, place: _Place, guard: Guard, version: Version) -> bool:
        return self._outcome(place, guard.test, version) is not False

    def _outcome(self, place: _Place, test: Test, version: Version) -> bool | None:
        """What a test comes to in a version; None where that is not known."""
        match test:
            case VersionTest(operator=operator, version=other):
                return _compared(version[: len(other)], operator, other)
            case HasAttribute(owner=owner, name=name):
                return self._has(f"{self._name(place, owner)}.{name}", version)
            case Succeeds(imports=imports, names=names):
                dotted = (self._dotted(place, each) for each in names)
                return _all([self._has(each, version) for each in (*imports, *dotted) if each])
            case Flag(value=value):
                return self._flag(place, value, version)
            case Never():
                return False
            case Not(test=inner):
                outcome = self._outcome(place, inner, version)
                return None if outcome is None else not outcome
            case All(tests=tests):
                return _all([self._outcome(place, each, version) for each in tests])
            case Any(tests=tests):
                outcomes = [self._outcome(place, each, version) for each in tests]
                none = _all([None if each is None else not each for each in outcomes])
                return None if none is None else not none
        return None

    def _has(self, name: str, version: Version) -> bool | None:
        if "." not in name:
            return None
        versions = self._history.versions_with(name)
        return None if versions is None else version in versions

    def _dotted(self, place: _Place, name: Expr) -> str:
        """A name of a module, or nothing where it is something else's."""
        match name:
            case Attribute(value=Name(id=root), name=attribute):
                targets = self._program.import_targets(place.module, root, place.scope)
                return f"{targets[0]}.{attribute}" if len(targets) == 1 else ""
        return ""

    def _flag(self, place: _Place, value: Expr, version: Version) -> bool | None:
        """A name that a test was given to, in this module or in the one that it comes from."""
        module: Module | None = place.module
        name = last_name(value)
        if isinstance(value, Name):
            targets = self._program.import_targets(place.module, name, place.scope)
            if targets:
                module, rest = self._program.module_of(place.module, targets[0])
                name = rest[0] if len(rest) == 1 else ""
        else:
            assert isinstance(value, Attribute)
            targets = self._program.import_targets(
                place.module, last_name(value.value), place.scope
            )
            module, rest = (
                self._program.module_of(place.module, targets[0]) if targets else (None, [])
            )
            name = "" if rest else name
        test = None if module is None else module.facts.tests.get(name)
        if test is None or module is None:
            return None
        end = Span(sys.maxsize, 1, sys.maxsize, 1)
        return self._outcome(_Place(module, 0, end, None), test, version)


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


@dataclass(frozen=True)
class _Place:
    module: Module
    scope: int
    span: Span
    statement: Statement | None
    of_instance: bool = False
    fails_by: Failure = "attribute"

    def misfit(
        self,
        rule: str,
        name: str,
        version: str,
        *,
        keyword: str = "",
        outside: bool = False,
        meaning: int = -1,
    ) -> Misfit:
        return Misfit(
            self.span,
            self.statement,
            rule,
            name,
            version,
            keyword,
            outside,
            meaning,
            of_instance=self.of_instance,
        )


def names_of(program: Program, module: Module, mention: Mention) -> list[str]:
    """Return the qualified name that a mention is, after those that it is an attribute of.

    asyncompat's names are told as asyncio's.
    """
    if mention.target:
        return _without_submodule([mention.target])
    attributes: list[str] = []
    value = mention.value
    while isinstance(value, Attribute):
        attributes.insert(0, value.name)
        value = value.value
    if not isinstance(value, Name):
        return []
    if not attributes:
        builtins = program.references(module, value, mention.scope, mention.span.line)
        return [each.name for each in builtins if isinstance(each, Reference)]
    targets = program.import_targets(module, value.id, mention.scope)
    if len(targets) != 1:
        return []
    names = [".".join([targets[0], *attributes[:end]]) for end in range(1, len(attributes) + 1)]
    return _without_submodule(names)


def _without_submodule(names: list[str]) -> list[str]:
    """``asyncio.tasks.Task`` is ``asyncio.Task``; but for those that are modules to be used."""
    found = []
    for name in names:
        parts = name.split(".")
        if parts[:2] == ["asyncio", "base_events"]:
            continue  # which has had more than asyncio told of
        is_inner = len(parts) > 2 and parts[0] == "asyncio" and parts[1].islower()
        if is_inner and parts[1] not in ("subprocess", "coroutine"):
            parts.pop(1)
        parts[0] = "asyncio" if parts[0] == SHIM else parts[0]
        found.append(".".join(parts).replace(STAND_IN, "async"))
    return found


def is_of_shim(program: Program, module: Module, mention: Mention) -> bool:
    """Return whether a mention is of asyncompat's, not of asyncio's."""
    if mention.target:
        return mention.target.partition(".")[0] == SHIM
    targets = program.import_targets(module, root_name(mention.value), mention.scope)
    return any(target.partition(".")[0] == SHIM for target in targets)


def _of_newest(place: _Place, name: str, entry: Api) -> Misfit | None:
    """What does not fit of asyncompat's: it has what the newest asyncio has, and no more."""
    return place.misfit(REMOVED, name, entry.removed) if entry.removed else None


def _holds(outer: Span, inner: Span) -> bool:
    start = (outer.line, outer.column) <= (inner.line, inner.column)
    return start and (inner.line, inner.column) < (outer.end_line, outer.end_column)


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


def _all(outcomes: list[bool | None]) -> bool | None:
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _compared(version: tuple[int, ...], operator: str, other: tuple[int, ...]) -> bool:
    match operator:
        case "<":
            return version < other
        case "<=":
            return version <= other
        case ">":
            return version > other
        case ">=":
            return version >= other
        case "==":
            return version == other
    return version != other
