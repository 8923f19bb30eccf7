"""What runs on the event loop, and blocks it: directly, or through the functions it calls.

Asks the program what a call means and the knowledge whether that blocks. It knows where code runs:
an async function's body on the loop, with the comprehensions in it; a sync function's wherever it
is called from; a generator's and a lambda's not where they are made.

It works backwards, from what is known to block to the functions that call it, then to those that
call these, so that only calls whose name can matter are ever resolved, and the first chain found to
a function is a shortest one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from asyncompat_lint.facts import Attribute, CallSite, ModuleFacts, Scope, last_name, last_names
from asyncompat_lint.findings import Step
from asyncompat_lint.knowledge import Entry, Knowledge
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Place, Program, Reference

# Under these a function runs once, and later calls give what it returned.
MEMOISERS = frozenset({"cache", "cached_property", "lru_cache"})


@dataclass(frozen=True)
class Blocker:
    """Why something blocks: what blocks in the end, and the calls that lead there.

    ``once`` is whether it does so only the first time.
    """

    entry: Entry
    chain: tuple[Step, ...] = ()
    once: bool = False


@dataclass(frozen=True)
class BlockingCall:
    """A call at which the event loop hands over to something that blocks.

    ``function`` is the async function that the call stands in.
    """

    module: Module
    site: CallSite
    blocker: Blocker
    function: str


def blocking_calls(program: Program, knowledge: Knowledge) -> Iterator[BlockingCall]:
    """Give every call of the program that blocks the event loop, those with short chains first."""
    return _Reach(program, knowledge).blocking_calls()


class _Reach:
    def __init__(self, program: Program, knowledge: Knowledge) -> None:
        self._program = program
        self._knowledge = knowledge
        self._blocked: dict[Place, Blocker] = {}
        self._callees: dict[tuple[str, int], list[Reference]] = {}
        self._found: set[tuple[str, int]] = set()
        # By the last name of what is called: (module, number of the call).
        self._calls: dict[str, list[tuple[Module, int]]] = defaultdict(list)
        # By a name: the other names under which modules have the same thing.
        self._aliases: dict[str, set[str]] = defaultdict(set)
        self._subclasses: dict[str, set[str]] = defaultdict(set)
        for module in program.modules.all:
            self._index(module)

    def blocking_calls(self) -> Iterator[BlockingCall]:
        names = {entry.name.rpartition(".")[2] for entry in self._knowledge.entries}
        while names:
            newly_blocked: dict[Place, Blocker] = {}
            for module, number in self._candidates(names):
                call = module.facts.calls[number]
                blocker = self._blocker(module, number, call)
                if blocker is None:
                    continue
                index = _running_scope(module.facts, call.scope)
                scope = module.facts.scopes[index]
                place = Place(module.file.location, index)
                if scope.is_async:
                    self._found.add((module.file.location, number))
                    yield BlockingCall(module, call, blocker, scope.name)
                elif place not in self._blocked and self._runs_when_called(place, scope):
                    longer = self._lengthened(blocker, module, call, index)
                    newly_blocked.setdefault(place, longer)
            self._blocked.update(newly_blocked)
            names = {name for place in newly_blocked for name in self._names_of(place)}

    # Which calls to look at

    def _index(self, module: Module) -> None:
        for number, call in enumerate(module.facts.calls):
            for name in last_names(call.callee):
                self._calls[name].append((module, number))
        for scope in module.facts.scopes:
            for base in scope.bases:
                self._subclasses[last_name(base)].add(scope.name)
            for name, bindings in [*scope.bindings.items(), *scope.attributes.items()]:
                for binding in bindings:
                    others = last_names(binding.value)
                    if binding.kind == "imported":
                        others = [binding.target.rpartition(".")[2]]
                    for other in others:
                        if other != name:
                            self._aliases[other].add(name)

    def _candidates(self, names: Iterable[str]) -> list[tuple[Module, int]]:
        wanted: set[str] = set()
        todo = sorted(names)
        while todo:
            name = todo.pop()
            if name not in wanted:
                wanted.add(name)
                todo += self._aliases.get(name, ())
        candidates = [each for name in wanted for each in self._calls.get(name, ())]
        candidates = [
            each for each in candidates if (each[0].file.location, each[1]) not in self._found
        ]
        return sorted(candidates, key=lambda each: (each[0].file.path, each[1]))

    def _names_of(self, place: Place) -> set[str]:
        """The names by which a function may be called; its class's, where it initializes."""
        scope = self._program.scope(place)
        if scope.name != "__init__":
            return {scope.name}
        names: set[str] = set()
        todo = [self._program.scope(Place(place.location, scope.parent)).name]
        while todo:
            name = todo.pop()
            if name not in names:
                names.add(name)
                todo += self._subclasses.get(name, ())
        return names

    # What blocks

    def _blocker(self, module: Module, number: int, call: CallSite) -> Blocker | None:
        key = (module.file.location, number)
        if key not in self._callees:
            self._callees[key] = self._program.callees(module, call)
        blockers = [self._blocker_of(each, module, call) for each in self._callees[key]]
        # Where it may be one of several, every one must block.
        known = [each for each in blockers if each is not None]
        return known[0] if known and len(known) == len(blockers) else None

    def _blocker_of(self, callee: Reference, module: Module, call: CallSite) -> Blocker | None:
        if callee.place is None:
            entry = self._knowledge.blocking(callee.name)
            if entry is None or entry.is_exempt(call.literals):
                return None
            return None if self._is_silenced(entry, module, call) else Blocker(entry)
        if call.awaited:
            return None  # a sync function that is awaited has been made something else of
        place: Place | None = callee.place
        if self._program.scope(callee.place).kind == "class":
            place = self._program.initializer(callee.place)
        return None if place is None else self._blocked.get(place)

    def _is_silenced(self, entry: Entry, module: Module, call: CallSite) -> bool:
        """Whether the file makes the call's receiver one that does not wait."""
        silenced_by = entry.table.silenced_by
        if not silenced_by or not isinstance(call.callee, Attribute):
            return False
        for other in module.facts.calls:
            method = other.callee
            if isinstance(method, Attribute) and method.value == call.callee.value:
                argument = other.literals.get("0", "")
                if method.name in silenced_by and argument == silenced_by[method.name]:
                    return True
        return False

    def _runs_when_called(self, place: Place, scope: Scope) -> bool:
        if scope.kind != "function" or scope.is_generator:
            return False
        return not self._program.is_made_async(place)

    def _lengthened(self, blocker: Blocker, module: Module, call: CallSite, index: int) -> Blocker:
        scope = module.facts.scopes[index]
        callee = last_name(call.callee) if blocker.chain else shown(blocker.entry)
        function = scope.name
        if module.facts.scopes[scope.parent].kind == "class":
            function = f"{module.facts.scopes[scope.parent].name}.{function}"
        step = Step(module.file.path, call.span.line, function, f"{callee}()")
        once = blocker.once or any(last_name(each) in MEMOISERS for each in scope.decorators)
        return Blocker(blocker.entry, (step, *blocker.chain), once)


def _running_scope(facts: ModuleFacts, index: int) -> int:
    while facts.scopes[index].runs_in_parent:
        index = facts.scopes[index].parent
    return index


def shown(entry: Entry) -> str:
    """Return a blocking call's name as people write it."""
    return entry.name.removeprefix("builtins.")
