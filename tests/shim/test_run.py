import asyncio
import contextlib
import os
import signal
import sys
import threading
import time

import pytest

import asyncompat


async def value_after(delay, value):
    await asyncompat.sleep(delay)
    return value


def test_returns_the_result():
    assert asyncompat.run(value_after(0, 42)) == 42


def test_raises_what_main_raises():
    async def main():
        raise LookupError("lost")

    with pytest.raises(LookupError, match="lost"):
        asyncompat.run(main())


def test_takes_any_awaitable():
    class Awaitable:
        def __await__(self):
            yield from value_after(0, None).__await__()
            return "awaited"

    assert asyncompat.run(Awaitable()) == "awaited"


@pytest.mark.parametrize("wrong", [None, 3, value_after, lambda: 3])
def test_refuses_what_cannot_be_awaited(wrong):
    with pytest.raises(TypeError, match="a coroutine was expected") as caught:
        asyncompat.run(wrong)
    assert isinstance(caught.value, ValueError)  # as it was before 3.14


def test_refuses_inside_a_running_loop_and_names_the_ways_out():
    async def main():
        coro = value_after(0, 1)
        message = r"^asyncio\.run\(\) cannot be called from a running event loop.*await.*to_thread"
        with pytest.raises(RuntimeError, match=message):
            asyncompat.run(coro)
        assert await coro == 1  # as asyncio leaves it
        return await asyncompat.to_thread(asyncompat.run, value_after(0, 2))

    assert asyncompat.run(main()) == 2


def test_cancels_leftover_tasks_and_waits_for_them():
    events = []

    async def leftover():
        try:
            await asyncompat.sleep(3600)
        finally:
            await asyncompat.sleep(0)
            events.append("cleaned up")

    async def main():
        asyncompat.create_task(leftover())
        await asyncompat.sleep(0)

    asyncompat.run(main())
    assert events == ["cleaned up"]


def test_reports_a_leftover_task_that_fails_while_cancelled():
    reports = []

    async def stubborn():
        try:
            await asyncompat.sleep(3600)
        finally:
            raise LookupError("on the way out")

    async def main():
        loop = asyncompat.get_running_loop()
        loop.set_exception_handler(lambda loop, context: reports.append(context))
        asyncompat.create_task(stubborn())
        await asyncompat.sleep(0)

    asyncompat.run(main())
    (report,) = reports
    assert isinstance(report["exception"], LookupError)
    assert report["message"].startswith("unhandled exception during")


def test_finishes_asynchronous_generators():
    events = []

    async def numbers():
        try:
            yield 1
            yield 2
        finally:
            await asyncompat.sleep(0)
            events.append("closed")

    async def main():
        async for _ in unfinished:
            break

    unfinished = numbers()
    asyncompat.run(main())
    assert events == ["closed"]


def test_joins_the_default_executors_threads_while_the_loop_goes_on():
    events = []

    async def main():
        loop = asyncompat.get_running_loop()

        def work():
            begun.set()
            time.sleep(0.05)
            # The loop must still serve what a thread asks of it.
            future = asyncio.run_coroutine_threadsafe(value_after(0, "served"), loop)
            events.append(future.result(timeout=30))

        begun = threading.Event()
        loop.run_in_executor(None, work)
        await loop.run_in_executor(None, begun.wait)

    asyncompat.run(main())
    assert events == ["served"]


def test_closes_its_loop_and_leaves_none_set():
    loops = []

    async def main():
        loops.append(asyncompat.get_running_loop())

    asyncompat.run(main())
    asyncompat.run(main())
    assert loops[0] is not loops[1]
    assert all(loop.is_closed() for loop in loops)


def test_closes_its_loop_when_main_fails():
    loops = []

    async def main():
        loops.append(asyncompat.get_running_loop())
        raise LookupError

    with pytest.raises(LookupError):
        asyncompat.run(main())
    assert loops[0].is_closed()


