"""A program of today's asyncio, for the type checkers, which are told older versions too.

Every ``assert_type`` must hold, and every line that is marked to be ignored must be refused.
"""

from __future__ import annotations

import contextlib
import contextvars
from typing import AsyncIterator

from typing_extensions import assert_type

import asyncompat as asyncio


async def number() -> int:
    async with asyncio.timeout(1) as limit:
        assert_type(limit.when(), "float | None")
        limit.reschedule(None)
        await asyncio.sleep(0)
    async with asyncio.timeout_at(None):
        return await asyncio.wait_for(asyncio.shield(text_length()), timeout=3)


async def text_length() -> int:
    return len("text")


async def numbers() -> AsyncIterator[int]:
    yield await number()


async def in_a_group() -> None:
    context = contextvars.copy_context()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(number(), name="number", context=context, eager_start=True)
        assert_type(task, asyncio.Task[int])
        assert_type(task.cancelling(), int)
        assert_type(task.uncancel(), int)
        group.cancel()
        group.create_task(number)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    eager = asyncio.create_task(number(), eager_start=True)
    assert_type(await eager, int)
    assert_type(asyncio.cancelling(eager), int)
    assert_type(asyncio.uncancel(eager), int)
    assert_type(asyncio.task_context(eager), "contextvars.Context | None")


async def queues() -> None:
    queue: asyncio.Queue[int] = asyncio.Queue(maxsize=3)
    await queue.put(3)
    await queue.put("3")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    assert_type(await queue.get(), int)
    queue.shutdown(immediate=True)
    with contextlib.suppress(asyncio.QueueShutDown):
        queue.get_nowait()


async def locks() -> None:
    lock = asyncio.Lock()
    async with lock, asyncio.Semaphore(3), asyncio.BoundedSemaphore(3):
        pass
    condition = asyncio.Condition(lock)
    assert_type(await condition.wait_for(lambda: 3), int)
    barrier = asyncio.Barrier(parties=2)
    assert_type(await barrier.wait(), int)
    asyncio.Barrier()  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


async def mapped() -> None:
    async def length(of: str) -> int:
        return len(of)

    async for each in asyncio.concurrent_map(length, ["a", "b"], limit=3):
        assert_type(each, int)
    asyncio.concurrent_map(length, ["a"])  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    asyncio.concurrent_map(length, [1], limit=3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def failures(errors: asyncio.BaseExceptionGroup[Exception]) -> None:
    matching, rest = errors.split(ValueError)
    if matching is not None:
        assert_type(matching.message, str)
    del rest


def run_it() -> None:
    with asyncio.Runner(debug=True, loop_factory=asyncio.EventLoop) as runner:
        assert_type(runner.run(number(), context=contextvars.copy_context()), int)
        runner.run(number)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
        runner.get_loop().set_task_factory(asyncio.eager_task_factory)
        runner.get_loop().set_task_factory(asyncio.create_eager_task_factory(asyncio.Task))
    print(asyncio.format_call_graph(depth=2))
