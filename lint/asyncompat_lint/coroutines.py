"""What is done with coroutines, tasks and locks, where types have to be known for it.

Asks the program what sites mean. It knows asyncio's rules for tasks, and nothing of what blocks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from asyncompat_lint.expressions import (
    NOTHING,
    OPAQUE,
    Attribute,
    Called,
    Either,
    Element,
    Name,
    last_name,
    root_name,
)
from asyncompat_lint.knowledge import Knowledge
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Group, Program
from asyncompat_lint.sites import Site
from asyncompat_lint.targets import Targets
from asyncompat_lint.values import Instance, Place, Reference, TypeParameter, Value

NOT_AWAITED = "coroutine-not-awaited"
NOT_KEPT = "task-not-kept"
# Of an async function that is not called here, but handed to what calls it: the same rule.
HANDED = "coroutine-handed"
WAIT = "wait-of-coroutines"
HOLDING_LOCK = "await-holding-lock"

_MAKES_TASK = frozenset(
    {"asyncio.create_task", "asyncio.ensure_future", "asyncio.AbstractEventLoop.create_task"}
)
# These leave an async function one.
_HARMLESS_DECORATORS = frozenset(
    "abstractmethod callback classmethod final no_type_check override overload staticmethod".split()
)
_ENSURES = "ensure_future"
_PERHAPS = frozenset({"Optional", "Union"})
_COROUTINE = "typing.Coroutine"
_LOCK = "threading.Lock"

_WAIT = "wait"
_WAITS = frozenset({"asyncio.wait"})


@dataclass(frozen=True)
class Misuse:
    """A site, the name of the rule that it breaks, and what it is that is called or held.

    ``handed_to`` is what calls it, where that is not done at the site.
    """

    site: Site
    rule: str
    what: str
    handed_to: str = ""


def misuses(program: Program, knowledge: Knowledge, targets: Targets) -> Iterator[Misuse]:
    """Give every site of the project that misuses a coroutine, a task, or a lock."""
    told = {name.rpartition(".")[2] for name in knowledge.coroutines | _MAKES_TASK}
    everybodys = told | {_WAIT}
    receivers = {name.rpartition(".")[2] for name in _receivers(knowledge)}
    for module in program.modules.own:
        everybodys.update(module.facts.names.coroutines)
    # What may return one that another has made is asked only where nothing is done with it.
    makers = {
        name
        for module in program.modules.own
        for other, name in module.facts.names.returning
        if other in everybodys
    }
    for module in program.modules.own:
        notes = targets.notes(module.file.location)
        index = module.facts.names
        lost = _lost(module, everybodys, makers)
        if notes.sound is not None and lost <= notes.sound:
            continue  # no more of its calls may give a coroutine than when it was looked at
        suspected = {(number, HOLDING_LOCK) for number in index.holding}
        suspected.update((number, WAIT) for number in index.called.get(_WAIT, ()))
        suspected.update((number, NOT_AWAITED) for number in lost)
        for name in index.called.keys() & receivers:
            suspected.update((number, HANDED) for number in index.called[name])
        found = [
            misuse
            for number, rule in sorted(suspected)
            for misuse in _confirmed(program, knowledge, targets, Site(module, number), rule)
        ]
        notes.sound = None if found else lost
        # Not before: what there is below a class is known of this run only.
        yield from (each for each in found if not _may_be_sync(program, targets, each))


def _lost(module: Module, everybodys: set[str], makers: set[str]) -> set[int]:
    """The calls of what has a coroutine's name, or gives what has one, that are not awaited."""
    index = module.facts.names
    dropped = set(index.discarded)
    if not dropped and not index.taken:
        return set()
    called = index.called.keys()
    pairs = (*index.aliases, *index.variables)
    own = {name for other, name in pairs if other in everybodys}
    inner = [(number, name) for number, name, _ in index.inner if name in called]
    own |= {name for number, name in inner if module.facts.scopes[number].is_async}
    found: set[int] = set()
    for names, lost in (
        (called & everybodys | called & own, dropped.union(index.taken)),
        (called & makers, dropped),
    ):
        for name in names:
            found |= lost.intersection(index.called[name])
    return found


def _confirmed(
    program: Program, knowledge: Knowledge, targets: Targets, site: Site, rule: str
) -> Iterator[Misuse]:
    if rule == HOLDING_LOCK:
        call = site.call
        lock = call.callee
        if call.kind == "call" and isinstance(lock, Attribute):
            lock = lock.value  # whose `acquire` is called
        locks = program.references(site.module, lock, call.scope, call.span.line)
        if locks and all(_is_lock(each, knowledge) for each in locks):
            yield Misuse(site, HOLDING_LOCK, last_name(lock))
        return
    if rule == HANDED:
        for name in _handed(program, knowledge, targets, site):
            yield Misuse(site, NOT_AWAITED, name, site.call.name)
        return
    groups = targets.of(site)
    if not groups:
        return
    if rule == WAIT:
        if _calls(groups, _WAITS) and _is_wait_of_coroutines(program, site):
            yield Misuse(site, WAIT, site.call.name)
    elif _calls(groups, _MAKES_TASK):
        if site.call.discarded and not (
            _may_be_task(program, site) or _ends_at_once(program, site)
        ):
            yield Misuse(site, NOT_KEPT, site.call.name)
    elif all(_gives_coroutine(program, knowledge, site, group) for group in groups):
        yield Misuse(site, NOT_AWAITED, site.call.name)


