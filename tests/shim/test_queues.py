"""Queues: what is put is got, whoever is cancelled, until they are shut down."""

import asyncio
import sys

import pytest

import asyncompat
from asyncompat import LifoQueue, PriorityQueue, Queue, QueueShutDown

KINDS = [Queue, LifoQueue, PriorityQueue]


@pytest.mark.parametrize(
    ("kind", "order"), [(Queue, [2, 3, 1]), (LifoQueue, [1, 3, 2]), (PriorityQueue, [1, 2, 3])]
)
def test_order(kind, order):
    queue = kind()
    for item in (2, 3, 1):
        queue.put_nowait(item)
    assert [queue.get_nowait() for _ in range(3)] == order


@pytest.mark.parametrize("kind", KINDS)
def test_made_where_no_loop_runs_it_is_the_loops_that_uses_it(kind):
    queue = kind(maxsize=2)

    async def produce():
        for number in range(10):
            await queue.put(number)

    async def main():
        got = []
        async with asyncompat.TaskGroup() as group:
            group.create_task(produce())
            for _ in range(10):
                got.append(await queue.get())
                queue.task_done()
        await queue.join()
        return sorted(got)

    assert asyncompat.run(main()) == list(range(10))


def test_full_and_empty():
    queue = Queue(1)
    assert queue.maxsize == 1
    with pytest.raises(asyncio.QueueEmpty):
        queue.get_nowait()
    queue.put_nowait("item")
    assert queue.full()
    with pytest.raises(asyncio.QueueFull):
        queue.put_nowait("another")


def test_done_too_often():
    with pytest.raises(ValueError, match="too many times"):
        Queue().task_done()


def test_an_item_goes_to_the_next_one_when_the_first_is_cancelled():
    async def main():
        queue = Queue()
        first, second = (asyncompat.create_task(queue.get()) for _ in range(2))
        await asyncompat.sleep(0)
        queue.put_nowait("item")  # wakes up the first one, which is cancelled in the same moment
        first.cancel()
        return await asyncompat.wait_for(second, 5)

    assert asyncompat.run(main()) == "item"


def test_room_goes_to_the_next_one_when_the_first_is_cancelled():
    async def main():
        queue = Queue(1)
        queue.put_nowait("there")
        first, second = (asyncompat.create_task(queue.put(name)) for name in ("first", "second"))
        await asyncompat.sleep(0)
        got = [queue.get_nowait()]
        first.cancel()
        await asyncompat.wait_for(second, 5)
        return [*got, queue.get_nowait()]

    assert asyncompat.run(main()) == ["there", "second"]


class TestShutDown:
    def test_what_is_there_can_still_be_got(self):
        async def main():
            queue = Queue()
            queue.put_nowait("item")
            queue.shutdown()
            with pytest.raises(QueueShutDown):
                await queue.put("another")
            got = await queue.get()
            with pytest.raises(QueueShutDown):
                await queue.get()
            with pytest.raises(QueueShutDown):
                queue.get_nowait()
            queue.task_done()
            await queue.join()
            return got

        assert asyncompat.run(main()) == "item"

    def test_at_once_what_is_there_is_dropped(self):
        async def main():
            queue = Queue()
            queue.put_nowait("item")
            join = asyncompat.create_task(queue.join())
            await asyncompat.sleep(0)
            queue.shutdown(immediate=True)
            await asyncompat.wait_for(join, 5)
            with pytest.raises(QueueShutDown):
                queue.get_nowait()

        asyncompat.run(main())

    @pytest.mark.parametrize("waiting", ["get", "put"])
    def test_those_that_wait_are_told(self, waiting):
        async def main():
            queue = Queue(1)
            if waiting == "put":
                queue.put_nowait("item")
            make = {"get": queue.get, "put": lambda: queue.put("another")}[waiting]
            tasks = [asyncompat.create_task(make()) for _ in range(2)]
            await asyncompat.sleep(0)
            queue.shutdown()
            results = await asyncompat.gather(*tasks, return_exceptions=True)
            return [type(result) for result in results]

        assert asyncompat.run(main()) == [QueueShutDown, QueueShutDown]


def test_repr_says_how_it_is():
    queue = Queue(3)
    queue.put_nowait("item")
    queue.shutdown()
    assert str(queue) == "<Queue maxsize=3 _queue=['item'] tasks=1 shutdown>"
    assert str(queue)[1:-1].split(" ", 1)[1] in repr(queue)


@pytest.mark.skipif(sys.version_info < (3, 7), reason="3.6 asks a metaclass only")
def test_in_annotations():
    Queue[int]
