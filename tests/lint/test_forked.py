"""Work that is shared among processes."""

from __future__ import annotations

import multiprocessing
import os
import signal

import pytest

from asyncompat_lint import forked

CAN_FORK = "fork" in multiprocessing.get_all_start_methods() and (os.cpu_count() or 1) > 1


def test_answers_come_in_order():
    things = list(range(forked.WORTH_A_PROCESS * 3))
    assert forked.each(lambda n: (n, n * n), things) == [(n, n * n) for n in things]


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_much_is_done_here_and_elsewhere_and_little_here():
    context = multiprocessing.get_context("fork")
    here, elsewhere = context.Event(), context.Event()
    own = os.getpid()

    def where(_):
        mine, others = (here, elsewhere) if os.getpid() == own else (elsewhere, here)
        mine.set()
        assert others.wait(20)
        return os.getpid()

    found = forked.each(where, range(forked.WORTH_A_PROCESS * 3))
    assert len(found) == forked.WORTH_A_PROCESS * 3
    assert found[0] != own == found[-1]
    assert set(forked.each(lambda _: os.getpid(), range(3))) == {own}


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
@pytest.mark.parametrize("fails", [0, forked.WORTH_A_PROCESS - 1])
def test_an_error_comes_back_from_here_and_from_elsewhere(fails):
    def fail(number):
        if number == fails:
            raise LookupError(number)
        return number

    with pytest.raises(LookupError):
        forked.each(fail, range(forked.WORTH_A_PROCESS))
    for each in multiprocessing.active_children():
        each.join(20)
    assert multiprocessing.active_children() == []


def test_what_is_done_meanwhile_is_done_elsewhere_if_that_is_worth_it():
    own = os.getpid()
    assert (forked.Meanwhile(os.getpid, worth=True).result() != own) is CAN_FORK
    assert forked.Meanwhile(os.getpid, worth=False).result() == own


def test_what_comes_back_may_be_more_than_a_pipe_holds():
    assert forked.Meanwhile(lambda: "x" * 1_000_000, worth=True).result() == "x" * 1_000_000


def test_what_has_failed_elsewhere_is_done_here(capfd):
    own = os.getpid()

    def only_here():
        if os.getpid() != own:
            raise LookupError
        return "here"

    def nowhere():
        raise LookupError

    assert forked.Meanwhile(only_here, worth=True).result() == "here"
    with pytest.raises(LookupError):
        forked.Meanwhile(nowhere, worth=True).result()
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_who_was_killed_elsewhere_is_replaced_here():
    own = os.getpid()

    def killed():
        if os.getpid() != own:
            os.kill(os.getpid(), signal.SIGKILL)
        return "here"

    assert forked.Meanwhile(killed, worth=True).result() == "here"
    many = range(forked.WORTH_A_PROCESS * 3)
    assert forked.each(lambda number: (killed(), number), many) == [("here", n) for n in many]


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_who_was_killed_in_the_middle_of_an_answer_is_replaced_here(monkeypatch):
    def begin(_, sender):
        os.write(sender.fileno(), b"\0\0\1\0begun")
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(forked, "_send", begin)
    assert forked.Meanwhile(lambda: "here", worth=True).result() == "here"
