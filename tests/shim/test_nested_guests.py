"""What a nested run meets that is not its own: other tasks' classes, generators, greenlets."""

import asyncio
import contextlib
import gc
import io
import sys
import types
import weakref

import pytest

import asyncompat
from asyncompat.backports.introspection import PyTask

try:
    import contextvars
except ImportError:  # 3.6
    contextvars = None


def nested(coro, **kwargs):
    return asyncompat.run(coro, nested=True, **kwargs)


async def value(of, delay=0):
    await asyncompat.sleep(delay)
    return of


async def calls(coro):
    return nested(coro)


class TestTasksWrittenInPython:
    """Since 3.14 they note in a registry of their own which of them is the current one."""

    def test_go_on_beside_it(self, run):
        async def main():
            loop = asyncompat.get_running_loop()
            other = PyTask(value("other", 0.005), loop=loop)
            await asyncompat.sleep(0)
            caller = PyTask(calls(value("inner", 0.01)), loop=loop)
            return await asyncompat.gather(caller, other)

        assert run(main()) == ["inner", "other"]

    def test_are_what_it_makes(self, run):
        async def main():
            loop = asyncompat.get_running_loop()
            loop.set_task_factory(lambda loop, coro, **_: PyTask(coro, loop=loop))
            try:
                return await PyTask(calls(calls(value("inner", 0.001))), loop=loop)
            finally:
                loop.set_task_factory(None)

        assert run(main()) == "inner"

    def test_are_cancelled_with_it(self, run):
        async def main():
            loop = asyncompat.get_running_loop()
            caller = PyTask(calls(value("too late", 10)), loop=loop)
            loop.call_later(0.001, caller.cancel)
            with pytest.raises(asyncompat.CancelledError):
                await caller
            return "cancelled"

        assert run(main()) == "cancelled"

    def test_do_not_wait_for_themselves(self, run):
        async def caller():
            with pytest.raises(RuntimeError, match="would wait for itself"):
                nested(asyncompat.wait(made))

        made = []

        async def main():
            made.append(PyTask(caller(), loop=asyncompat.get_running_loop()))
            await made[0]

        run(main())


class TestAsynchronousGenerators:
    """They are the loop's: it finishes those that are let go of, whoever does."""

    @pytest.mark.skipif(sys.implementation.name == "pypy", reason="collects when it likes to")
    @pytest.mark.parametrize("is_its_own", [False, True])
    def test_are_finished(self, run, is_its_own):
        finished = []

        async def numbers():
            try:
                yield 1
                yield 2
            finally:
                await asyncompat.sleep(0.001)
                finished.append(True)

        async def first():
            generator = numbers()
            await generator.__anext__()
            return generator

        async def main():
            there = [] if is_its_own else [await first()]

            async def inner():
                if is_its_own:
                    there.append(await first())
                there.clear()
                gc.collect()

            nested(inner())
            await asyncompat.sleep(0.01)

        run(main())
        assert finished == [True]


def test_what_an_eager_task_has_made_in_its_first_step_ends_with_it(run):
    ended = []

    async def left():
        try:
            await asyncompat.sleep(10)
        finally:
            ended.append("left")

    async def inner():
        asyncompat.create_task(left())

    async def main():
        loop = asyncompat.get_running_loop()
        loop.set_task_factory(asyncompat.eager_task_factory)
        try:
            nested(inner())
        finally:
            loop.set_task_factory(None)
        ended.append("run")

    run(main())
    assert ended == ["left", "run"]


def test_a_caller_that_a_group_waits_for_cannot_wait_for_that(run):
    async def main():
        parent = asyncompat.current_task()

        async def inner():
            await asyncompat.wait([parent])

        async def child():
            with pytest.raises(RuntimeError, match="would wait for itself"):
                nested(inner())

        async with asyncompat.TaskGroup() as group:
            group.create_task(child())

    run(main())


@pytest.mark.skipif(contextvars is None, reason="tasks have contexts since 3.7")
@pytest.mark.skipif(sys.implementation.name == "pypy", reason="collects when it likes to")
def test_a_context_that_was_given_keeps_no_tasks(run):
    async def main():
        context = contextvars.copy_context()
        before = asyncompat.create_task(value(1, 0.001), context=context)
        with asyncompat.Runner(nested=True) as runner:
            copied = runner.run(copy(), context=context)
        await before
        return weakref.ref(before), copied

    async def copy():
        return contextvars.copy_context()

    before, copied = run(main())
    gc.collect()
    assert before() is None
    assert copied is not None


def test_what_is_refused_can_still_be_awaited(run):
    async def main():
        found = []
        for refuse in (asyncompat.run, asyncompat.Runner(nested=False).run):
            coro = value(1)
            with pytest.raises(RuntimeError):
                refuse(coro)
            found.append(await coro)
        return found

    assert run(main()) == [1, 1]


def test_under_the_patch_who_waits_is_cancelled_when_the_loop_ends(caplog):
    ended = []

    async def inner():
        try:
            await asyncompat.sleep(10)
        finally:
            ended.append("inner")

    async def waits():
        with asyncompat.patch_asyncio():
            asyncio.get_event_loop().run_until_complete(inner())

    async def main():
        left.append(asyncompat.create_task(waits()))
        await asyncompat.sleep(0.001)

    left = []
    asyncompat.run(main())
    assert ended == ["inner"]
    assert left[0].cancelled()
    assert not caplog.records


class TestGreenlets:
    """Another may go on, on the stack below, before what is run here has ended."""

    @pytest.fixture
    def _in_greenlet(self, monkeypatch):
        greenlet = types.ModuleType("greenlet")
        greenlet.getcurrent = lambda: types.SimpleNamespace(parent=object())
        monkeypatch.setitem(sys.modules, "greenlet", greenlet)

    @pytest.mark.usefixtures("_in_greenlet")
    def test_have_a_loop_in_a_thread(self, run):
        async def main():
            outer = asyncompat.get_running_loop()

            async def inner():
                return asyncompat.get_running_loop() is outer

            return nested(inner())

        assert run(main()) is False


def test_where_tells_what_nested_would_take(run):
    async def main():
        output = io.StringIO()
        asyncompat.where(file=output)
        return output.getvalue().splitlines()

    lines = run(main())
    refused = next(each for each in lines if each.startswith("run() takes"))
    assert "refused" in refused
    assert lines[-1].split("  ", 1)[0] == "nested=True takes"
    assert lines[-1].endswith("passes of the running loop")
    output = io.StringIO()
    with contextlib.redirect_stdout(output):
        asyncompat.where()
    assert "nested=True" not in output.getvalue()
