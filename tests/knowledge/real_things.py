"""The knowledge base's entries, looked up in the real libraries."""

from __future__ import annotations

import importlib
import inspect

from asyncompat_lint.knowledge import Knowledge, libraries

# Classes of the newest Python that were functions before.
FACTORIES = {"threading.Lock"}


def entries(*, of_distributions: bool):
    chosen = [each for each in libraries() if bool(each.distributions) == of_distributions]
    return Knowledge(chosen).entries


def coroutines(*, of_distributions: bool):
    chosen = [each for each in libraries() if bool(each.distributions) == of_distributions]
    return sorted(Knowledge(chosen).coroutines)


def find(name):
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        if length > 1:
            # A class may have hidden the module that it is from.
            around = importlib.import_module(".".join(parts[: length - 1]))
            named = getattr(around, parts[length - 1], thing)
            thing = named if inspect.isclass(named) else thing
        for part in parts[length:]:
            thing = getattr(thing, part)
        return thing
    raise LookupError(name)


def check(entry):
    owner_name, _, call = entry.name.rpartition(".")
    owner = find(owner_name)
    if owner_name in FACTORIES and not inspect.isclass(owner):
        owner = type(owner())
    assert inspect.isclass(owner) == (owner_name in entry.table.all_classes)
    if call == "*":
        return  # its methods are made when it is
    thing = getattr(owner, call)
    assert callable(thing)
    assert not inspect.iscoroutinefunction(thing)
    assert not inspect.isasyncgenfunction(thing)
