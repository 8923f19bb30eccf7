"""TaskGroup: what comes out of it, and whose cancellation is whose."""

import asyncio
import contextlib
import gc
import sys
import weakref

import pytest

import asyncompat
from asyncompat import BaseExceptionGroup, ExceptionGroup, TaskGroup, cancelling, current_task


async def nothing():
    return None


async def forever():
    await asyncompat.get_running_loop().create_future()


async def failing(error, delay=0):
    await asyncompat.sleep(delay)
    raise error


async def errors_of(group_body):
    """Run an async function that is expected to end with a group; return what is in it."""
    try:
        await group_body()
    except BaseExceptionGroup as group:
        return [repr(error) for error in group.exceptions]
    return None


def test_waits_for_its_tasks(run):
    async def main():
        async with TaskGroup() as group:
            tasks = [group.create_task(asyncompat.sleep(0.001, n)) for n in range(3)]
        return [task.result() for task in tasks]

    assert run(main()) == [0, 1, 2]


def test_a_failing_task_stops_the_others_and_the_block(run):
    async def main():
        tasks = []

        async def body():
            async with TaskGroup() as group:
                tasks.append(group.create_task(forever()))
                group.create_task(failing(ValueError(1)))
                await forever()

        errors = await errors_of(body)
        return errors, [task.cancelled() for task in tasks], cancelling(current_task())

    assert run(main()) == ([repr(ValueError(1))], [True], 0)


def test_a_failing_block_stops_the_tasks(run):
    async def main():
        async def body():
            async with TaskGroup() as group:
                group.create_task(forever())
                raise ValueError(2)

        return await errors_of(body)

    assert run(main()) == [repr(ValueError(2))]


def test_errors_while_stopping_come_out_too(run):
    async def stubborn():
        try:
            await forever()
        finally:
            raise LookupError(3)

    async def main():
        async def body():
            async with TaskGroup() as group:
                group.create_task(stubborn())
                await asyncompat.sleep(0)
                raise ValueError(4)

        return await errors_of(body)

    assert run(main()) == [repr(LookupError(3)), repr(ValueError(4))]


@pytest.mark.parametrize("error", [KeyboardInterrupt, SystemExit])
def test_an_interrupt_comes_out_as_it_is(run, error):
    async def main():
        async with TaskGroup() as group:
            group.create_task(forever())
            await asyncompat.sleep(0)
            raise error

    with pytest.raises(error):
        run(main())


def test_cancelled_from_outside_it_is_cancelled(run):
    async def body():
        async with TaskGroup() as group:
            group.create_task(forever())
            await forever()

    async def main():
        task = asyncompat.create_task(body())
        await asyncompat.sleep(0)
        task.cancel()
        await asyncompat.wait([task])
        return task.cancelled()

    assert run(main())


def test_cancelled_while_it_waits_for_its_tasks(run):
    async def body():
        async with TaskGroup() as group:
            group.create_task(forever())

    async def main():
        task = asyncompat.create_task(body())
        await asyncompat.sleep(0.001)
        task.cancel()
        await asyncompat.wait([task])
        return task.cancelled()

    assert run(main())


def test_failed_and_cancelled_it_fails_and_the_cancellation_comes_next(run):
    events = []

    async def body():
        async def fail():
            try:
                await forever()
            finally:
                raise ValueError(5)

        async def group_body():
            async with TaskGroup() as group:
                group.create_task(fail())
                await forever()

        events.append(await errors_of(group_body))
        await asyncompat.sleep(1)
        events.append("not cancelled")

    async def main():
        task = asyncompat.create_task(body())
        await asyncompat.sleep(0.001)
        task.cancel()
        await asyncompat.wait([task])
        return task.cancelled()

    assert run(main())
    assert events == [[repr(ValueError(5))]]


def test_nested_groups_that_both_fail(run):
    async def main():
        inner_errors = []

        async def outer():
            async with TaskGroup() as outer_group:

                async def inner():
                    async with TaskGroup() as inner_group:
                        inner_group.create_task(failing(RuntimeError(6)))
                        outer_group.create_task(failing(ValueError(7)))

                inner_errors.extend(await errors_of(inner))
            inner_errors.append("left")

        outer_errors = await errors_of(outer)
        await asyncompat.sleep(0)  # nothing is left to be delivered
        return inner_errors, outer_errors, cancelling(current_task())

    assert run(main()) == ([repr(RuntimeError(6))], [repr(ValueError(7))], 0)


def test_a_cancellation_that_was_taken_back_is_not_delivered(run):
    async def main():
        async with TaskGroup() as group:
            group.cancel()
        await asyncompat.sleep(0)
        return cancelling(current_task())

    assert run(main()) == 0


