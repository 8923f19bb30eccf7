"""Tasks that start at once."""

import asyncio
import sys

import pytest

import asyncompat
from asyncompat import current_task


async def value(of):
    return of


async def after_a_wait(of):
    await asyncompat.sleep(0)
    return of


@pytest.fixture(params=["create_task", "factory", "factory of a plain class"])
def start(request):
    """Return an async function that starts a coroutine eagerly."""
    factories = {
        "factory": asyncompat.eager_task_factory,
        "factory of a plain class": asyncompat.create_eager_task_factory(asyncio.Task),
    }

    async def in_its_way(coro, **kwargs):
        if request.param == "create_task":
            return asyncompat.create_task(coro, eager_start=True, **kwargs)
        loop = asyncompat.get_running_loop()
        loop.set_task_factory(factories[request.param])
        return asyncompat.create_task(coro, **kwargs)

    return in_its_way


def test_what_never_waits_is_done_at_once(start):
    async def main():
        task = await start(value(1))
        return task.done(), task.result(), await task

    assert asyncompat.run(main()) == (True, 1, 1)


def test_what_waits_goes_on_later(start):
    async def main():
        task = await start(after_a_wait(2))
        return task.done(), await task

    assert asyncompat.run(main()) == (False, 2)


def test_an_exception_is_the_tasks(start):
    async def fail():
        raise LookupError

    async def main():
        task = await start(fail())
        assert task.done()
        with pytest.raises(LookupError):
            await task

    asyncompat.run(main())


def test_it_is_the_current_task_while_it_starts(start):
    async def look():
        before = current_task()
        await asyncompat.sleep(0)
        return before, current_task()

    async def main():
        outer = current_task()
        task = await start(look())
        assert current_task() is outer
        assert task in asyncompat.all_tasks()
        return [each is task for each in await task]

    assert asyncompat.run(main()) == [True, True]


def test_one_starts_another(start):
    async def main():
        inner = []

        async def outer():
            inner.append(await start(value(3)))
            return current_task()

        task = await start(outer())
        return task.result() is task, inner[0].result()

    assert asyncompat.run(main()) == (True, 3)


def test_it_can_be_cancelled_once_it_waits(start):
    async def main():
        task = await start(after_a_wait(4))
        task.cancel()
        await asyncompat.wait([task])
        return task.cancelled()

    assert asyncompat.run(main())


def test_it_can_be_named(start):
    async def main():
        task = await start(after_a_wait(5), name="eager")
        await task
        return asyncompat.task_name(task)

    assert asyncompat.run(main()) == "eager"


@pytest.mark.skipif(sys.version_info < (3, 7), reason="3.6 has no contextvars")
def test_it_starts_in_its_context(start):
    import contextvars

    variable = contextvars.ContextVar("variable", default="outer")

    async def change():
        variable.set("inner")
        await asyncompat.sleep(0)
        return variable.get()

    async def main():
        own = contextvars.copy_context()
        task = await start(change(), context=own)
        assert variable.get() == "outer"
        return await task, own[variable], asyncompat.task_context(task) is own

    assert asyncompat.run(main())[:2] == ("inner", "inner")


def test_asked_not_to_start_eagerly_it_does_not():
    async def main():
        asyncompat.get_running_loop().set_task_factory(asyncompat.eager_task_factory)
        task = asyncompat.create_task(value(6), eager_start=False)
        return task.done(), await task

    assert asyncompat.run(main()) == (False, 6)


def test_where_no_loop_runs_it_starts_with_the_loop():
    loop = asyncio.new_event_loop()
    try:
        task = asyncompat.Task(value(7), loop=loop, eager_start=True)
        assert not task.done()
        assert loop.run_until_complete(task) == 7
    finally:
        loop.close()


def test_a_task_group_of_eager_tasks_that_fail():
    async def fail(error):
        raise error

    async def main():
        with pytest.raises(asyncompat.ExceptionGroup) as caught:
            async with asyncompat.TaskGroup() as group:
                for error in (LookupError(), ValueError()):
                    group.create_task(fail(error), eager_start=True)
        await asyncompat.sleep(0)
        return [type(error) for error in caught.value.exceptions]

    assert asyncompat.run(main()) == [LookupError, ValueError]
