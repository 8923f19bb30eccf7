"""Call graphs: who waits for whom."""

import asyncio
import io

import pytest

import asyncompat


async def inner():
    await asyncompat.sleep(0)
    return asyncompat.capture_call_graph()


async def middle():
    return await inner()


def names(graph):
    return [entry.frame.f_code.co_name for entry in graph.call_stack]


def test_the_current_task():
    async def main():
        task = asyncompat.create_task(middle())
        return await task, task, asyncompat.current_task()

    graph, task, outer = asyncompat.run(main())
    assert graph.future is task
    assert names(graph)[:2] == ["inner", "middle"]
    assert [waiter.future for waiter in graph.awaited_by] == [outer]


def test_another_task():
    async def wait():
        await asyncompat.sleep(10)

    async def main():
        task = asyncompat.create_task(wait(), name="waits")
        await asyncompat.sleep(0)
        graph = asyncompat.capture_call_graph(task)
        text = asyncompat.format_call_graph(task)
        output = io.StringIO()
        asyncompat.print_call_graph(task, file=output)
        task.cancel()
        return names(graph), text, output.getvalue()

    stack, text, printed = asyncompat.run(main())
    assert stack[-1] == "wait"
    assert "waits" in text
    assert "wait()" in text
    assert printed.strip() == text.strip()


def test_through_a_group():
    async def main():
        async with asyncompat.TaskGroup() as group:
            task = group.create_task(asyncompat.sleep(0.001))
            await asyncompat.sleep(0)
            waiters = [each.future for each in asyncompat.capture_call_graph(task).awaited_by]
        return waiters == [asyncompat.current_task()]

    assert asyncompat.run(main())


def test_said_by_hand():
    async def main():
        future = asyncompat.get_running_loop().create_future()
        task = asyncompat.current_task()
        asyncompat.future_add_to_awaited_by(future, task)
        before = [each.future for each in asyncompat.capture_call_graph(future).awaited_by]
        asyncompat.future_discard_from_awaited_by(future, task)
        after = asyncompat.capture_call_graph(future).awaited_by
        return before == [task], tuple(after)

    assert asyncompat.run(main()) == (True, ())


def test_limited():
    async def main():
        task = asyncompat.create_task(middle())
        await asyncompat.sleep(0)
        graph = asyncompat.capture_call_graph(task, limit=1)
        await task
        return len(graph.call_stack)

    assert asyncompat.run(main()) == 1


def test_what_is_no_future():
    async def main():
        with pytest.raises(TypeError):
            asyncompat.capture_call_graph("no future")

    asyncompat.run(main())


def test_outside_of_a_loop():
    with pytest.raises(RuntimeError):
        asyncompat.capture_call_graph()
    loop = asyncio.new_event_loop()
    try:
        future = loop.create_future()
        assert asyncompat.capture_call_graph(future).future is future
    finally:
        loop.close()
