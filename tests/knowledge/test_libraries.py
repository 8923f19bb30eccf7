"""What the knowledge base says of libraries, against the libraries themselves."""

from __future__ import annotations

import inspect

import pytest
from real_things import (
    bases,
    callbacks,
    check,
    check_callbacks,
    coroutines,
    entries,
    excepted,
    find,
    giving,
    handed,
    twins,
)

# These are made from C, against libraries of the system's, or too large to be installed with all.
# Without torch, transformers has no models.
NOT_ALWAYS_THERE = {
    "MySQLdb",
    "pyodbc",
    "sentence_transformers",
    "torch",
    "transformers",
    "whisper",
    "homeassistant",
}
# These do what others do without being made from them.
ALIKE = {
    "django.db.models.Manager",
    "redis.cluster.RedisCluster",
    "sqlalchemy.orm.scoped_session",
    "tinydb.TinyDB",
    "upath.UPath",
}
# What these have is made with each of them: by the service, by the constructor.
MADE_WITH_THEM = {"boto3.resources.base.ServiceResource", "praw.Reddit"}


def skip_if_not_there(name):
    library = name.partition(".")[0]
    if library in NOT_ALWAYS_THERE:
        try:
            find(name)
        except (ImportError, LookupError):
            pytest.skip(f"{library} is not there, or finds no client library on this system")


@pytest.mark.parametrize("entry", entries(of_distributions=True), ids=lambda entry: entry.name)
def test_entry_exists_and_is_no_coroutine_function(entry):
    skip_if_not_there(entry.name)
    check(entry)


@pytest.mark.parametrize("name", coroutines(of_distributions=True))
def test_what_has_to_be_awaited_is_a_coroutine_function(name):
    assert inspect.iscoroutinefunction(find(name))


@pytest.mark.parametrize(("name", "methods"), callbacks(of_distributions=True).items())
def test_callbacks_are_methods(name, methods):
    skip_if_not_there(name)
    check_callbacks(name, methods)


@pytest.mark.parametrize("name", handed(of_distributions=True))
def test_what_is_handed_callables_is_there(name):
    skip_if_not_there(name)
    assert callable(find(name))


@pytest.mark.parametrize("name", giving(of_distributions=True))
def test_what_gives_something_is_there(name):
    skip_if_not_there(name)
    owner = name.rpartition(".")[0]
    assert inspect.isclass(find(owner)) if owner in MADE_WITH_THEM else callable(find(name))


@pytest.mark.parametrize("name", excepted())
def test_what_is_excepted_is_there(name):
    assert hasattr(find(name.rpartition(".")[0]), name.rpartition(".")[2])


@pytest.mark.parametrize("name", twins())
def test_the_async_twin_is_there(name):
    assert callable(find(name)) or inspect.ismodule(find(name))


@pytest.mark.parametrize(("name", "base"), bases().items())
def test_what_is_said_to_be_made_from_a_class_is(name, base):
    skip_if_not_there(name)
    skip_if_not_there(base)
    if name.startswith("django.contrib."):
        pytest.skip("Django makes no models without a project")
    assert name in ALIKE or issubclass(find(name), find(base))
