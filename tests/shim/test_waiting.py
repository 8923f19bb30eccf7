import asyncio
import builtins
import gc
import inspect
import sys
import weakref

import pytest

import asyncompat


async def value_after(delay, value, events=None):
    if events is not None:
        events.append(value)
    await asyncompat.sleep(delay)
    return value


async def failing(delay=0):
    await asyncompat.sleep(delay)
    raise LookupError("lost")


async def forever():
    await asyncompat.get_running_loop().create_future()


class TestSleep:
    def test_returns_its_result(self):
        assert asyncompat.run(asyncompat.sleep(0, "result")) == "result"

    @pytest.mark.parametrize("delay", [0, -1, 0.001])
    def test_lets_others_run(self, delay):
        events = []

        async def main():
            asyncompat.get_running_loop().call_soon(events.append, "other")
            await asyncompat.sleep(delay)
            return list(events)

        assert asyncompat.run(main()) == ["other"]

    def test_refuses_what_is_not_a_number(self):
        with pytest.raises(ValueError, match="NaN"):
            asyncompat.run(asyncompat.sleep(float("nan")))

    def test_takes_no_loop(self):
        with pytest.raises(TypeError):
            asyncompat.sleep(0, loop=None)


class TestWait:
    def test_done_and_pending(self):
        async def main():
            quick = asyncompat.create_task(value_after(0, 1))
            slow = asyncompat.create_task(forever())
            done, pending = await asyncompat.wait(
                [quick, slow], return_when=asyncompat.FIRST_COMPLETED
            )
            assert (done, pending) == ({quick}, {slow})
            done, pending = await asyncompat.wait([slow], timeout=0.001)
            assert (done, pending) == (set(), {slow})
            assert not slow.cancelled()

        asyncompat.run(main())

    def test_first_exception(self):
        async def main():
            tasks = [asyncompat.create_task(failing()), asyncompat.create_task(forever())]
            done, _ = await asyncompat.wait(tasks, return_when=asyncompat.FIRST_EXCEPTION)
            assert done == {tasks[0]}
            assert isinstance(tasks[0].exception(), LookupError)

        asyncompat.run(main())

    def test_coroutines_start_in_their_order(self):
        events = []

        async def main():
            coroutines = [value_after(0, number, events) for number in range(50)]
            done, _ = await asyncompat.wait(coroutines)
            return {task.result() for task in done}

        assert asyncompat.run(main()) == set(range(50))
        assert events == list(range(50))

    def test_a_generator(self):
        async def main():
            done, _ = await asyncompat.wait(
                asyncompat.create_task(value_after(0, number)) for number in range(3)
            )
            return sorted(task.result() for task in done)

        assert asyncompat.run(main()) == [0, 1, 2]

    def test_the_same_task_twice_is_one(self):
        async def main():
            task = asyncompat.create_task(value_after(0, 1))
            return await asyncompat.wait([task, task])

        done, pending = asyncompat.run(main())
        assert (len(done), len(pending)) == (1, 0)

    def test_the_idiom_of_36(self):
        loop = asyncompat.get_event_loop()
        try:
            done, _ = loop.run_until_complete(asyncompat.wait([value_after(0, 1)]))
        finally:
            loop.close()
            asyncio.set_event_loop(None)
        assert [task.result() for task in done] == [1]

    def test_cancelling_the_wait_does_not_cancel_what_it_waits_for(self):
        async def main():
            task = asyncompat.create_task(forever())
            waiting = asyncompat.create_task(asyncompat.wait([task]))
            await asyncompat.sleep(0)
            waiting.cancel()
            with pytest.raises(asyncio.CancelledError):
                await waiting
            return task.done()

        assert asyncompat.run(main()) is False

    def test_refuses_a_single_coroutine_and_leaves_nothing_unawaited(self):
        with pytest.raises(TypeError, match="expects an iterable of awaitables, not coroutine"):
            asyncompat.run(asyncompat.wait(value_after(0, 1)))

    def test_refuses_nothing(self):
        with pytest.raises(ValueError, match="empty"):
            asyncompat.run(asyncompat.wait([]))

    def test_refuses_a_wrong_return_when_before_anything_runs(self):
        async def main():
            task = asyncompat.create_task(forever())
            with pytest.raises(ValueError, match="Invalid return_when"):
                await asyncompat.wait([task], return_when="SOMETIME")

        asyncompat.run(main())


