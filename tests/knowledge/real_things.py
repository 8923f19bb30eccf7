"""The knowledge base's entries, looked up in the real libraries."""

from __future__ import annotations

import importlib
import inspect
import re
import sys

from asyncompat_lint.knowledge import Knowledge, libraries

# Classes of the newest Python that were functions before.
FACTORIES = {"threading.Lock"}


def _of(*, distributions: bool):
    return Knowledge(each for each in libraries() if bool(each.distributions) == distributions)


def entries(*, of_distributions: bool):
    return _of(distributions=of_distributions).entries


def coroutines(*, of_distributions: bool):
    return sorted(_of(distributions=of_distributions).coroutines)


def callbacks(*, of_distributions: bool):
    def is_of_python(name):
        return name.partition(".")[0] in sys.stdlib_module_names

    found = Knowledge(libraries()).callbacks.items()
    return {name: its for name, its in found if is_of_python(name) != of_distributions}


def handed(*, of_distributions: bool):
    return sorted(_of(distributions=of_distributions).callables)


def giving(*, of_distributions: bool):
    found = [each for each in libraries() if bool(each.distributions) == of_distributions]
    # Of what stands for all names of a class, the class is there.
    return sorted(name.removesuffix(".*") for library in found for name in library.gives)


def twins():
    """The classes and functions of the same libraries that hints name."""
    found = set()
    for library in libraries():
        for table in library.blocking:
            tops = {owner.partition(".")[0] for owner in table.owners}
            named = re.findall(r"`(\w+(?:\.\w+)+)`", table.hint)
            found.update(each for each in named if each.partition(".")[0] in tops)
    return sorted(found)


# What these have is made with each of them.
DYNAMIC = {"boto3.resources.base.ServiceResource", "botocore.client.BaseClient"}


def excepted():
    """The methods that do not block of classes all of whose others do."""
    there = [library for library in libraries() if library.distributions]
    names = {
        f"{class_}.{name}"
        for library in there
        for table in library.blocking
        if not table.deep
        for class_ in {*table.all_classes} - DYNAMIC
        for name in table.except_
    }
    names.update(name for library in there for name in library.nonblocking)
    return sorted(name for name in names if not name.endswith("*"))


def bases():
    found = [each for each in libraries() if each.distributions]
    return {name: base for library in found for name, base in library.bases.items()}


# The methods of these are the users' own.
THEIRS = {"sanic.views.HTTPMethodView"}


def check_callbacks(name, methods):
    class_ = find(name)
    if name in THEIRS:
        return
    named = [each for each in methods if not each.endswith("*")]  # others are the users' own
    assert [each for each in named if not callable(getattr(class_, each, None))] == []


def find(name):
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:length]))
        except ModuleNotFoundError:
            continue
        if length > 1:
            # A class, or an object, may have hidden the module that it is from.
            around = importlib.import_module(".".join(parts[: length - 1]))
            thing = getattr(around, parts[length - 1], thing)
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
