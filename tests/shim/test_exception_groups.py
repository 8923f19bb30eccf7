"""Exception groups: one name on every interpreter, and the same meaning."""

import importlib
import sys

import pytest

import asyncompat.backports
from asyncompat import BaseExceptionGroup, ExceptionGroup


def test_a_group_of_exceptions_is_an_exception():
    group = BaseExceptionGroup("message", [ValueError(1), LookupError(2)])
    assert type(group) is ExceptionGroup
    assert isinstance(group, Exception)
    assert group.message == "message"
    assert [repr(error) for error in group.exceptions] == [
        repr(ValueError(1)),
        repr(LookupError(2)),
    ]
    assert str(group).startswith("message (2 sub-exceptions)")


def test_a_group_with_another_is_none():
    group = BaseExceptionGroup("message", [KeyboardInterrupt()])
    assert not isinstance(group, Exception)
    assert str(group).startswith("message (1 sub-exception)")


def test_split_through_nested_groups():
    first, other, last = ValueError(1), LookupError(2), ValueError(3)
    group = ExceptionGroup("outer", [ExceptionGroup("inner", [first, other]), last])
    values, rest = group.split(ValueError)
    assert repr(values) == repr(ExceptionGroup("outer", [ExceptionGroup("inner", [first]), last]))
    assert rest.exceptions[0].exceptions == (other,)
    assert group.split(ExceptionGroup) == (group, None)
    assert group.subgroup(KeyError) is None
    both, none = group.split((ValueError, LookupError))
    assert (repr(both), none) == (repr(group), None)
    assert group.subgroup(lambda error: error is other).message == "outer"


def test_what_is_split_off_keeps_where_it_came_from():
    with pytest.raises(ExceptionGroup) as caught:
        raise ExceptionGroup("message", [ValueError(1), LookupError(2)]) from KeyError()
    half = caught.value.subgroup(ValueError)
    assert half.__traceback__ is caught.value.__traceback__
    assert half.__cause__ is caught.value.__cause__


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ((3, [ValueError()]), TypeError),
        (("message", []), ValueError),
        (("message", 3), TypeError),
        (("message", [3]), ValueError),
        (("message", [KeyboardInterrupt()]), TypeError),
    ],
)
def test_refused(arguments, error):
    with pytest.raises(error):
        ExceptionGroup(*arguments)


def test_without_the_package_there_is_ours(monkeypatch):
    if sys.version_info >= (3, 11):
        pytest.skip("builtins")
    monkeypatch.setitem(sys.modules, "exceptiongroup", None)
    name = "asyncompat.backports.exception_groups"
    monkeypatch.setattr(asyncompat.backports, "exception_groups", sys.modules[name])
    monkeypatch.delitem(sys.modules, name)
    exception_groups = importlib.import_module(name)

    assert exception_groups.ExceptionGroup.__module__ == "asyncompat.backports.exception_groups"
    group = exception_groups.ExceptionGroup("message", [ValueError(1)])
    assert "ValueError(1" in str(group)