class TestGather:
    def test_results_in_their_order(self):
        events = []

        async def main():
            slow, quick = value_after(0.01, "slow", events), value_after(0, "quick", events)
            return await asyncompat.gather(slow, quick)

        assert asyncompat.run(main()) == ["slow", "quick"]
        assert events == ["slow", "quick"]

    def test_nothing(self):
        async def main():
            return await asyncompat.gather()

        assert asyncompat.run(main()) == []

    def test_the_same_awaitable_twice_runs_once(self):
        events = []

        async def main():
            once = value_after(0, "once", events)
            gathering = asyncompat.gather(once, value_after(0, "other"), once)
            assert len(asyncompat.all_tasks()) == 3
            return await gathering

        assert asyncompat.run(main()) == ["once", "other", "once"]
        assert events == ["once"]

    def test_the_first_exception_is_raised_and_the_others_go_on(self):
        async def main():
            other = asyncompat.create_task(value_after(0.01, "done"))
            with pytest.raises(LookupError, match="lost"):
                await asyncompat.gather(failing(), other, failing(0.001))
            assert not other.done()
            return await other

        assert asyncompat.run(main()) == "done"

    def test_exceptions_as_results(self):
        async def main():
            cancelled = asyncompat.create_task(forever())
            gathering = asyncompat.gather(
                value_after(0, 1), failing(), cancelled, return_exceptions=True
            )
            await asyncompat.sleep(0)
            cancelled.cancel()
            return await gathering

        value, error, cancellation = asyncompat.run(main())
        assert value == 1
        assert isinstance(error, LookupError)
        assert isinstance(cancellation, asyncio.CancelledError)
        assert repr(cancellation).replace(",)", ")") == "CancelledError('')"

    @pytest.mark.parametrize("return_exceptions", [True, False])
    def test_cancelled_from_outside_it_cancels_all_and_is_cancelled(self, return_exceptions):
        async def main():
            tasks = [asyncompat.create_task(forever()) for _ in range(3)]

            async def gathering():
                await asyncompat.gather(*tasks, return_exceptions=return_exceptions)

            outer = asyncompat.create_task(gathering())
            await asyncompat.sleep(0)
            outer.cancel()
            with pytest.raises(asyncio.CancelledError):
                await outer
            return [task.cancelled() for task in tasks]

        assert asyncompat.run(main()) == [True, True, True]

    def test_a_child_that_is_cancelled_cancels_the_awaiting(self):
        async def main():
            child = asyncompat.create_task(forever())
            asyncompat.get_running_loop().call_soon(child.cancel)
            with pytest.raises(asyncio.CancelledError):
                await asyncompat.gather(child, value_after(0, 1))

        asyncompat.run(main())

    def test_cancel_when_done_does_nothing(self):
        async def main():
            gathering = asyncompat.gather(value_after(0, 1))
            await gathering
            return gathering.cancel(), gathering.result()

        assert asyncompat.run(main()) == (False, [1])

    def test_takes_no_loop(self):
        with pytest.raises(TypeError):
            asyncompat.gather(loop=None)


class TestAsCompleted:
    def test_for_gives_results_as_they_come(self):
        async def main():
            aws = [value_after(0.02, "slow"), value_after(0, "quick")]
            return [await each for each in asyncompat.as_completed(aws)]

        assert asyncompat.run(main()) == ["quick", "slow"]

    def test_for_raises_the_exception_of_the_one_that_failed(self):
        async def main():
            outcomes = []
            for each in asyncompat.as_completed([value_after(0.02, 1), failing()]):
                try:
                    outcomes.append(await each)
                except LookupError as error:
                    outcomes.append(str(error))
            return outcomes

        assert asyncompat.run(main()) == ["lost", 1]

    def test_async_for_gives_the_very_tasks(self):
        async def main():
            slow = asyncompat.create_task(value_after(0.02, "slow"))
            quick = asyncompat.create_task(value_after(0, "quick"))
            seen = []
            async for task in asyncompat.as_completed([slow, quick]):
                assert task.done()
                seen.append(task)
            return seen == [quick, slow]

        assert asyncompat.run(main()) is True

    def test_the_same_task_twice_comes_once(self):
        async def main():
            task = asyncompat.create_task(value_after(0, 1))
            return [await each for each in asyncompat.as_completed([task, task])]

        assert asyncompat.run(main()) == [1]

    def test_nothing(self):
        async def main():
            assert list(asyncompat.as_completed([])) == []
            async for _ in asyncompat.as_completed([]):
                raise AssertionError("nothing was given")

        asyncompat.run(main())

    @pytest.mark.parametrize("error", [asyncio.TimeoutError, builtins.TimeoutError])
    def test_timeout_is_caught_by_either_name(self, error):
        async def main():
            quick = asyncompat.create_task(value_after(0, "quick"))
            slow = asyncompat.create_task(forever())
            results = []
            with pytest.raises(error):
                for each in asyncompat.as_completed([quick, slow], timeout=0.01):
                    results.append(await each)
            assert results == ["quick"]
            with pytest.raises(error):
                async for each in asyncompat.as_completed([slow], timeout=0.01):
                    raise AssertionError(each)
            return slow.done()

        assert asyncompat.run(main()) is False

    def test_what_is_left_is_awaited_later(self):
        async def main():
            coroutines = list(asyncompat.as_completed([value_after(0.01, 2), value_after(0, 1)]))
            assert all(inspect.isawaitable(each) for each in coroutines)
            return await asyncompat.gather(*coroutines)

        assert asyncompat.run(main()) == [1, 2]

    @pytest.mark.skipif(sys.implementation.name == "pypy", reason="collects when it likes to")
    @pytest.mark.parametrize("timeout", [0, 3600])
    def test_is_not_held_when_it_is_over(self, timeout):
        async def main():
            slow = asyncompat.create_task(value_after(0.01, 1))
            iterator = asyncompat.as_completed([slow], timeout=timeout)
            try:
                async for _ in iterator:
                    pass
            except asyncio.TimeoutError:
                assert timeout == 0
            held = weakref.ref(iterator)
            del iterator
            gc.collect()
            return held()

        assert asyncompat.run(main()) is None

    @pytest.mark.parametrize("single", [True, False])
    def test_refuses_a_single_future(self, single):
        async def main():
            coro = value_after(0, 1)
            given = coro if single else asyncompat.ensure_future(coro)
            with pytest.raises(TypeError, match="expects an iterable of awaitables, not"):
                asyncompat.as_completed(given)
            if single:
                coro.close()

        asyncompat.run(main())
