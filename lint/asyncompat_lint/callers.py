"""Where functions are called, and classes made, that do not say what they are to be passed.

By names only: what a call means is asked elsewhere. What is passed there counts for all that asks
such a function or class, so that it depends on the modules that call it.
"""

from __future__ import annotations

import functools
from collections import defaultdict

from asyncompat_lint.modules import Module, Modules

# What is called in more modules is passed anything.
_MOST = 50


class Callers:
    """The modules that call something of the project by the names that these have."""

    def __init__(self, modules: Modules) -> None:
        self._modules = modules

    def of(self, name: str) -> list[tuple[Module, str, list[int]]] | None:
        """Return the modules that may call what has this name: by which name, in which calls.

        None if there are too many of them to look at.
        """
        found = [
            (module, each, numbers)
            for each in self._names.get(name, ())
            for module, numbers in self._calls.get(each, ())
        ]
        if len({module.file.location for module, _, _ in found}) > _MOST:
            return None
        return found

    @functools.cached_property
    def _names(self) -> dict[str, list[str]]:
        """By each such name: that, and those of the classes that are made from it."""
        below = self._modules.subclasses
        found: dict[str, list[str]] = {}
        for name in {name for module in self._modules.all for name in module.facts.names.untold}:
            names, todo = {name}, [name]
            while todo:
                new = below.get(todo.pop(), set()) - names
                names |= new
                todo += new
            found[name] = sorted(names)
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
