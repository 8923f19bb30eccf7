import asyncio
import logging
import signal

import pytest

import asyncompat


def in_a_foreign_task(coro):
    """Run a coroutine on the interpreter's loop, in a task that the loop makes."""
    loop = asyncio.new_event_loop()
    task = loop.create_task(coro)
    try:
        return loop.run_until_complete(task)
    finally:
        if task.done() and not task.cancelled():
            task.exception()  # 3.6 complains of a KeyboardInterrupt that nobody asked for
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


@pytest.fixture(params=["our task", "a foreign task"])
def run(request):
    """Run a coroutine in a task that asyncompat has made, or that the plain loop has made."""
    return asyncompat.run if request.param == "our task" else in_a_foreign_task


@pytest.fixture(autouse=True)
def ctrl_c_is_as_in_a_program():
    """A shell that starts the tests in the background has them ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True)
def nothing_is_logged(caplog):
    """What asyncio has to complain of it logs: a task destroyed, an exception never retrieved."""
    yield
    for when in ("setup", "call"):
        records = [r for r in caplog.get_records(when) if r.name == "asyncio"]
        complaints = [r.getMessage() for r in records if r.levelno >= logging.ERROR]
        assert not complaints, complaints