class TestCancel:
    def test_stops_the_tasks_and_the_block(self, run):
        async def main():
            async with TaskGroup() as group:
                task = group.create_task(forever())
                asyncompat.get_running_loop().call_later(0.001, group.cancel)
                await forever()
            return task.cancelled(), cancelling(current_task())

        assert run(main()) == (True, 0)

    def test_before_the_block_is_entered(self, run):
        async def main():
            group = TaskGroup()
            group.cancel()
            reached = []
            async with group:
                await asyncompat.sleep(0)
                reached.append("after the first wait")
            return reached

        assert run(main()) == []

    def test_after_the_end_and_twice(self, run):
        async def main():
            async with TaskGroup() as group:
                group.cancel()
                group.cancel()
            group.cancel()
            await asyncompat.sleep(0)

        run(main())

    def test_from_a_task_that_starts_eagerly(self, run):
        async def main():
            async with TaskGroup() as group:

                async def stop():
                    group.cancel()
                    await forever()

                task = group.create_task(stop(), eager_start=True)
            return task.cancelled()

        assert run(main())

    def test_what_fails_meanwhile_comes_out(self, run):
        async def stubborn():
            try:
                await forever()
            finally:
                raise LookupError(8)

        async def main():
            async def body():
                async with TaskGroup() as group:
                    group.create_task(stubborn())
                    await asyncompat.sleep(0)
                    group.cancel()

            return await errors_of(body)

        assert run(main()) == [repr(LookupError(8))]

    def test_leaves_a_cancellation_from_outside(self, run):
        async def body():
            async with TaskGroup() as group:
                group.cancel()
                current_task().cancel()

        async def main():
            with pytest.raises(asyncio.CancelledError):
                await asyncompat.create_task(body())

        run(main())


class TestWrongUse:
    def test_tasks_before_it_is_entered(self):
        with pytest.raises(RuntimeError, match="has not been entered"):
            TaskGroup().create_task(nothing())

    def test_tasks_after_its_end(self, run):
        async def main():
            async with TaskGroup() as group:
                pass
            with pytest.raises(RuntimeError, match="is finished"):
                group.create_task(nothing())

        run(main())

    def test_tasks_while_it_stops(self, run):
        async def main():
            async with TaskGroup() as group:
                group.create_task(forever())
                group.cancel()
                with pytest.raises(RuntimeError, match="is shutting down"):
                    group.create_task(nothing())

        run(main())

    def test_entered_twice(self, run):
        async def main():
            group = TaskGroup()
            async with group:
                with pytest.raises(RuntimeError, match="has already been entered"):
                    await group.__aenter__()

        run(main())

    def test_entered_outside_of_a_task(self):
        async def enter():
            await TaskGroup().__aenter__()

        async def main():
            loop = asyncompat.get_running_loop()
            result = loop.create_future()

            def without_a_task():
                coro = enter()
                try:
                    coro.send(None)
                except RuntimeError as error:
                    result.set_result(str(error))

            loop.call_soon(without_a_task)
            return await result

        assert "cannot determine the parent task" in asyncompat.run(main())

    def test_what_is_no_coroutine(self, run):
        async def main():
            async with TaskGroup() as group:
                with pytest.raises(TypeError, match="coroutine"):
                    group.create_task(nothing)

        run(main())

    def test_left_before_it_was_entered(self, run):
        async def main():
            with pytest.raises(RuntimeError, match="has not been entered"):
                await TaskGroup().__aexit__(None, None, None)

        if TaskGroup is getattr(asyncio, "TaskGroup", None):
            pytest.skip("the interpreter's own says nothing")
        run(main())


def test_names_contexts_and_eager_starts_are_passed_on(run):
    async def main():
        async with TaskGroup() as group:
            eager = group.create_task(nothing(), name="eager", eager_start=True)
            done_at_once = eager.done()
            named = group.create_task(nothing(), name="named")
        return done_at_once, asyncompat.task_name(eager), asyncompat.task_name(named)

    assert run(main()) == (True, "eager", "named")


def test_repr_says_how_it_is(run):
    async def main():
        texts = [repr(TaskGroup())]
        async with TaskGroup() as group:
            texts.append(repr(group))
            group.create_task(nothing())
            texts.append(repr(group))
        return texts

    assert run(main()) == ["<TaskGroup>", "<TaskGroup entered>", "<TaskGroup tasks=1 entered>"]


def test_a_timeout_inside_and_outside(run):
    async def main():
        async with asyncompat.timeout(10), TaskGroup() as group:
            group.create_task(nothing())
            with pytest.raises(asyncio.TimeoutError):
                async with asyncompat.timeout(0.001):
                    await forever()
            await asyncompat.sleep(0)
        with pytest.raises(asyncio.TimeoutError):
            async with asyncompat.timeout(0.001), TaskGroup() as group:
                group.create_task(forever())
        await asyncompat.sleep(0)
        return cancelling(current_task())

    assert run(main()) == 0


@pytest.mark.skipif(sys.implementation.name == "pypy", reason="collects when it likes to")
def test_nothing_is_kept_alive_by_a_failed_group():
    class Thing:
        pass

    async def main():
        async def body():
            thing = Thing()
            refs.append(weakref.ref(thing))
            async with TaskGroup():
                raise ValueError(thing)

        with contextlib.suppress(ExceptionGroup):
            await body()
        gc.collect()
        return [ref() for ref in refs]

    refs = []
    assert asyncompat.run(main()) == [None]
