"""Locks, conditions, semaphores, events, barriers: in their turn, whoever is cancelled."""

import asyncio

import pytest

import asyncompat
from asyncompat import Barrier, BoundedSemaphore, Condition, Event, Lock, Semaphore

MAKERS = {
    "Lock": Lock,
    "Condition": Condition,
    "Semaphore": Semaphore,
    "BoundedSemaphore": BoundedSemaphore,
}


async def in_turn(lock, events, name):
    async with lock:
        events.append(name)
        await asyncompat.sleep(0)


@pytest.mark.parametrize("make", sorted(MAKERS))
def test_made_where_no_loop_runs_it_is_the_loops_that_uses_it(make):
    lock = MAKERS[make]()
    events = []

    async def main():
        async with asyncompat.TaskGroup() as group:
            for name in "abc":
                group.create_task(in_turn(lock, events, name))

    asyncompat.run(main())
    assert events == ["a", "b", "c"]
    assert not lock.locked()


@pytest.mark.parametrize("make", sorted(MAKERS))
def test_belongs_to_one_loop(make):
    lock = MAKERS[make]()

    async def main():
        async with asyncompat.TaskGroup() as group:
            for name in "ab":
                group.create_task(in_turn(lock, [], name))

    asyncompat.run(main())

    async def other():
        async with lock:
            with pytest.raises(RuntimeError, match="bound to a different event loop"):
                await lock.acquire()

    asyncompat.run(other())


@pytest.mark.parametrize("make", sorted(MAKERS))
def test_a_cancelled_waiter_does_not_keep_the_turn(make):
    lock = MAKERS[make]()

    async def main():
        events = []
        await lock.acquire()
        first = asyncompat.create_task(in_turn(lock, events, "first"))
        second = asyncompat.create_task(in_turn(lock, events, "second"))
        await asyncompat.sleep(0)
        lock.release()  # the first one's turn, which is cancelled in the same moment
        first.cancel()
        await asyncompat.wait([first, second], timeout=5)
        return events

    assert asyncompat.run(main()) == ["second"]


class TestLock:
    def test_released_too_often(self):
        with pytest.raises(RuntimeError, match="not acquired"):
            Lock().release()

    def test_repr_says_how_it_is(self):
        async def main():
            lock = Lock()
            texts = [repr(lock)]
            async with lock:
                task = asyncompat.create_task(lock.acquire())
                await asyncompat.sleep(0)
                texts.append(repr(lock))
            await task
            return texts

        unlocked, locked = asyncompat.run(main())
        assert unlocked.endswith("[unlocked]>")
        assert locked.endswith("[locked, waiters:1]>")

    def test_no_jumping_the_queue(self):
        async def main():
            lock, events = Lock(), []
            await lock.acquire()
            waiting = asyncompat.create_task(in_turn(lock, events, "waited"))
            await asyncompat.sleep(0)
            lock.release()
            jumping = asyncompat.create_task(in_turn(lock, events, "came later"))
            await asyncompat.gather(waiting, jumping)
            return events

        assert asyncompat.run(main()) == ["waited", "came later"]


class TestEvent:
    def test_made_where_no_loop_runs(self):
        event = Event()

        async def main():
            task = asyncompat.create_task(event.wait())
            await asyncompat.sleep(0)
            assert not task.done()
            assert not event.is_set()
            event.set()
            return await task, await event.wait()

        assert asyncompat.run(main()) == (True, True)

    def test_cleared(self):
        event = Event()
        event.set()
        event.clear()
        assert not event.is_set()
        assert repr(event).endswith("[unset]>")


class TestCondition:
    def test_notified(self):
        async def main():
            condition, events = Condition(), []

            async def wait(name):
                async with condition:
                    await condition.wait()
                    events.append(name)

            tasks = [asyncompat.create_task(wait(name)) for name in "abc"]
            await asyncompat.sleep(0)
            async with condition:
                condition.notify()
            await asyncompat.sleep(0.001)
            assert events == ["a"]
            async with condition:
                condition.notify_all()
            await asyncompat.gather(*tasks)
            return events

        assert asyncompat.run(main()) == ["a", "b", "c"]

    def test_waits_for_a_predicate(self):
        async def main():
            condition, values = Condition(), []

            async def wait():
                async with condition:
                    return await condition.wait_for(lambda: sum(values) > 2 and "enough")

            task = asyncompat.create_task(wait())
            for value in (1, 2):
                await asyncompat.sleep(0)
                async with condition:
                    values.append(value)
                    condition.notify()
            return await task

        assert asyncompat.run(main()) == "enough"

    def test_a_cancelled_waiter_holds_the_lock_and_passes_the_notification_on(self):
        async def main():
            condition, held = Condition(), []

            async def wait():
                async with condition:
                    try:
                        await condition.wait()
                    finally:
                        held.append(condition.locked())

            first, second = (asyncompat.create_task(wait()) for _ in range(2))
            await asyncompat.sleep(0)
            async with condition:
                condition.notify()
                first.cancel()
            await asyncompat.wait([first, second], timeout=5)
            return held, first.cancelled(), second.done()

        assert asyncompat.run(main()) == ([True, True], True, True)

    @pytest.mark.parametrize("what", ["notify", "notify_all"])
    def test_notified_without_the_lock(self, what):
        with pytest.raises(RuntimeError, match="un-acquired lock"):
            getattr(Condition(), what)()

    def test_waited_for_without_the_lock(self):
        with pytest.raises(RuntimeError, match="un-acquired lock"):
            asyncompat.run(Condition().wait())

    def test_with_another_lock(self):
        async def main():
            lock = Lock()
            condition = Condition(lock)
            async with condition:
                return lock.locked()

        assert asyncompat.run(main())


