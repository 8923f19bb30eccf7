"""timeout, timeout_at, wait_for: what is too long, and who wanted it to end."""

import asyncio
import contextlib

import pytest

import asyncompat
from asyncompat import cancelling, current_task, timeout, timeout_at, wait_for


async def forever():
    await asyncompat.get_running_loop().create_future()


def test_in_time(run):
    async def main():
        async with timeout(10) as limit:
            await asyncompat.sleep(0)
        return limit.expired(), limit.when() > asyncompat.get_running_loop().time()

    assert run(main()) == (False, True)


@pytest.mark.parametrize("delay", [0, -1])
def test_no_time_at_all(run, delay):
    async def main():
        with pytest.raises(asyncio.TimeoutError):
            async with timeout(delay):
                await asyncompat.sleep(10)

    run(main())


def test_no_limit(run):
    async def main():
        async with timeout(None) as limit, timeout_at(None):
            await asyncompat.sleep(0.001)
        return limit.when()

    assert run(main()) is None


def test_rescheduled(run):
    async def main():
        loop = asyncompat.get_running_loop()
        async with timeout(0.001) as limit:
            limit.reschedule(None)
            await asyncompat.sleep(0.01)
            limit.reschedule(loop.time() + 10)
        with pytest.raises(asyncio.TimeoutError):
            async with timeout_at(loop.time() + 10) as limit:
                limit.reschedule(loop.time() - 1)
                await forever()

    run(main())


def test_nested_the_inner_one_first(run):
    async def main():
        async with timeout(10) as outer:
            with pytest.raises(asyncio.TimeoutError):
                async with timeout(0.001) as inner:
                    await forever()
        return inner.expired(), outer.expired()

    assert run(main()) == (True, False)


def test_nested_the_outer_one_first(run):
    async def main():
        with pytest.raises(asyncio.TimeoutError):
            async with timeout(0.001) as outer, timeout(10) as inner:
                await forever()
        return inner.expired(), outer.expired()

    assert run(main()) == (False, True)


def test_nested_both_at_once(run):
    async def main():
        with pytest.raises(asyncio.TimeoutError):
            async with timeout(0.001), timeout(0.001):
                await forever()
        await asyncompat.sleep(0)
        return cancelling(current_task())

    assert run(main()) == 0


def test_cancelled_from_outside_it_is_cancelled(run):
    async def body():
        async with timeout(10):
            await forever()

    async def main():
        task = asyncompat.create_task(body())
        await asyncompat.sleep(0)
        task.cancel()
        await asyncompat.wait([task])
        return task.cancelled()

    assert run(main())


@pytest.mark.parametrize("first", ["outside", "deadline"])
@pytest.mark.parametrize("make", ["ours", "plain"])
def test_cancelled_from_outside_in_the_same_moment(first, make):
    async def body():
        async with timeout(None) as limit:
            limits.append(limit)
            await forever()

    limits = []

    async def main():
        loop = asyncompat.get_running_loop()
        task = asyncompat.create_task(body()) if make == "ours" else loop.create_task(body())
        await asyncompat.sleep(0)
        expire = lambda: limits[0].reschedule(0)  # noqa: E731 - calls back in the next round
        if first == "outside":
            expire()
            task.cancel()
        else:
            expire()
            loop.call_soon(task.cancel)
        await asyncompat.wait([task])
        return task.cancelled()

    loop = asyncio.new_event_loop()
    try:
        assert loop.run_until_complete(main())
    finally:
        loop.close()


def test_another_exception_has_the_timeout_among_its_contexts(run):
    async def main():
        with pytest.raises(LookupError) as caught:
            async with timeout(0.001):
                try:
                    await forever()
                finally:
                    raise LookupError
        return caught.value.__context__

    context = run(main())
    assert isinstance(context, asyncio.TimeoutError)
    assert isinstance(context.__cause__, asyncio.CancelledError)


def test_what_was_being_handled_stays_in_the_contexts(run):
    async def main():
        with pytest.raises(asyncio.TimeoutError) as caught:
            async with timeout(0.001):
                try:
                    raise LookupError
                except LookupError:
                    await forever()
        return caught.value.__cause__.__context__

    assert isinstance(run(main()), LookupError)


def test_swallowed_by_the_block_it_is_not_raised(run):
    async def main():
        async with timeout(0.001) as limit:
            with contextlib.suppress(asyncio.CancelledError):
                await forever()
        return limit.expired(), cancelling(current_task())

    assert run(main()) == (True, 0)


class TestWrongUse:
    def test_outside_of_a_loop(self):
        with pytest.raises(RuntimeError, match="no running event loop"):
            timeout(1)

    def test_entered_twice(self, run):
        async def main():
            async with timeout(1) as limit:
                with pytest.raises(RuntimeError, match="already been entered"):
                    await limit.__aenter__()

        run(main())

    def test_rescheduled_too_early_or_too_late(self, run):
        async def main():
            limit = timeout(1)
            with pytest.raises(RuntimeError, match="has not been entered"):
                limit.reschedule(None)
            async with limit:
                pass
            with pytest.raises(RuntimeError, match="finished Timeout"):
                limit.reschedule(None)

        run(main())

    def test_left_before_it_was_entered(self, run):
        async def main():
            with pytest.raises(AssertionError):
                await timeout(1).__aexit__(None, None, None)

        run(main())


def test_repr_says_how_it_is(run):
    async def main():
        texts = [repr(timeout(None))]
        async with timeout(None) as limit:
            texts.append(repr(limit))
        texts.append(repr(limit))
        return texts

    assert run(main()) == [
        "<Timeout [created]>",
        "<Timeout [active] when=None>",
        "<Timeout [finished]>",
    ]


class TestWaitFor:
    def test_in_time(self, run):
        async def main():
            return await wait_for(asyncompat.sleep(0, "result"), 10)

        assert run(main()) == "result"

    def test_without_limit(self, run):
        async def main():
            return await wait_for(asyncompat.sleep(0, "result"), None)

        assert run(main()) == "result"

    def test_too_long(self, run):
        async def main():
            task = asyncompat.create_task(forever())
            with pytest.raises(asyncio.TimeoutError):
                await wait_for(task, 0.001)
            return task.cancelled()

        assert run(main())

    def test_no_time_never_starts_a_coroutine(self, run):
        started = []

        async def start():
            started.append(True)

        async def main():
            with pytest.raises(asyncio.TimeoutError):
                await wait_for(start(), 0)

        run(main())
        assert not started

    def test_no_time_is_enough_for_what_is_done(self, run):
        async def main():
            task = asyncompat.create_task(asyncompat.sleep(0, "result"))
            await task
            return await wait_for(task, 0)

        assert run(main()) == "result"

    def test_cancelled_it_cancels_what_it_waits_for(self, run):
        async def main():
            inner = asyncompat.create_task(forever())
            outer = asyncompat.create_task(wait_for(inner, 10))
            await asyncompat.sleep(0)
            outer.cancel()
            await asyncompat.wait([outer])
            return outer.cancelled(), inner.cancelled()

        assert run(main()) == (True, True)

    def test_no_cancellation_is_lost_to_a_result_in_the_same_moment(self, run):
        async def main():
            future = asyncompat.get_running_loop().create_future()
            outer = asyncompat.create_task(wait_for(future, 10))
            await asyncompat.sleep(0)
            future.set_result(None)
            outer.cancel()
            await asyncompat.wait([outer])
            return outer.cancelled()

        assert run(main())
