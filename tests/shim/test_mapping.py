"""concurrent_map: so many at a time, and nothing left behind."""

import asyncio
import itertools

import pytest

import asyncompat
from asyncompat import concurrent_map


class Counted:
    """An async function that knows how many of its calls run."""

    def __init__(self, delay=0.001):
        self.delay = delay
        self.running = self.most = self.called = 0

    async def __call__(self, item):
        self.called += 1
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            await asyncompat.sleep(self.delay)
            return item * 2
        finally:
            self.running -= 1


async def collect(results):
    return [result async for result in results]


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_every_result_and_no_more_than_so_many_at_once(limit):
    work = Counted()
    results = asyncompat.run(collect(concurrent_map(work, range(20), limit=limit)))
    assert sorted(results) == [2 * n for n in range(20)]
    assert work.most <= limit
    assert work.running == 0


def test_as_they_come():
    async def work(delay):
        await asyncompat.sleep(delay)
        return delay

    delays = [0.03, 0.01, 0.02]
    assert asyncompat.run(collect(concurrent_map(work, delays, limit=3))) == sorted(delays)


def test_nothing_to_do():
    assert asyncompat.run(collect(concurrent_map(Counted(), [], limit=3))) == []


def test_asynchronous_items():
    async def items():
        for n in range(5):
            await asyncompat.sleep(0)
            yield n

    results = asyncompat.run(collect(concurrent_map(Counted(), items(), limit=2)))
    assert sorted(results) == [0, 2, 4, 6, 8]


def test_takes_no_more_items_than_it_has_room_for():
    taken = []

    def endless():
        for n in itertools.count():
            taken.append(n)
            yield n

    async def main():
        results = concurrent_map(Counted(), endless(), limit=3)
        got = []
        async for result in results:
            got.append(result)
            await asyncompat.sleep(0.01)  # the others finish, and wait to be taken
            assert len(taken) - len(got) <= 3
            if len(got) == 10:
                break
        await results.aclose()
        return got

    assert len(asyncompat.run(main())) == 10


def test_a_failure_comes_out_and_the_rest_is_cancelled():
    work = Counted(delay=10)

    async def main():
        async def fail(item):
            if item == 2:
                raise LookupError(item)
            return await work(item)

        with pytest.raises(LookupError):
            await collect(concurrent_map(fail, range(10), limit=4))
        return len(asyncompat.all_tasks())

    assert asyncompat.run(main()) == 1
    assert work.running == 0
    assert work.called < 9


def test_several_failures_at_once_and_nothing_is_reported():
    async def fail(item):
        raise LookupError(item)

    async def main():
        with pytest.raises(LookupError):
            await collect(concurrent_map(fail, range(10), limit=4))

    asyncompat.run(main())


def test_a_failing_iterable_comes_out_and_the_rest_is_cancelled():
    def items():
        yield 1
        raise LookupError

    work = Counted(delay=10)

    async def main():
        with pytest.raises(LookupError):
            await collect(concurrent_map(work, items(), limit=4))

    asyncompat.run(main())
    assert work.running == 0


def test_cancelled_it_cancels_what_it_runs():
    work = Counted(delay=10)

    async def main():
        task = asyncompat.create_task(collect(concurrent_map(work, range(10), limit=4)))
        await asyncompat.sleep(0.01)
        assert work.running == 4
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncompat.run(main())
    assert work.running == 0


@pytest.mark.parametrize(
    ("limit", "error"), [(0, ValueError), (-1, ValueError), (1.5, TypeError), (None, TypeError)]
)
def test_wrong_limits(limit, error):
    with pytest.raises(error, match="limit"):
        concurrent_map(Counted(), [], limit=limit)


def test_what_cannot_be_iterated_over():
    with pytest.raises(TypeError):
        concurrent_map(Counted(), 3, limit=1)