class TestSemaphore:
    def test_so_many_at_once(self):
        async def main():
            semaphore, running, most = Semaphore(3), [], []

            async def work():
                async with semaphore:
                    running.append(None)
                    most.append(len(running))
                    await asyncompat.sleep(0.001)
                    running.pop()

            await asyncompat.gather(*[work() for _ in range(10)])
            return max(most)

        assert asyncompat.run(main()) == 3

    @pytest.mark.parametrize("make", [Semaphore, BoundedSemaphore])
    def test_negative(self, make):
        with pytest.raises(ValueError, match=">= 0"):
            make(-1)

    def test_given_back_too_often(self):
        with pytest.raises(ValueError, match="too many times"):
            BoundedSemaphore(1).release()

    def test_several_released_at_once_wake_several(self):
        async def main():
            semaphore = Semaphore(0)
            tasks = [asyncompat.create_task(semaphore.acquire()) for _ in range(3)]
            await asyncompat.sleep(0)
            semaphore.release()
            semaphore.release()
            done, pending = await asyncompat.wait(tasks, timeout=0.01)
            semaphore.release()
            await asyncompat.wait(pending)
            return len(done), semaphore.locked()

        assert asyncompat.run(main()) == (2, True)


class TestBarrier:
    def test_all_go_on_together_with_a_number_each(self):
        async def main():
            barrier = Barrier(3)

            async def wait():
                async with barrier as position:
                    return position

            tasks = [asyncompat.create_task(wait()) for _ in range(6)]
            positions = await asyncompat.gather(*tasks)
            return sorted(positions), barrier.n_waiting, barrier.broken, barrier.parties

        assert asyncompat.run(main()) == ([0, 0, 1, 1, 2, 2], 0, False, 3)

    @pytest.mark.parametrize(("what", "broken"), [("reset", False), ("abort", True)])
    def test_those_that_wait_are_told(self, what, broken):
        async def main():
            barrier = Barrier(2)
            task = asyncompat.create_task(barrier.wait())
            await asyncompat.sleep(0)
            assert barrier.n_waiting == 1
            await getattr(barrier, what)()
            with pytest.raises(asyncompat.BrokenBarrierError):
                await task
            return barrier.broken

        assert asyncompat.run(main()) == broken

    def test_a_broken_one_lets_nobody_in_until_it_is_reset(self):
        async def main():
            barrier = Barrier(1)
            await barrier.abort()
            with pytest.raises(asyncompat.BrokenBarrierError):
                await barrier.wait()
            await barrier.reset()
            return await barrier.wait()

        assert asyncompat.run(main()) == 0

    def test_a_cancelled_party_is_waited_for_again(self):
        async def main():
            barrier = Barrier(2)
            task = asyncompat.create_task(barrier.wait())
            await asyncompat.sleep(0)
            task.cancel()
            await asyncompat.wait([task])
            return sorted(await asyncompat.gather(barrier.wait(), barrier.wait()))

        assert asyncompat.run(main()) == [0, 1]

    def test_no_parties(self):
        with pytest.raises(ValueError, match="parties"):
            Barrier(0)


def test_cancelled_where_it_takes_the_lock_again_it_is_cancelled_once_it_has_it():
    async def main():
        condition = Condition()

        async def wait():
            async with condition:
                await condition.wait()

        task = asyncompat.create_task(wait())
        await asyncompat.sleep(0)
        async with condition:
            condition.notify()
            await asyncompat.sleep(0)  # it has been notified and waits for the lock
            task.cancel()
            await asyncompat.sleep(0)
            assert not task.done()
        with pytest.raises(asyncio.CancelledError):
            await task
        return condition.locked()

    assert not asyncompat.run(main())
