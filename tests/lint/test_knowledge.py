"""The knowledge base against the real things, and its own form."""

from __future__ import annotations

import collections
import inspect
import re
import sys
from pathlib import Path

import msgspec
import pytest
from real_things import (
    callbacks,
    check,
    check_callbacks,
    coroutines,
    entries,
    find,
    giving,
    libraries,
)

from asyncompat_lint.expressions import Constant
from asyncompat_lint.knowledge import Entry, Knowledge, Table, load, parse

ENTRIES = entries(of_distributions=False)
# What another platform, or a newer or an older Python, has.
ELSEWHERE = {"msvcrt", "nt"}
GONE = {"crypt": (3, 13), "telnetlib": (3, 13)}
NEW = {
    "asyncio.TaskGroup.create_task": (3, 11),
    "copy.replace": (3, 13),
    "hashlib.file_digest": (3, 11),
    "itertools.batched": (3, 12),
    "tomllib.load": (3, 11),
    "pathlib.Path.walk": (3, 12),
    "os.path.isjunction": (3, 12),
    "pathlib.Path.is_junction": (3, 12),
    "pathlib.Path.copy": (3, 14),
    "pathlib.Path.copy_into": (3, 14),
    "pathlib.Path.move": (3, 14),
    "pathlib.Path.move_into": (3, 14),
}


# What is gone by now has said so before.
@pytest.mark.filterwarnings("ignore:.* slated for removal:DeprecationWarning")
@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_entry_exists_and_is_no_coroutine_function(entry):
    if entry.name.partition(".")[0] in ELSEWHERE:
        pytest.skip("another platform's")
    if sys.version_info < NEW.get(entry.name, (0,)):
        pytest.skip("a newer Python's")
    if entry.library in GONE and sys.version_info >= GONE[entry.library]:
        pytest.skip("an older Python's")
    check(entry)


@pytest.mark.parametrize(("name", "methods"), callbacks(of_distributions=False).items())
def test_callbacks_are_methods(name, methods):
    check_callbacks(name, methods)


@pytest.mark.parametrize("name", coroutines(of_distributions=False))
def test_what_has_to_be_awaited_is_a_coroutine_function(name):
    assert inspect.iscoroutinefunction(find(name))


@pytest.mark.parametrize("name", giving(of_distributions=False))
def test_what_gives_something_is_there(name):
    if sys.version_info < NEW.get(name, (0,)):
        pytest.skip("a newer Python's")
    # What named tuples have stands in no class: it is made with each of theirs.
    owner, _, method = name.rpartition(".")
    made = collections.namedtuple("made", []) if owner == "typing.NamedTuple" else None
    assert callable(getattr(made, method) if made else find(name))


def test_no_entry_stands_twice():
    # Later tables replace earlier ones, so a name that stands twice is lost once.
    tables = [table for library in libraries() for table in library.blocking]
    calls = sum(len(table.calls) * len(table.owners) for table in tables)
    assert calls == len(load().entries) > 1000


def test_an_unknown_key_is_refused():
    with pytest.raises(msgspec.ValidationError, match="colour"):
        parse('[[blocking]]\nrule = "r"\ncalls = []\ncolour = "red"\n')


@pytest.mark.parametrize(
    ("literals", "exempt"),
    [
        ({"block": False}, True),
        ({"block": True}, False),
        ({}, False),
        ({"1": 0}, True),
        ({"1": 1}, False),
        ({"x": 1}, False),
        ({"x": 1, "y": 2}, True),
    ],
)
def test_exemptions(literals, exempt):
    unless = [{"block": False}, {"1": 0}, {"x": 1, "y": 2}]
    entry = Entry("q.get", Table("blocking-wait", ["get"], unless=unless))
    arguments = {name: Constant(value) for name, value in literals.items()}
    assert entry.is_exempt(arguments) is exempt


def test_canonical_names():
    knowledge = Knowledge([parse('[aliases]\n"a.b" = "c"\n"c.d" = "e.f"\n')])
    assert knowledge.canonical("a.b") == "c"
    assert knowledge.canonical("a.b.x") == "c.x"
    assert knowledge.canonical("a.b.d.y") == "e.f.y"
    assert knowledge.canonical("a.bc") == "a.bc"


def test_the_requirements_are_the_distributions():
    folder = Path(__file__).parent.parent / "knowledge"
    lines = (folder / "requirements.txt").read_text().splitlines()
    listed = [line.removeprefix("# too large: ") for line in lines]
    required = [re.split("[<>]", line)[0] for line in listed if line and not line.startswith("#")]
    assert required == [name for library in libraries() for name in library.distributions]