def _receivers(knowledge: Knowledge) -> dict[str, list[int | str]]:
    """What calls a function it is given at some time, and does not expect a coroutine of it."""
    return {
        name: keys
        for name, (where, keys) in knowledge.callables.items()
        if where in ("elsewhere", "loop") and name not in knowledge.awaiting
    }


def _handed(program: Program, knowledge: Knowledge, targets: Targets, site: Site) -> Iterator[str]:
    """Give the async functions that a site hands to what calls them, and awaits nothing."""
    arguments = site.call.arguments
    if site.call.kind != "call" or not arguments:
        return
    groups = targets.of(site)
    receivers = _receivers(knowledge)
    # What the settings say of the project's own takes what it likes.
    if len(groups) == 1 and len(groups[0]) == 1 and groups[0][0].place is None:
        name = groups[0][0].name
        where, _ = knowledge.callables.get(name, ("", ()))
        is_class = name.rpartition(".")[2][:1].isupper()
        if where == "elsewhere" and not is_class and not site.call.discarded:
            return  # who gets the coroutine from the thread may await it
        for key in map(str, receivers.get(name, ())):
            given = arguments.get(key, OPAQUE)
            called = program.passed(site.module, site.call, given)
            if called and all(_makes_coroutine(program, knowledge, group) for group in called):
                yield called[0][0].name.rpartition(".")[2]


def _makes_coroutine(program: Program, knowledge: Knowledge, group: Group) -> bool:
    """Whether it is certainly an async function that is run."""
    if len(group) != 1:
        return False
    (target,) = group
    if target.place is None:
        return target.name in knowledge.coroutines
    scope = program.scope(target.place)
    return scope.is_async and not scope.is_generator and not _is_remade(program, target)


def _is_lock(value: Value, knowledge: Knowledge) -> bool:
    return isinstance(value, Instance) and _LOCK in knowledge.lineage(value.of)


def _may_be_task(program: Program, site: Site) -> bool:
    """Whether `ensure_future` is given by a name what may be a task already, and kept."""
    call = site.call
    given = call.arguments.get("0")
    if call.name != _ENSURES or not isinstance(given, Name | Attribute):
        return False
    values = program.references(site.module, given, call.scope, call.span.line)
    return not values or not all(map(_is_coroutine, values))


def _may_be_sync(program: Program, targets: Targets, misuse: Misuse) -> bool:
    """Whether a subclass has a method that is no async one in the place of what is called."""
    site = misuse.site
    if misuse.rule != NOT_AWAITED or misuse.handed_to:
        return False
    if program.is_exactly(site.module, site.call):
        return False
    places = [target.place for group in targets.of(site) for target in group]
    return any(
        not program.scope(override).is_async
        for place in places
        if place is not None
        for override in program.overrides(place)
    )


def _ends_at_once(program: Program, site: Site) -> bool:
    """Whether a task is for an async function that awaits nothing: the loop has it till then."""
    given = site.call.arguments.get("0")
    if not isinstance(given, Called):
        return False
    values = program.references(site.module, given.function, site.call.scope, site.line)
    return bool(values) and all(
        isinstance(each, Reference)
        and each.place is not None
        and not _is_remade(program, each)
        and (scope := program.scope(each.place)).is_async
        and not scope.suspends
        # A subclass may have another one for a method.
        and program.scope(Place(each.place.location, scope.parent)).kind != "class"
        for each in values
    )


def _calls(groups: list[Group], names: frozenset[str]) -> bool:
    return all(len(group) == 1 and group[0].name in names for group in groups)


def _gives_coroutine(program: Program, knowledge: Knowledge, site: Site, group: Group) -> bool:
    if _makes_coroutine(program, knowledge, group):
        return True
    if len(group) != 1 or group[0].place is None:
        return False
    target, place = group[0], group[0].place
    scope = program.scope(place)
    if scope.is_generator or _is_remade(program, target):
        return False
    if scope.is_abstract or any(
        each == NOTHING or isinstance(each, Either) for each in scope.returned
    ):
        return False  # not always one
    declared = scope.annotation or OPAQUE
    if isinstance(declared, Either) or last_name(declared) in _PERHAPS:
        return False
    call = site.call
    if (
        isinstance(call.callee, Attribute)
        and program.scope(Place(place.location, scope.parent)).kind == "class"
    ):
        # What its own methods give is told of objects of the same class only.
        owners = program.references(site.module, call.callee.value, call.scope, call.span.line)
        own = Place(place.location, scope.parent)
        if any(each.place != own for each in owners if not isinstance(each, TypeParameter)):
            return False
    given = program.references(site.module, Called(call.callee), call.scope, call.span.line)
    return bool(given) and all(_is_coroutine(each) for each in given)


def _is_coroutine(value: Value) -> bool:
    return isinstance(value, Instance) and value.of == _COROUTINE


def _is_remade(program: Program, target: Reference) -> bool:
    """Whether a decorator may have made something else of an async function."""
    if target.place is None:
        return False
    return any(
        name not in _HARMLESS_DECORATORS for name in program.scope(target.place).decorator_names
    )


def _is_wait_of_coroutines(program: Program, site: Site) -> bool:
    call, module = site.call, site.module
    argument = call.arguments.get("0")
    root = root_name(call.callee)
    imports = program.import_targets(module, root, call.scope) if root else []
    if (
        call.kind != "call"
        or argument is None
        or any(each.partition(".")[0] == "asyncompat" for each in imports)
    ):
        return False  # whose `wait` takes them
    elements = program.references(module, Element(argument), call.scope, call.span.line)
    return bool(elements) and all(map(_is_coroutine, elements))
