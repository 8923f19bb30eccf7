"""Where classes are made whose constructor keeps what it is given, without saying what that is.

By names only: what a call means is asked elsewhere. What is passed there counts for all that asks
such a class, so that a class depends on the modules that make it.
"""

from __future__ import annotations

import functools
from collections import defaultdict

import msgspec

from asyncompat_lint.modules import Module, Modules

# What is made in more modules is made of anything.
_MOST = 50


class Makers:
    """The modules that call classes of the project by the names that such classes have."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    def of_class(self, name: str) -> list[tuple[Module, list[int]]]:
        """Return the modules that may make a class of this name, each with the calls."""
        numbers: dict[str, set[int]] = defaultdict(set)
        made: dict[str, Module] = {}
        for each in self._names.get(name, ()):
            for module, there in self._calls.get(each, ()):
                made[module.file.location] = module
                numbers[module.file.location].update(there)
        if len(made) > _MOST:
            return []
        return [(module, sorted(numbers[location])) for location, module in sorted(made.items())]

    @functools.cached_property
    def _names(self) -> dict[str, set[str]]:
        """By the name of each such class: that, and those of the classes that are made from it."""
        below: dict[str, set[str]] = defaultdict(set)
        for module in self._modules.all:
            for base, name in module.facts.names.subclasses:
                below[base].add(name)
        found: dict[str, set[str]] = {}
        for name in {name for module in self._modules.all for name in module.facts.names.keeping}:
            names, todo = {name}, [name]
            while todo:
                new = below.get(todo.pop(), set()) - names
                names |= new
                todo += new
            found[name] = names
        return found

    @functools.cached_property
    def _calls(self) -> dict[str, list[tuple[Module, list[int]]]]:
        wanted = set().union(*self._names.values())
        found: dict[str, list[tuple[Module, list[int]]]] = defaultdict(list)
        for module in self._modules.all if wanted else ():
            called = module.facts.names.called
            for name in called.keys() & wanted:
                found[name].append((module, called[name]))
        return found


def passed_at(module: Module, calls: list[int]) -> bytes:
    """Return what stands for all that some calls of a module pass, wherever their lines are."""
    passed = []
    for number in calls:
        call = module.facts.calls[number]
        passed.append((call.scope, call.callee, call.arguments, call.passes))
    return msgspec.msgpack.encode(passed)
