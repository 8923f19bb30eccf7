"""Every primitive with many tasks that are cancelled at any point: nothing is lost, nothing leaks.

Hypothesis draws the schedules, in asyncio's debug mode and with warnings as errors. By default they
are small ones, for every run; ``tox -e stress-py310`` and the like run ten thousand tasks each.
"""

import asyncio
import contextlib
import gc
import logging
import os
import random
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import asyncompat

TASKS = int(os.environ.get("ASYNCOMPAT_STRESS_TASKS", "100"))
EXAMPLES = int(os.environ.get("ASYNCOMPAT_STRESS_EXAMPLES", "5"))
RUNS = int(os.environ.get("ASYNCOMPAT_STRESS_RUNS", "50"))

schedules = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


class Schedule:
    """When which task starts, pauses and is cancelled, in passes of the loop."""

    def __init__(self, seed, tasks, share_cancelled, passes):
        self.random = random.Random(seed)
        self.tasks = tasks
        self.share_cancelled = share_cancelled
        self.passes = passes
        self.patience = 0.03 + tasks / 20000  # seconds until somebody gives up who may have to

    async def pause(self):
        for _ in range(self.random.randrange(self.passes)):
            await asyncompat.sleep(0)

    async def run(self, work):
        """Start the tasks, cancel some at random points, and wait for all; return their results."""
        tasks = []
        for number in range(self.tasks):
            tasks.append(asyncompat.create_task(work(number)))
            if self.random.random() < 0.1:
                await asyncompat.sleep(0)
        victims = [task for task in tasks if self.random.random() < self.share_cancelled]
        if self.random.random() < 0.5:
            self.random.shuffle(victims)
        for task in victims:
            task.cancel()
            if self.random.random() < 0.3:
                await asyncompat.sleep(0)
        results = await asyncompat.wait_for(asyncompat.gather(*tasks, return_exceptions=True), 60)
        wrong = [each for each in results if _is_wrong(each)]
        assert not wrong, wrong[:3]
        return results


def _is_wrong(result):
    return isinstance(result, BaseException) and not isinstance(result, asyncio.CancelledError)


async def locks(schedule):
    lock, inside = asyncompat.Lock(), []

    async def work(number):
        async with lock:
            inside.append(number)
            assert inside == [number]
            try:
                await schedule.pause()
            finally:
                inside.pop()

    await schedule.run(work)
    assert not lock.locked()


async def semaphores(schedule):
    semaphore, inside = asyncompat.BoundedSemaphore(3), []

    async def work(number):
        async with semaphore:
            inside.append(number)
            assert len(inside) <= 3
            try:
                await schedule.pause()
            finally:
                inside.remove(number)

    await schedule.run(work)
    for _ in range(3):
        assert not semaphore.locked()
        await semaphore.acquire()
    assert semaphore.locked()


async def events(schedule):
    event = asyncompat.Event()

    async def work(number):
        if number == schedule.tasks // 2:
            event.set()
        await event.wait()

    asyncompat.get_running_loop().call_later(0.01, event.set)  # should that one be cancelled
    await schedule.run(work)


async def conditions(schedule):
    condition, tokens, waiting = asyncompat.Condition(), [], set()

    async def add_token():
        tokens.append(None)
        condition.notify()

    async def work(number):
        if number % 2:
            await schedule.pause()
            async with condition:
                await add_token()
        else:
            waiting.add(number)
            try:
                async with condition:
                    await condition.wait_for(lambda: tokens)
                    tokens.pop()
            finally:
                waiting.remove(number)

    async def top_up():
        # One token for each that waits, and one notification for each token: were one of these
        # lost to a task that is cancelled, another would wait for ever.
        while True:
            async with condition:
                if len(tokens) < len(waiting):
                    await add_token()
            await asyncompat.sleep(0)

    helper = asyncompat.create_task(top_up())
    await schedule.run(work)
    helper.cancel()
    await asyncompat.wait([helper])
    assert not condition.locked()


async def barriers(schedule):
    barrier = asyncompat.Barrier(2)

    async def work(number):
        await schedule.pause()
        with contextlib.suppress(asyncio.TimeoutError):  # the other one was cancelled
            await asyncompat.wait_for(barrier.wait(), schedule.patience)

    await schedule.run(work)
    assert barrier.n_waiting == 0
    assert not barrier.broken