@pytest.mark.parametrize("debug", [True, False])
def test_debug(debug):
    async def main():
        return asyncompat.get_running_loop().get_debug()

    assert asyncompat.run(main(), debug=debug) is debug


def test_loop_factory():
    made = []

    def factory():
        made.append(asyncio.new_event_loop())
        return made[-1]

    async def main():
        return asyncompat.get_running_loop()

    assert asyncompat.run(main(), loop_factory=factory) is made[0]
    assert made[0].is_closed()


@pytest.mark.skipif(sys.version_info < (3, 8), reason="there subprocesses need the loop to be set")
def test_the_loop_of_a_loop_factory_is_not_set():
    mine = asyncio.new_event_loop()
    asyncio.set_event_loop(mine)
    try:
        asyncompat.run(value_after(0, 1), loop_factory=asyncio.new_event_loop)
        assert asyncompat.get_event_loop() is mine
    finally:
        asyncio.set_event_loop(None)
        mine.close()


def test_a_loop_factory_that_fails_leaves_nothing_unawaited():
    def factory():
        raise LookupError("no loop today")

    with pytest.raises(LookupError):
        asyncompat.run(value_after(0, 1), loop_factory=factory)


def test_in_another_thread():
    results = []
    thread = threading.Thread(target=lambda: results.append(asyncompat.run(value_after(0, 7))))
    thread.start()
    thread.join()
    assert results == [7]


def test_subprocess():
    async def main():
        process = await asyncompat.create_subprocess_exec(
            sys.executable, "-c", "print('out')", stdout=asyncompat.subprocess.PIPE
        )
        return (await process.communicate())[0].split()

    assert asyncompat.run(main()) == [b"out"]


def test_a_subprocess_under_a_loop_factory():
    async def main():
        process = await asyncompat.create_subprocess_exec(sys.executable, "-c", "")
        return await process.wait()

    assert asyncompat.run(main(), loop_factory=asyncio.new_event_loop) == 0


def interrupt_self():
    os.kill(os.getpid(), signal.SIGINT)


@pytest.mark.skipif(sys.platform == "win32", reason="a signal to oneself ends the process there")
class TestInterrupt:
    def test_cancels_main_whose_finally_blocks_run(self):
        events = []

        async def main():
            try:
                asyncompat.get_running_loop().call_soon(interrupt_self)
                await asyncompat.sleep(3600)
            finally:
                await asyncompat.sleep(0)
                events.append("cleaned up")

        with pytest.raises(KeyboardInterrupt):
            asyncompat.run(main())
        assert events == ["cleaned up"]
        assert signal.getsignal(signal.SIGINT) is signal.default_int_handler

    def test_main_may_return_all_the_same(self):
        async def main():
            with contextlib.suppress(asyncio.CancelledError):
                asyncompat.get_running_loop().call_soon(interrupt_self)
                await asyncompat.sleep(3600)
            return "saved"

        assert asyncompat.run(main()) == "saved"

    def test_a_second_one_does_not_wait(self):
        async def main():
            loop = asyncompat.get_running_loop()
            loop.call_soon(interrupt_self)
            with contextlib.suppress(asyncio.CancelledError):
                await asyncompat.sleep(3600)
            loop.call_soon(interrupt_self)
            await asyncompat.sleep(3600)

        with pytest.raises(KeyboardInterrupt):
            asyncompat.run(main())

    def test_a_cancellation_of_the_programs_own_is_no_interrupt(self):
        async def main():
            asyncompat.current_task().cancel()
            await asyncompat.sleep(3600)

        with pytest.raises(asyncio.CancelledError):
            asyncompat.run(main())

    def test_the_programs_own_handler_stays(self):
        seen = []

        async def main():
            interrupt_self()
            await asyncompat.sleep(0)
            return signal.getsignal(signal.SIGINT)

        def handler(signum, frame):
            seen.append(signum)

        before = signal.signal(signal.SIGINT, handler)
        try:
            assert asyncompat.run(main()) is handler
        finally:
            signal.signal(signal.SIGINT, before)
        assert seen == [signal.SIGINT]
