"""Runner: a loop's whole life around several awaitables."""

import asyncio
import sys

import pytest

import asyncompat
from asyncompat import Runner


async def value(of):
    return of


def test_runs_one_after_the_other_on_one_loop():
    async def loop():
        return asyncompat.get_running_loop()

    with Runner() as runner:
        loops = [runner.run(loop()), runner.run(loop()), runner.get_loop()]
    assert len(set(loops)) == 1
    assert loops[0].is_closed()


@pytest.mark.skipif(sys.version_info < (3, 7), reason="3.6 has no contextvars")
def test_what_one_sets_in_the_context_the_next_sees():
    import contextvars

    variable = contextvars.ContextVar("variable", default=0)

    async def count():
        variable.set(variable.get() + 1)
        await asyncompat.sleep(0)
        return variable.get()

    with Runner() as runner:
        assert [runner.run(count()), runner.run(count())] == [1, 2]
        own = contextvars.copy_context()
        assert runner.run(count(), context=own) == 1
        assert own[variable] == 1
    assert variable.get() == 0


def test_debug_and_loop_factory():
    made = []

    def factory():
        made.append(asyncio.new_event_loop())
        return made[0]

    with Runner(debug=True, loop_factory=factory) as runner:
        assert runner.get_loop() is made[0]
        assert runner.get_loop().get_debug()
    assert made[0].is_closed()


def test_any_awaitable():
    class Awaitable:
        def __await__(self):
            yield from asyncompat.sleep(0).__await__()
            return "awaited"

    with Runner() as runner:
        future = runner.get_loop().create_future()
        future.set_result("future")
        assert runner.run(Awaitable()) == "awaited"
        assert runner.run(future) == "future"


def test_closed_it_runs_nothing():
    runner = Runner()
    runner.close()  # it has no loop yet: nothing to close
    runner.run(value(1))
    runner.close()
    runner.close()
    coro = value(2)
    with pytest.raises(RuntimeError, match="Runner is closed"):
        runner.run(coro)
    coro.close()
    with pytest.raises(RuntimeError, match="Runner is closed"):
        runner.get_loop()


def test_refuses_a_running_loop():
    async def main():
        coro = value(1)
        with pytest.raises(RuntimeError, match=r"Runner.run\(\) cannot be called from a running"):
            Runner().run(coro)
        coro.close()

    asyncompat.run(main())


def test_refuses_what_cannot_be_awaited():
    with Runner() as runner, pytest.raises(TypeError, match="a coroutine was expected"):
        runner.run(value)


def test_leftover_tasks_are_cancelled_at_the_end():
    ended = []

    async def forever():
        try:
            await asyncompat.get_running_loop().create_future()
        finally:
            ended.append(True)

    async def main():
        tasks.append(asyncompat.create_task(forever()))
        await asyncompat.sleep(0)

    tasks = []
    with Runner() as runner:
        runner.run(main())
        assert not ended
    assert ended


@pytest.mark.skipif(sys.platform == "win32", reason="subprocesses need another loop there")
def test_subprocesses_with_a_loop_factory():
    async def main():
        code = "print('from the subprocess')"
        process = await asyncompat.create_subprocess_exec(
            sys.executable, "-c", code, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        return output.decode().strip()

    assert asyncompat.run(main(), loop_factory=asyncio.new_event_loop) == "from the subprocess"


def test_every_task_of_the_loop_counts_its_cancellations():
    async def sleep():
        await asyncompat.sleep(1)

    async def main():
        task = asyncompat.get_running_loop().create_task(sleep())
        await asyncompat.sleep(0)
        task.cancel()
        assert task.cancelling() == 1
        with pytest.raises(asyncio.CancelledError):
            await task
        return asyncompat.current_task().cancelling()

    assert asyncompat.run(main()) == 0