async def queues(schedule):
    queue, put, got = asyncompat.Queue(5), [], []

    async def work(number):
        if number % 2:
            await queue.put(number)
            put.append(number)
        else:
            got.append(await asyncompat.wait_for(queue.get(), schedule.patience))

    async def guarded(number):
        try:
            async with asyncompat.timeout(2 * schedule.patience):
                await work(number)
        except asyncio.TimeoutError:
            pass  # the others were cancelled

    await schedule.run(guarded)
    left = [queue.get_nowait() for _ in range(queue.qsize())]
    # An item may be lost only with the one that got it and was cancelled in the same moment.
    assert sorted(set(got + left)) == sorted(got + left)
    assert set(got) <= set(put)
    queue.shutdown()


async def timeouts(schedule):
    counts = []

    async def work(number):
        try:
            outer = asyncompat.timeout(schedule.random.choice([0, 0.001, 0.01, None]))
            inner = asyncompat.timeout(schedule.random.choice([0, 0.001, 0.01]))
            async with outer, inner:
                await schedule.pause()
                await asyncompat.get_running_loop().create_future()
        except asyncio.TimeoutError:
            counts.append(asyncompat.cancelling(asyncompat.current_task()))

    await schedule.run(work)
    # One that is cancelled after its timeout was noted may still say so.
    assert set(counts) <= {0, 1}


async def groups(schedule):
    children = []

    async def child():
        await schedule.pause()
        if schedule.random.random() < 0.1:
            raise LookupError

    async def work(number):
        try:
            limit = asyncompat.timeout(schedule.random.choice([0.001, 5]))
            async with limit, asyncompat.TaskGroup() as group:
                for _ in range(3):
                    eager = schedule.random.random() < 0.3
                    children.append(group.create_task(child(), eager_start=eager))
                await schedule.pause()
                if schedule.random.random() < 0.1:
                    group.cancel()
                    await schedule.pause()
        except asyncompat.ExceptionGroup as errors:
            others = errors.split(LookupError)[1]
            if others is not None:
                raise
        except (asyncio.TimeoutError, RuntimeError):
            pass  # RuntimeError: an eager child has stopped the group before the next was made

    await schedule.run(work)
    assert all(task.done() for task in children)


async def waits(schedule):
    async def inner():
        await schedule.pause()
        return 1

    async def work(number):
        choice = schedule.random.randrange(4)
        if choice == 0:
            assert await asyncompat.wait_for(inner(), 5) == 1
        elif choice == 1:
            assert await asyncompat.shield(inner()) == 1
        elif choice == 2:
            assert await asyncompat.gather(inner(), inner()) == [1, 1]
        else:
            async for future in asyncompat.as_completed([inner(), inner()]):
                assert future.result() == 1

    await schedule.run(work)


async def maps(schedule):
    running = []

    async def call(item):
        running.append(item)
        try:
            await schedule.pause()
        finally:
            running.remove(item)
        return item

    async def work(number):
        total = 0
        async for _ in asyncompat.concurrent_map(call, range(5), limit=2):
            total += 1
        assert total == 5

    await schedule.run(work)
    for _ in range(100):
        if not running:
            break
        await asyncompat.sleep(0)
    assert not running


SCENARIOS = [
    locks,
    semaphores,
    events,
    conditions,
    barriers,
    queues,
    timeouts,
    groups,
    waits,
    maps,
]


@pytest.fixture(autouse=True)
def nothing_is_logged():
    """What asyncio complains of it logs: a task destroyed, an exception never retrieved."""
    complaints = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: complaints.append(record.getMessage())
    logger = logging.getLogger("asyncio")
    logger.addHandler(handler)
    yield
    gc.collect()
    logger.removeHandler(handler)
    assert not complaints, complaints[:3]


def run(scenario, schedule, debug=True):
    async def main():
        await scenario(schedule)

    asyncompat.run(main(), debug=debug)


@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
@schedules
@given(
    seed=st.integers(0, 2**32 - 1),
    share_cancelled=st.sampled_from([0, 0.1, 0.5, 1]),
    passes=st.integers(1, 5),
)
def test_nothing_is_lost(scenario, seed, share_cancelled, passes):
    run(scenario, Schedule(seed, TASKS, share_cancelled, passes), debug=TASKS < 1000)


@pytest.mark.skipif(sys.implementation.name != "cpython", reason="counts what CPython counts")
@pytest.mark.parametrize("scenario", SCENARIOS, ids=lambda scenario: scenario.__name__)
def test_nothing_leaks(scenario):
    kinds = ("asyncompat", "asyncio", "_asyncio")

    def objects():
        gc.collect()
        return sum(type(each).__module__.split(".")[0] in kinds for each in gc.get_objects())

    run(scenario, Schedule(0, 5, 0.5, 3))
    before = objects()
    for seed in range(RUNS):
        run(scenario, Schedule(seed, 5, 0.5, 3), debug=False)
    assert objects() <= before + 5
