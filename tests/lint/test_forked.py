"""Work that is shared among processes."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys

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


def test_work_may_be_cut_into_many_pieces():
    assert forked.each(abs, range(5_000)) == list(range(5_000))


@pytest.mark.parametrize("number", [0, forked.WORTH_A_PROCESS * 3])
def test_what_is_to_be_done_first_is_done_once_and_here(number):
    done = []
    assert forked.each(abs, range(number), lambda: done.append(os.getpid())) == [*range(number)]
    assert done == [os.getpid()]


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_the_others_have_begun_while_something_is_done_first_and_end_if_it_fails():
    context = multiprocessing.get_context("fork")
    begun, never = context.Event(), context.Event()

    def begin(_):
        begun.set()
        never.wait(50)

    def fail():
        assert begun.wait(20)
        raise LookupError

    with pytest.raises(LookupError):
        forked.each(begin, range(forked.WORTH_A_PROCESS), fail)
    for each in multiprocessing.active_children():
        each.join(20)
    assert multiprocessing.active_children() == []


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


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_who_has_much_to_answer_ends_before_anybody_asks():
    meanwhile = forked.Meanwhile(lambda: "x" * 10_000_000, worth=True)
    for each in multiprocessing.active_children():
        each.join(20)
    assert multiprocessing.active_children() == []
    assert meanwhile.result() == "x" * 10_000_000


@pytest.mark.skipif(
    not CAN_FORK or not os.path.exists("/dev/full"), reason="no other process, or no full disk"
)
def test_where_an_answer_cannot_be_left_it_is_found_out_here(monkeypatch):
    def full():
        return open("/dev/full", "w+b", buffering=0)

    monkeypatch.setattr(forked.tempfile, "TemporaryFile", full)
    own = os.getpid()
    assert forked.Meanwhile(os.getpid, worth=True).result() == own


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
    begun = multiprocessing.get_context("fork").Event()

    def killed_with_a_share(number):
        begun.set()
        return killed(), number

    many = range(forked.WORTH_A_PROCESS * 3)
    found = forked.each(killed_with_a_share, many, lambda: begun.wait(20))
    assert found == [("here", number) for number in many]


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_an_answer_that_nobody_is_there_for_any_more_is_not_waited_with(tmp_path):
    program = f"""
import os, sys
from asyncompat_lint import forked

def answer():
    open({str(tmp_path / "pid")!r}, "w").write(str(os.getpid()))
    sys.stdin.read()
    return "x" * 1_000_000

meanwhile = forked.Meanwhile(answer, worth=True)
while not os.path.exists({str(tmp_path / "pid")!r}):
    pass
os._exit(0)
"""
    command = [sys.executable, "-c", program]
    # What it inherits is closed when the last process has ended that has it.
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.wait(20) == 0
        assert process.communicate(timeout=20) == (b"", None)


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_where_there_can_be_no_more_processes_all_is_done_here(monkeypatch):
    def fail():
        raise BlockingIOError("too many")

    monkeypatch.setattr(os, "fork", fail)
    own = os.getpid()
    assert forked.Meanwhile(os.getpid, worth=True).result() == own
    many = range(forked.WORTH_A_PROCESS)
    assert forked.each(lambda _: os.getpid(), many) == [own for _ in many]


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_there_are_no_more_processes_than_there_is_work_for(monkeypatch):
    begun = []
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    monkeypatch.setattr(forked.Meanwhile, "_begin", lambda self, _: begun.append(self))
    forked.each(abs, range(forked.WORTH_A_PROCESS))
    assert 0 < len(begun) < 5


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_no_file_stays_open():
    def end_all():
        for each in multiprocessing.active_children():
            each.join(20)

    def count():
        end_all()  # and nobody has a process that has ended, which has files
        return len(os.listdir("/dev/fd"))

    forked.each(abs, range(100))
    before = count()
    for _ in range(20):
        forked.each(abs, range(100))
    assert count() <= before


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_who_was_killed_in_the_middle_of_an_answer_is_replaced_here(monkeypatch):
    def begin(_, file, __, ___):
        file.write(pickle.dumps("there")[:-1])
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    monkeypatch.setattr(forked, "_answer", begin)
    assert forked.Meanwhile(lambda: "here", worth=True).result() == "here"


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_a_process_that_may_have_no_others_does_all_itself(monkeypatch):
    monkeypatch.setitem(multiprocessing.current_process()._config, "daemon", True)
    own = os.getpid()
    assert forked.Meanwhile(os.getpid, worth=True).result() == own
    assert set(forked.each(lambda _: os.getpid(), range(forked.WORTH_A_PROCESS))) == {own}


@pytest.mark.skipif(not CAN_FORK, reason="processes are no copies here, or there is one core")
def test_an_interrupt_while_a_process_begins_comes_when_it_has(monkeypatch):
    fork, begun = os.fork, []

    def interrupted():
        signal.raise_signal(signal.SIGINT)  # of this thread: there may be others
        begun.append(fork())
        return begun[-1]

    monkeypatch.setattr(os, "fork", interrupted)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            forked.Meanwhile(os.getpid, worth=True)
    finally:
        signal.signal(signal.SIGINT, before)
    assert len(begun) == 1
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    for each in multiprocessing.active_children():
        each.join(20)
    assert multiprocessing.active_children() == []
