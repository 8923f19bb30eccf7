"""Work that is shared among processes."""

from __future__ import annotations

import multiprocessing
import os

import pytest

from asyncompat_lint import forked

CAN_FORK = "fork" in multiprocessing.get_all_start_methods() and (os.cpu_count() or 1) > 1


def test_answers_come_in_order():
    things = list(range(forked.WORTH_A_PROCESS * 3))
    assert forked.each(lambda n: (n, n * n), things) == [(n, n * n) for n in things]


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_much_is_done_elsewhere_and_little_here():
    def where(_):
        return os.getpid()

    assert set(forked.each(where, range(3))) == {os.getpid()}
    assert os.getpid() not in forked.each(where, range(forked.WORTH_A_PROCESS))


def test_an_error_comes_back():
    def fail(number):
        raise LookupError(number)

    with pytest.raises(LookupError):
        forked.each(fail, range(forked.WORTH_A_PROCESS))
    assert forked._work == []
