"""cancelling, uncancel: who asked for a task's cancellation, whoever made the task."""

import asyncio

import asyncompat
from asyncompat import cancelling, current_task, uncancel


async def forever():
    await asyncompat.get_running_loop().create_future()


def test_our_tasks_count():
    async def main():
        task = asyncompat.create_task(forever())
        await asyncompat.sleep(0)
        counts = [task.cancelling(), cancelling(task)]
        task.cancel()
        task.cancel()
        counts += [task.cancelling(), uncancel(task), task.uncancel(), uncancel(task)]
        await asyncompat.wait([task])
        return counts

    assert asyncompat.run(main()) == [0, 0, 2, 1, 0, 0]


def test_nothing_is_asked_of_a_task_that_is_done():
    async def main():
        task = asyncompat.create_task(asyncompat.sleep(0))
        await task
        assert not task.cancel()
        return cancelling(task)

    assert asyncompat.run(main()) == 0


def test_a_group_counts_in_any_task(run):
    async def main():
        counts = []
        task = current_task()

        async def fail():
            raise LookupError

        try:
            async with asyncompat.TaskGroup() as group:
                group.create_task(fail())
                try:
                    await forever()
                finally:
                    counts.append(cancelling(task))
        except asyncompat.ExceptionGroup:
            counts.append(cancelling(task))
        return counts

    assert run(main()) == [1, 0]


def test_a_cancellation_from_outside_that_meets_ours_is_counted(run):
    async def main():
        counts = []

        async def body():
            task = current_task()
            try:
                async with asyncompat.timeout(None) as limit:
                    limits.append(limit)
                    await forever()
            except asyncio.CancelledError:
                counts.append(cancelling(task))
                raise

        limits = []
        loop = asyncompat.get_running_loop()
        task = loop.create_task(body())
        await asyncompat.sleep(0)
        limits[0].reschedule(0)
        task.cancel()
        await asyncompat.wait([task])
        return counts, task.cancelled()

    assert run(main()) == ([1], True)


def test_taken_back_more_often_than_asked_for(run):
    async def main():
        return uncancel(current_task()), cancelling(current_task())

    assert run(main()) == (0, 0)


def test_every_task_of_the_interpreter_is_a_task(run):
    async def main():
        return isinstance(current_task(), asyncompat.Task)

    assert run(main())
