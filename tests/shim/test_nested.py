"""run, Runner and the patch where a loop already runs."""

import asyncio
import contextlib
import functools
import gc
import io
import os
import platform
import random
import signal
import socket
import sys
import threading
import time

import pytest

import asyncompat
from asyncompat.backports.introspection import PyTask, tasks_now

try:
    import contextvars
except ImportError:  # 3.6
    contextvars = None


async def value(of, delay=0):
    await asyncompat.sleep(delay)
    return of


async def forever():
    await asyncompat.get_running_loop().create_future()


async def forever_and_then(ended):
    try:
        await forever()
    finally:
        ended.append("ended")


def nested(coro, **kwargs):
    return asyncompat.run(coro, nested=True, **kwargs)


async def ticks(times):
    for _ in range(times):
        await asyncompat.sleep(0.001)
    return "went on"


async def calls(coro):
    nested(coro)


async def runs(coro):
    return nested(coro)


def run_patched(coro):
    with asyncompat.patch_asyncio():
        return asyncio.get_event_loop().run_until_complete(coro)


def test_its_value_comes_back(run):
    async def main():
        return nested(value(1)), nested(value(2, 0.001))

    assert run(main()) == (1, 2)


def test_its_exception_too(run):
    async def fail():
        raise LookupError("from inside")

    async def main():
        with pytest.raises(LookupError, match="from inside"):
            nested(fail())

    run(main())


@pytest.mark.parametrize(
    "way",
    [
        nested,
        lambda coro: nested(coro, loop_factory=asyncio.new_event_loop),
        lambda coro: asyncompat.Runner(nested=True).run(coro),
        run_patched,
    ],
    ids=["passes", "thread", "Runner", "patch"],
)
def test_its_traceback_has_one_frame_of_ours(way, run):
    async def fail():
        raise LookupError

    async def call_it():
        await fail()

    async def main():
        with pytest.raises(LookupError) as caught:
            way(call_it())
        frames = [each.frame.f_globals["__name__"] for each in caught.traceback]
        ours = [name for name in frames if name.partition(".")[0] in ("asyncompat", "asyncio")]
        assert len(ours) == 1
        assert [each.name for each in caught.traceback][-2:] == ["call_it", "fail"]

    run(main())


def test_on_the_same_loop_in_a_task_of_its_own(run):
    async def look():
        return asyncompat.get_running_loop(), asyncompat.current_task()

    async def main():
        loop, outer = asyncompat.get_running_loop(), asyncompat.current_task()
        inner_loop, inner = nested(look())
        assert inner_loop is loop
        assert inner is not outer
        assert asyncompat.current_task() is outer

    run(main())


def test_other_tasks_go_on_meanwhile(run):
    async def main():
        ticks = []

        async def tick():
            while True:
                ticks.append(None)
                await asyncompat.sleep(0.001)

        task = asyncompat.create_task(tick())
        nested(value(1, 0.02))
        seen = len(ticks)
        task.cancel()
        return seen

    assert run(main()) > 3


def test_events_are_asked_for_however_much_there_is_to_call(run):
    async def received():
        loop = asyncompat.get_running_loop()
        ours, theirs = socket.socketpair()
        turns = []
        with ours, theirs:
            loop.add_reader(ours, turns.append, "received")
            theirs.send(b"x")
            while "received" not in turns and len(turns) < 100:
                turns.append("turn")
                await asyncompat.sleep(0)
            loop.remove_reader(ours)
        return turns.index("received")

    async def main():
        return nested(received())

    assert run(main()) < 5  # a pass or two, and not whenever there is nothing else


def test_debugging_is_told_of_slow_callbacks(run, caplog):
    async def slow():
        loop = asyncompat.get_running_loop()
        loop.slow_callback_duration = 0.01
        time.sleep(0.02)  # the first step is a callback as well
        for _ in range(4):  # of which some would be in passes that ask for no events
            loop.call_soon(time.sleep, 0.02)
            await asyncompat.sleep(0)

    async def main():
        nested(slow(), debug=True)

    run(main())
    told = [each.getMessage() for each in caplog.records]
    assert sum("sleep(0.02)" in each for each in told) == 4
    assert "slow() " in told[0]
    assert " took " in told[0]


def test_in_a_callback(run):
    async def main():
        result = asyncompat.get_running_loop().create_future()
        asyncompat.get_running_loop().call_soon(lambda: result.set_result(nested(value(1, 0.001))))
        return await result

    assert run(main()) == 1


def test_recursively_and_concurrently(run):
    async def deeper(n):
        return 0 if n == 0 else 1 + nested(deeper(n - 1))

    async def main():
        async def one(n):
            await asyncompat.sleep(0)
            return nested(deeper(n))

        return await asyncompat.gather(one(3), one(5), one(7))

    assert run(main()) == [3, 5, 7]


def test_what_was_scheduled_before_runs_once(run):
    async def main():
        events = []
        loop = asyncompat.get_running_loop()
        for n in range(5):
            loop.call_soon(events.append, n)
        nested(value(1))
        loop.call_soon(events.append, "later")
        nested(value(2))
        await asyncompat.sleep(0.001)
        return events

    assert run(main()) == [0, 1, 2, 3, 4, "later"]


def test_many_runs_in_one_callback_leave_no_more_than_one_does(run):
    async def main():
        loop = asyncompat.get_running_loop()
        for _ in range(100):
            loop.call_soon(lambda: None)
            nested(value(1))
        return len(loop._ready)

    assert run(main()) < 10


def test_its_leftover_tasks_are_cancelled_and_no_others(run):
    async def main():
        born = []

        async def leave():
            born.append(asyncompat.create_task(forever()))
            born.append(asyncompat.get_running_loop().create_task(forever()))
            await asyncompat.sleep(0)

        async def hosts():
            hosts_own.append(asyncompat.create_task(forever()))
            await forever()

        hosts_own = []
        host = asyncompat.create_task(hosts())
        nested(leave())
        states = [task.cancelled() for task in born], [task.done() for task in [host, *hosts_own]]
        for task in [host, *hosts_own]:
            task.cancel()
        return states

    assert run(main()) == ([True, True], [False, False])


@pytest.mark.parametrize("inner", [False, True], ids=["one run", "a run in a run"])
def test_whose_each_of_very_many_tasks_is(run, inner):
    async def make(tasks, turns):
        for turn in range(turns):
            tasks.append(asyncompat.get_running_loop().create_task(forever()))
            done = asyncompat.get_running_loop().create_task(value(None))
            if turn % 7 == 0:
                await done

    async def leave(tasks):
        await asyncompat.gather(*[make(tasks, 60) for _ in range(5)])

    async def main():
        hosts_own, outer_own, inner_own = [], [], []
        makers = [asyncompat.create_task(make(hosts_own, 100)) for _ in range(5)]

        async def leave_in_turn():
            own = asyncompat.create_task(leave(outer_own))
            await asyncompat.sleep(0)
            nested(leave(inner_own))
            ended = [task.cancelled() for task in inner_own]
            await own
            assert not any(task.done() for task in outer_own)
            return ended

        assert all(nested(leave_in_turn()) if inner else [nested(leave(outer_own)) is None])
        await asyncompat.gather(*makers)
        states = [{task.cancelled() for task in each} for each in [hosts_own, outer_own, inner_own]]
        counts = [len(hosts_own), len(outer_own), len(inner_own)]
        for task in hosts_own:
            task.cancel()
        return states, counts, asyncompat.get_running_loop().get_task_factory()

    states, counts, factory = run(main())
    assert counts == [500, 300, 300 if inner else 0]
    assert states == [{False}, {True}, {True} if inner else set()]
    assert type(factory).__module__ != "asyncompat.backports.births"


def test_what_was_made_outside_works_inside_and_the_other_way_round(run):
    async def main():
        queue = asyncompat.Queue()

        async def put():
            lock = asyncompat.Lock()
            async with lock:
                await queue.put("item")
            return lock

        lock = nested(put())
        async with lock:
            return await queue.get()

    assert run(main()) == "item"


def test_a_task_of_the_loop_can_be_waited_for(run):
    async def main():
        return nested(asyncompat.create_task(value(1, 0.001)))

    assert run(main()) == 1


@pytest.mark.skipif(sys.version_info < (3, 7), reason="3.6 has no contextvars")
def test_what_the_caller_has_set_is_seen_inside(run):
    import contextvars

    variable = contextvars.ContextVar("variable")

    async def look():
        seen = variable.get()
        variable.set("inner")
        return seen

    async def main():
        variable.set("outer")
        return nested(look()), variable.get()

    assert run(main()) == ("outer", "outer")


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
class TestATaskInTheContextOfTheCaller:
    async def cell(self):
        other = asyncio.ensure_future(value(0))
        del other
        return nested(value(1, 0.02))

    def test_goes_on_afterwards(self, run):
        async def neighbour():
            await asyncompat.sleep(0.001)
            return 2

        async def main():
            context = contextvars.copy_context()
            tasks = [
                asyncompat.create_task(each(), context=context) for each in (self.cell, neighbour)
            ]
            return await asyncompat.gather(*tasks)

        assert run(main()) == [1, 2]

    def test_is_cancelled_afterwards(self, run):
        seen = []

        async def neighbour():
            try:
                await forever()
            finally:
                seen.append(asyncompat.current_task() is seen[0])

        async def main():
            context = contextvars.copy_context()
            cancelled = asyncompat.create_task(neighbour(), context=context)
            seen.append(cancelled)
            cell = asyncompat.create_task(self.cell(), context=context)
            asyncompat.get_running_loop().call_later(0.001, cancelled.cancel)
            await asyncompat.wait([cell, cancelled])
            return cell.result(), cancelled.cancelled()

        assert run(main()) == (1, True)
        assert seen[1:] == [True]

    def test_fails_on_its_own_account(self, run):
        async def neighbour():
            await asyncompat.sleep(0.001)
            raise RuntimeError("its own")

        async def main():
            context = contextvars.copy_context()
            tasks = [
                asyncompat.create_task(each(), context=context) for each in (self.cell, neighbour)
            ]
            return await asyncompat.gather(*tasks, return_exceptions=True)

        result, error = run(main())
        assert (result, str(error)) == (1, "its own")


class TestRefused:
    def test_unless_it_is_asked_for(self, run):
        async def main():
            for kwargs in ({}, {"nested": False}):
                coro = value(1)
                with pytest.raises(RuntimeError, match=r"await.*nested=True.*to_thread"):
                    asyncompat.run(coro, **kwargs)
                assert await coro == 1

        run(main())

    def test_the_task_that_asks(self, run):
        async def main():
            with pytest.raises(RuntimeError, match="would wait for itself"):
                nested(asyncompat.current_task())

        run(main())

    def test_what_waits_for_the_task_that_asks(self, run):
        async def main():
            me = asyncompat.current_task()

            async def wait():
                await me

            with pytest.raises(RuntimeError, match="would wait for itself"):
                nested(wait())
            assert not asyncompat.cancelling(me)

        run(main())

    def test_a_future_of_another_loop(self, run):
        other = asyncio.new_event_loop()

        async def main():
            with pytest.raises(RuntimeError, match="belongs to another loop"):
                nested(other.create_future())

        run(main())
        other.close()

    def test_what_is_no_awaitable(self, run):
        async def main():
            with pytest.raises(TypeError, match="a coroutine was expected"):
                nested(value)

        run(main())

    def test_too_deep_and_the_loop_goes_on(self, run):
        async def deeper(n):
            return nested(deeper(n + 1))

        async def main():
            with pytest.raises(RecursionError, match="inside each other"):
                nested(deeper(0))
            return nested(value("still works"))

        assert run(main()) == "still works"

    def test_too_many_threads_inside_each_other(self):
        async def deeper(n):
            return nested(deeper(n + 1), loop_factory=asyncio.new_event_loop)

        async def main():
            with pytest.raises(RecursionError, match="100 runs inside each other"):
                nested(deeper(0))
            return nested(value("still works"))

        before = threading.active_count()
        assert asyncompat.run(main()) == "still works"
        assert threading.active_count() == before

    def test_a_stopped_loop(self):
        async def stop():
            asyncompat.get_running_loop().stop()
            await forever()

        async def main():
            with pytest.raises(asyncompat.CancelledError):
                nested(stop())
            events.append("cancelled")
            await asyncompat.sleep(0)

        events = []
        loop = asyncio.new_event_loop()
        task = loop.create_task(main())
        try:
            with pytest.raises(RuntimeError, match="stopped before"):
                loop.run_until_complete(task)
            assert events == ["cancelled"]
            loop.run_until_complete(task)  # the loop is usable, and what it ran goes on
        finally:
            loop.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
@pytest.mark.parametrize("where", [{}, {"loop_factory": asyncio.new_event_loop}])
def test_ctrl_c_cancels_what_is_nested_and_the_loop_goes_on(run, where):
    async def main():
        events = []

        async def interrupted():
            asyncompat.get_running_loop().call_later(0.01, os.kill, os.getpid(), signal.SIGINT)
            try:
                await asyncompat.sleep(30)
            finally:
                events.append("finally")

        with pytest.raises(KeyboardInterrupt):
            nested(interrupted(), **where)
        events.append(nested(value("still works", 0.001)))
        return events

    assert run(main()) == ["finally", "still works"]


class TestRunner:
    def test_several_and_what_they_leave_lives_until_it_is_closed(self, run):
        async def leave(tasks):
            tasks.append(asyncompat.create_task(forever()))

        async def main():
            tasks = []
            with asyncompat.Runner(nested=True) as runner:
                assert runner.get_loop() is asyncompat.get_running_loop()
                runner.run(leave(tasks))
                assert runner.run(value(1)) == 1
                assert not tasks[0].done()
            return tasks[0].cancelled()

        assert run(main())

    def test_refused_unless_it_is_asked_for(self, run):
        async def main():
            with pytest.raises(RuntimeError, match="cannot be called from a running"):
                asyncompat.Runner().get_loop()

        run(main())


class TestInAThread:
    def test_with_a_loop_factory(self, run):
        async def look():
            await asyncompat.sleep(0)
            return threading.current_thread(), asyncompat.get_running_loop()

        async def main():
            thread, loop = nested(look(), loop_factory=asyncio.new_event_loop)
            assert thread is not threading.current_thread()
            assert loop is not asyncompat.get_running_loop()
            assert loop.is_closed()

        run(main())

    def test_its_exception_comes_back(self, run):
        async def fail():
            raise LookupError

        async def main():
            with pytest.raises(LookupError):
                nested(fail(), loop_factory=asyncio.new_event_loop)

        run(main())

    def test_a_task_of_the_loop_that_waits_is_refused(self, run):
        async def main():
            task = asyncompat.create_task(forever())

            async def waits():
                await asyncio.wait([task])

            try:
                with pytest.raises((RuntimeError, ValueError), match=r"wait|loop"):
                    nested(waits(), loop_factory=asyncio.new_event_loop)
            finally:
                task.cancel()

        run(main())

    def test_a_future_of_the_loop_that_waits_is_refused(self, run):
        async def main():
            future = asyncompat.get_running_loop().create_future()
            with pytest.raises(RuntimeError, match="belongs to the loop"):
                nested(future, loop_factory=asyncio.new_event_loop)

        run(main())


@pytest.mark.skipif(
    sys.version_info >= (3, 11), reason="a task of the interpreter's, which is told once more"
)
def test_who_is_cancelled_again_before_it_is_told_is_told_once():
    async def main():
        task = asyncompat.current_task()
        loop = asyncompat.get_running_loop()

        def cancel_twice():
            task.cancel()
            loop.call_soon(task.cancel)  # behind the last step of what is run

        loop.call_later(0.01, cancel_twice)
        with pytest.raises(asyncio.CancelledError):
            nested(forever())
        await asyncompat.sleep(0)
        return "went on"

    assert asyncompat.run(main()) == "went on"


SHUTTING_DOWN = ("shutdown_asyncgens", "shutdown_default_executor")


class TestPatch:
    def test_asyncio_runs_inside_and_is_as_it_was_afterwards(self, run):
        before = dict(vars(asyncio)), asyncio.BaseEventLoop.run_until_complete

        async def main():
            loop = asyncompat.get_running_loop()
            with asyncompat.patch_asyncio():
                results = [asyncio.run(value(1)), loop.run_until_complete(value(2, 0.001))]
                results.append(asyncio.run(value(3), debug=True))
                if hasattr(asyncio, "Runner"):
                    with asyncio.Runner() as runner:
                        assert runner.run(value(4)) == 4
            return results

        assert run(main()) == [1, 2, 3]
        assert (dict(vars(asyncio)), asyncio.BaseEventLoop.run_until_complete) == before

    def test_another_loop_inside(self, run):
        async def main():
            other = asyncio.new_event_loop()
            try:
                with asyncompat.patch_asyncio():
                    return other.run_until_complete(value(1, 0.001)), asyncio.get_event_loop()
            finally:
                other.close()

        result, loop = run(main())
        assert result == 1
        assert loop.is_closed()  # the outer one, which was the running one again

    @pytest.mark.filterwarnings("error")
    def test_the_end_of_an_old_program_leaves_the_running_loop_as_it_is(self, run):
        close = asyncio.SelectorEventLoop.close
        shut_down = [vars(asyncio.BaseEventLoop).get(name) for name in SHUTTING_DOWN]

        async def numbers():
            yield 1

        async def main():
            loop = asyncompat.get_running_loop()
            with asyncompat.patch_asyncio():
                loop.run_until_complete(loop.shutdown_asyncgens())
                if hasattr(loop, "shutdown_default_executor"):
                    loop.run_until_complete(loop.shutdown_default_executor())
                loop.close()
                other = asyncio.new_event_loop()
                other.run_until_complete(other.shutdown_asyncgens())
                other.close()
                assert other.is_closed()
            assert not loop.is_closed()
            assert [number async for number in numbers()] == [1]
            return await loop.run_in_executor(None, int, "2")

        assert run(main()) == 2
        assert asyncio.SelectorEventLoop.close is close
        assert [vars(asyncio.BaseEventLoop).get(name) for name in SHUTTING_DOWN] == shut_down

    def test_it_may_be_older_than_the_loop_that_is_left_as_it_is(self, run):
        async def main():
            loop = asyncompat.get_running_loop()
            for name in SHUTTING_DOWN:
                if hasattr(loop, name):
                    loop.run_until_complete(getattr(loop, name)())
            loop.close()
            return await loop.run_in_executor(None, int, "2")

        with asyncompat.patch_asyncio():
            assert run(main()) == 2

    def test_undone_by_the_last_one(self):
        before = asyncio.BaseEventLoop.run_until_complete
        first, second = asyncompat.patch_asyncio(), asyncompat.patch_asyncio()
        first.undo()
        first.undo()
        assert asyncio.BaseEventLoop.run_until_complete is not before
        second.undo()
        assert asyncio.BaseEventLoop.run_until_complete is before

    def test_what_others_have_taken_of_it_does_as_always_afterwards(self):
        async def main():
            loop = asyncio.get_event_loop()
            with asyncompat.patch_asyncio():
                run, run_until_complete = asyncio.run, type(loop).run_until_complete
            coro = value(1)
            with pytest.raises(RuntimeError, match="running"):
                run(coro)
            coro.close()
            with pytest.raises(RuntimeError, match="running"):
                run_until_complete(loop, loop.create_future())

        asyncompat.run(main())

    def test_of_a_loop_that_runs_around_is_refused_before_it_runs_anything(self):
        ran = []

        async def inner(outer):
            coro = value(1)
            with pytest.raises(RuntimeError, match="already running"):
                outer.run_until_complete(coro)
            coro.close()
            ran.extend(asyncompat.all_tasks(outer))

        async def main():
            loop = asyncio.new_event_loop()
            with asyncompat.patch_asyncio():
                loop.run_until_complete(inner(asyncio.get_event_loop()))
            loop.close()
            return ran == [asyncompat.current_task()]

        assert asyncompat.run(main())

    def test_as_an_extension(self):
        before = asyncio.BaseEventLoop.run_until_complete
        asyncompat.load_ipython_extension(None)
        assert asyncio.BaseEventLoop.run_until_complete is not before
        asyncompat.unload_ipython_extension(None)
        assert asyncio.BaseEventLoop.run_until_complete is before

    def test_where_no_loop_runs_everything_is_as_always(self):
        with asyncompat.patch_asyncio():
            assert asyncio.run(value(1)) == 1
            loop = asyncio.new_event_loop()
            try:
                assert loop.run_until_complete(value(2)) == 2
            finally:
                loop.close()


def test_where_says_where():
    output = io.StringIO()
    asyncompat.where(file=output)
    assert "a loop of its own" in output.getvalue()

    async def main():
        inside = io.StringIO()
        asyncompat.where(file=inside)
        return inside.getvalue()

    text = asyncompat.run(main())
    assert "refused" in text
    assert "EventLoop" in text


def test_an_interactive_host_needs_not_ask(monkeypatch):
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)

    async def main():
        output = io.StringIO()
        asyncompat.where(file=output)
        return asyncompat.run(value(1)), output.getvalue()

    result, text = asyncompat.run(main())
    assert result == 1
    assert "interactive Python" in text
    assert "passes of the running loop" in text


def test_an_empty_run_is_quick():
    async def nothing():
        pass

    async def main():
        hundreds = []
        for _ in range(10):
            start, worked = time.perf_counter(), time.process_time()
            for _ in range(100):
                nested(nothing())
            times = time.perf_counter() - start, time.process_time() - worked
            hundreds.append([each / 100 for each in times])
        return map(min, zip(*hundreds))

    took, worked = asyncompat.run(main())
    # Others may keep the machine, so that it takes longer than it works.
    assert worked < 0.002
    assert took < 0.02


async def first_of(futures):
    return await next(iter(futures))


class TestWaitingForItself:
    """Refused at once, whatever stands between, and whoever keeps the loop busy."""

    def test_through_what_is_for_other_threads(self, run):
        async def main():
            loop, me = asyncompat.get_running_loop(), asyncompat.current_task()

            async def wait_for_me():
                await me

            async def inner():
                future = asyncio.run_coroutine_threadsafe(wait_for_me(), loop)
                await asyncio.wrap_future(future)

            with pytest.raises(RuntimeError, match="would wait for itself"):
                nested(inner())
            return nested(value("goes on", 0.001))

        assert run(main()) == "goes on"

    @pytest.mark.parametrize(
        "wait_for",
        [
            lambda me: me,
            lambda me: asyncompat.gather(me),
            lambda me: asyncompat.shield(me),
            lambda me: asyncompat.wait_for(me, 10),
            lambda me: asyncompat.wait([me]),
            lambda me: first_of(asyncompat.as_completed([me])),
            lambda me: asyncio.gather(me),
            lambda me: asyncio.shield(me),
            lambda me: asyncio.wait_for(me, 10),
            lambda me: asyncio.wait([me]),
            lambda me: first_of(asyncio.as_completed([me])),
        ],
    )
    def test_through_something(self, run, wait_for):
        async def main():
            me = asyncompat.current_task()

            async def inner():
                await wait_for(me)

            with pytest.raises(RuntimeError, match="would wait for itself"):
                nested(inner())
            return nested(value("goes on", 0.001))

        assert run(main()) == "goes on"

    @pytest.mark.parametrize(
        "made",
        [
            asyncompat.shield,
            asyncio.shield,
            asyncompat.gather,
            asyncio.gather,
            lambda me: asyncio.gather(me, value(1), return_exceptions=True),
            lambda me: asyncompat.create_task(asyncompat.wait([me])),
            lambda me: asyncompat.create_task(asyncio.wait([me])),
        ],
    )
    def test_by_what_was_made_before(self, run, made):
        async def main():
            before = made(asyncompat.current_task())
            await asyncompat.sleep(0)

            async def inner():
                await before

            for way in (nested, run_patched):
                for awaited in (before, inner()):
                    with pytest.raises(RuntimeError, match="would wait for itself"):
                        way(awaited)
            assert not before.done()
            return nested(value("goes on", 0.001))

        assert run(main()) == "goes on"

    @pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
    def test_for_a_task_in_its_callers_context(self, run):
        async def other():
            await asyncompat.sleep(0.001)
            return 5

        async def main():
            context = asyncompat.task_context(asyncompat.current_task())
            task = asyncompat.create_task(other(), context=context)
            await asyncompat.sleep(0)

            async def inner():
                return await task

            with pytest.raises(RuntimeError, match="would wait for itself"):
                nested(inner())
            return await task

        assert run(main()) == 5

    def test_of_all_tasks_whatever_they_raise(self, run):
        async def inner():
            others = asyncompat.all_tasks() - {asyncompat.current_task()}
            await asyncio.gather(*others, return_exceptions=True)

        async def main():
            with pytest.raises(RuntimeError, match="would wait for itself"):
                nested(inner())

        run(main())

    def test_who_is_told_when_it_is_done_does_not_wait(self, run):
        told = []

        async def inner(task, waiter):
            task.add_done_callback(told.append)
            task.add_done_callback(lambda task: told.append(waiter))
            await asyncompat.sleep(0.001)

        async def main():
            me = asyncompat.current_task()
            me.add_done_callback(told.append)
            nested(inner(me, "a name"))
            assert told == []

        async def whole():
            task = asyncompat.create_task(main())
            await task
            await asyncompat.sleep(0)
            return task

        task = run(whole())
        assert told == [task, task, "a name"]

    def test_under_the_patch(self, run):
        async def main():
            me = asyncompat.current_task()

            async def inner():
                await me

            with asyncompat.patch_asyncio():
                with pytest.raises(RuntimeError, match="would wait for itself"):
                    asyncio.get_event_loop().run_until_complete(inner())
                return asyncio.get_event_loop().run_until_complete(value("goes on", 0.001))

        assert run(main()) == "goes on"

    def test_of_a_child_that_is_started_eagerly_what_waits_for_its_parent(self, run):
        async def main():
            parent = asyncompat.current_task()

            async def inner():
                await parent

            async def child():
                with pytest.raises(RuntimeError, match="would wait for itself"):
                    nested(inner())
                with pytest.raises(RuntimeError, match="would wait for itself"):
                    nested(parent)
                return nested(value("goes on", 0.001))

            return await asyncompat.create_task(child(), eager_start=True)

        assert run(main()) == "goes on"

    def test_in_a_group(self, run):
        async def main():
            me = asyncompat.current_task()

            async def wait():
                await me

            async def inner():
                async with asyncompat.TaskGroup() as group:
                    group.create_task(wait())

            with pytest.raises(asyncompat.ExceptionGroup) as caught:
                nested(inner())
            assert "would wait for itself" in str(caught.value.exceptions[0])

        run(main())

    def test_beside_a_busy_neighbour(self, run):
        async def main():
            me = asyncompat.current_task()

            async def busy():
                while True:
                    await asyncompat.sleep(0)

            async def inner():
                await me

            neighbour = asyncompat.create_task(busy())
            with pytest.raises(RuntimeError, match="would wait for itself"):
                nested(inner())
            assert not neighbour.done()
            neighbour.cancel()

        run(main())

    def test_what_else_may_end_first_is_waited_for(self, run):
        """A queue's other users, what somebody else is told, another one of a group that fails."""

        async def fails():
            await asyncompat.sleep(0.001)
            raise KeyError("x")

        async def main():
            loop, me = asyncompat.get_running_loop(), asyncompat.current_task()
            queue = asyncio.Queue()
            future = loop.create_future()
            queue.put_nowait("item")
            me.add_done_callback(queue.put_nowait)
            me.add_done_callback(functools.partial(loop.call_soon, lambda *_: None, future))
            loop.call_later(0.001, queue.task_done)
            loop.call_later(0.002, future.set_result, "done")
            nested(queue.join())
            assert nested(future) == "done"
            with pytest.raises(KeyError):
                nested(asyncio.wait_for(asyncio.gather(asyncio.shield(me), fails()), None))

        run(main())

    def test_on_another_loop_it_goes_on_there(self, run):
        """Who waits on a loop is told on that one, and not on what runs inside of it."""
        told = []

        async def waits(me):
            try:
                await asyncio.shield(me)
            except RuntimeError:
                told.append(asyncio.get_event_loop())
                await asyncompat.sleep(0.001)  # which fails on another one
                told.append("went on")

        async def on_the_other():
            nested(ticks(3))

        async def inner(me):
            waiting = asyncompat.create_task(waits(me))
            await asyncompat.sleep(0)
            other = asyncio.new_event_loop()
            other.run_until_complete(on_the_other())
            other.close()
            await waiting

        async def main():
            with asyncompat.patch_asyncio():
                nested(inner(asyncompat.current_task()))
            assert told == [asyncompat.get_running_loop(), "went on"]

        run(main())

    def test_the_hosts_tasks_may_wait_for_it(self, run):
        async def main():
            me = asyncompat.current_task()

            async def host():
                return await asyncompat.shield(me)

            waiting = asyncompat.create_task(host())
            await asyncompat.sleep(0)
            nested(value(1, 0.001))
            assert not waiting.done()
            return waiting

        async def whole():
            waiting = await asyncompat.create_task(main())
            return await waiting is waiting

        assert run(whole())


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
def test_what_runs_in_a_context_further_up_goes_on_afterwards():
    async def main():
        context = contextvars.copy_context()
        seen = []

        async def background():
            for n in range(3):
                await asyncio.sleep(0.001)
                seen.append(n)

        async def middle():
            nested(asyncio.sleep(0.01))

        async def cell():
            nested(middle())

        neighbour = asyncompat.create_task(background(), context=context)
        await asyncompat.create_task(cell(), context=context)
        await neighbour
        return seen

    assert asyncio.run(main()) == [0, 1, 2]


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
@pytest.mark.parametrize("turns", [1, 2, 3, 4])
def test_what_waits_for_a_context_waits_on_when_a_run_further_in_ends(turns, caplog):
    """In the middle of a pass of the outer run, which has counted what is behind it."""

    async def main():
        loop = asyncompat.get_running_loop()
        shared, event, called = contextvars.copy_context(), asyncompat.Event(), []

        async def neighbour():
            await event.wait()
            return "went on"

        async def first():
            nested(value(1, 0.02))

        async def wake_up():
            loop.call_soon(called.append, "called", context=shared)
            event.set()
            await asyncompat.sleep(0)

        async def second():
            await spin(turns)
            nested(wake_up())

        async def spin(times):
            for _ in range(times):
                await asyncompat.sleep(0)

        waiting = asyncompat.create_task(neighbour(), context=shared)
        await asyncompat.sleep(0)
        runs = [asyncompat.create_task(first(), context=shared)]
        runs += [asyncompat.create_task(each) for each in (second(), spin(30), spin(30))]
        await asyncompat.wait(runs)
        return await asyncompat.wait_for(waiting, 5), called

    assert asyncompat.run(main()) == ("went on", ["called"])
    assert not caplog.records


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
def test_what_comes_while_a_run_waits_in_its_callers_context_is_called_afterwards(run, caplog):
    """From another thread, and by timers that a stall has made late."""

    async def main():
        loop = asyncompat.get_running_loop()
        context = asyncompat.task_context(asyncompat.current_task())
        called = []

        def schedule():
            for number in range(10):
                time.sleep(0.002)
                loop.call_soon_threadsafe(called.append, number, context=context)

        async def inner():
            for delay in (0.04, 0.05, 0.15, 0.2):
                loop.call_later(delay, called.append, delay, context=context)
            loop.call_later(0.03, time.sleep, 0.25)
            await asyncompat.sleep(0.4)
            return list(called)

        thread = threading.Thread(target=schedule)
        thread.start()
        before = nested(inner())
        thread.join()
        await asyncompat.sleep(0.01)
        return before, called

    before, called = run(main())
    assert before == []
    assert sorted(called) == sorted([*range(10), 0.04, 0.05, 0.15, 0.2])
    assert not caplog.records


def test_runs_that_end_at_once_let_events_through_now_and_then(run):
    async def main():
        loop = asyncompat.get_running_loop()
        ours, theirs = socket.socketpair()
        came = []
        with ours, theirs:
            loop.add_reader(ours, lambda: came.append(ours.recv(1)))
            loop.call_later(0.001, came.append, "timer")
            theirs.send(b"x")
            until = time.monotonic() + 20
            while len(came) < 2 and time.monotonic() < until:
                nested(nothing())
            loop.remove_reader(ours)
        return came

    async def nothing():
        pass

    assert sorted(map(str, run(main()))) == ["b'x'", "timer"]


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
def test_what_runs_in_the_context_of_who_started_the_caller_eagerly_goes_on_afterwards(run):
    async def main():
        async def background():
            await asyncompat.sleep(0)
            return "went on"

        async def child():
            nested(value(1, 0.01))

        context = asyncompat.task_context(asyncompat.current_task())
        neighbour = asyncompat.create_task(background(), context=context)
        await asyncompat.create_task(child(), eager_start=True)
        return await asyncompat.wait_for(neighbour, 5)

    assert run(main()) == "went on"


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
def test_a_timer_in_a_context_further_up_goes_off_afterwards(run):
    async def main():
        loop = asyncompat.get_running_loop()
        context = asyncompat.task_context(asyncompat.current_task())
        went_off = []
        early = loop.call_later(0.001, went_off.append, "early", context=context)
        late = loop.call_later(0.05, went_off.append, "late", context=context)

        async def middle():
            nested(value(1, 0.01))

        nested(middle())
        assert went_off == []
        assert late._context is context
        await asyncompat.sleep(0)
        assert went_off == ["early"]
        await asyncompat.sleep(0.06)
        assert went_off == ["early", "late"]
        assert early._context is context

    run(main())


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
def test_a_context_that_is_given_stays_the_hosts(run):
    async def main():
        context = contextvars.copy_context()
        host = asyncompat.create_task(forever(), context=context)
        with asyncompat.Runner(nested=True) as runner:
            runner.run(value(1), context=context)
        assert not host.done()
        entered = asyncompat.task_context(asyncompat.current_task())
        runner = asyncompat.Runner(nested=True)
        with pytest.raises(RuntimeError, match="cannot enter"):
            runner.run(value(1), context=entered)
        runner.close()
        host.cancel()

    run(main())


def test_a_runner_that_is_closed_by_what_it_runs(run):
    async def main():
        runner = asyncompat.Runner(nested=True)

        async def close():
            runner.close()

        with pytest.raises(RuntimeError, match="from what the Runner runs"):
            runner.run(close())
        runner.close()

    run(main())


def test_tasks_that_are_born_while_others_are_cancelled(run):
    async def main():
        tasks = []

        async def leave():
            try:
                await forever()
            finally:
                tasks.append(asyncompat.create_task(forever()))

        async def inner():
            tasks.append(asyncompat.create_task(leave()))
            await asyncompat.sleep(0)

        nested(inner())
        return [task.cancelled() for task in tasks]

    assert run(main()) == [True, True]


def test_a_loop_with_passes_of_its_own_gets_a_thread():
    class Loop(asyncio.SelectorEventLoop):
        def call_soon(self, *args, **kwargs):
            return super().call_soon(*args, **kwargs)

    async def look():
        return threading.current_thread()

    async def main():
        return nested(look())

    loop = Loop()
    try:
        assert loop.run_until_complete(main()) is not threading.current_thread()
    finally:
        loop.close()


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
def test_ctrl_c_under_asyncios_own_run():
    async def main():
        events = []

        async def interrupted():
            asyncompat.get_running_loop().call_later(0.01, os.kill, os.getpid(), signal.SIGINT)
            try:
                await asyncompat.sleep(30)
            finally:
                events.append("finally")

        with pytest.raises(KeyboardInterrupt):
            nested(interrupted())
        events.append(nested(value("still works", 0.001)))
        return events

    asyncio_run = getattr(asyncio, "run", asyncompat.run)
    assert asyncio_run(main()) == ["finally", "still works"]


class TestRunnerInAThread:
    def test_its_loop_lives_as_long_as_it_does(self, run):
        async def main():
            made = []

            def factory():
                made.append(asyncio.new_event_loop())
                return made[-1]

            async def start(tasks):
                tasks.append(asyncompat.create_task(value("done", 0.001)))

            async def wait(tasks):
                return await tasks[0]

            tasks = []
            with asyncompat.Runner(nested=True, loop_factory=factory) as runner:
                runner.run(start(tasks))
                assert runner.run(wait(tasks)) == "done"
                assert runner.get_loop() is made[0]
            assert len(made) == 1
            assert made[0].is_closed()

        run(main())

    @pytest.mark.skipif(sys.version_info < (3, 7), reason="3.6 has no contextvars")
    def test_what_is_given_as_context_is_used(self, run):
        variable = contextvars.ContextVar("variable", default="unset")

        async def look():
            return variable.get()

        async def main():
            context = contextvars.copy_context()
            context.run(variable.set, "given")
            with asyncompat.Runner(nested=True, loop_factory=asyncio.new_event_loop) as runner:
                return runner.run(look(), context=context)

        assert run(main()) == "given"


def test_the_idiom_of_old_under_the_patch(run):
    async def main():
        loop = asyncompat.get_running_loop()
        with asyncompat.patch_asyncio():
            done, pending = loop.run_until_complete(asyncio.wait([value(1), value(2)]))
        return sorted(task.result() for task in done), pending

    assert run(main()) == ([1, 2], set())


class TestThePassAround:
    def test_finds_what_it_has_counted(self, run):
        # Callbacks, tasks and runs at random, in whatever order the loop comes to them.
        async def main(chance, seen):
            loop = asyncompat.get_running_loop()
            kept, over = [], []

            async def task(depth):
                for _ in range(chance.randrange(3)):
                    act(depth)
                    await asyncompat.sleep(chance.choice([0, 0, 0, 0.0005]))

            def act(depth):
                seen.append(depth)
                if len(seen) > 300 or depth > 8 or over:
                    return
                which = chance.randrange(5)
                if which == 0:
                    loop.call_soon(act, depth)
                elif which == 1:
                    kept.append(asyncompat.create_task(task(depth)))
                elif which == 2:
                    loop.call_soon(act, depth)
                    loop.call_soon(act, depth)
                else:
                    # Too many go on at once, or what this was born in ends meanwhile.
                    ends = [] if asyncompat.current_task() else [asyncompat.CancelledError]
                    with contextlib.suppress(RuntimeError, *ends):
                        nested(task(depth + 1) if which == 3 else asyncompat.sleep(0))

            for _ in range(20):
                act(0)
                await asyncompat.sleep(0)
            await asyncompat.sleep(0.005)
            over.append(True)  # what is still to come makes nothing that would be left
            for each in kept:
                each.cancel()
            await asyncompat.gather(*kept, return_exceptions=True)

        for seed in range(15):
            seen = []
            run(main(random.Random(seed), seen))
            assert len(seen) >= 20

    def test_leaves_no_more_from_run_to_run(self, run):
        async def main():
            loop = asyncompat.get_running_loop()
            scheduled = []
            for _ in range(200):
                loop.call_soon(str)
                nested(value(1))
                scheduled.append(len(loop._ready))
            return scheduled

        scheduled = run(main())
        assert max(scheduled) <= scheduled[0] + 1

    def test_calls_a_reader_again_that_runs_something(self, run):
        """More comes in meanwhile: what is run waits for that."""

        class Doubling(asyncio.Protocol):
            def connection_made(self, transport):
                self.transport = transport
                self.reader = asyncio.StreamReader()

            def data_received(self, data):
                self.reader.feed_data(data)
                if data == b"a":
                    self.transport.write(nested(self.reader.readexactly(2)) * 2)

        async def main():
            loop = asyncompat.get_running_loop()
            server = await loop.create_server(Doubling, "127.0.0.1", 0)
            reader, writer = await asyncio.open_connection(*server.sockets[0].getsockname())
            try:
                for data in (b"a", b"b"):
                    writer.write(data)
                    await asyncompat.sleep(0.005)
                return await asyncompat.wait_for(reader.readexactly(4), 5)
            finally:
                writer.close()
                server.close()

        assert run(main()) == b"abab"

    @pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
    def test_calls_a_handler_of_a_signal_again_that_runs_something(self, run):
        async def main():
            loop = asyncompat.get_running_loop()
            both = loop.create_future()
            seen = []

            def handle():
                seen.append("signal")
                if len(seen) == 1:
                    os.kill(os.getpid(), signal.SIGUSR1)
                    nested(both)
                else:
                    both.set_result(None)

            loop.add_signal_handler(signal.SIGUSR1, handle)
            try:
                os.kill(os.getpid(), signal.SIGUSR1)
                await asyncompat.wait_for(both, 5)
            finally:
                loop.remove_signal_handler(signal.SIGUSR1)
            return seen

        assert run(main()) == ["signal", "signal"]

    def test_calls_a_reader_again_that_starts_eagerly_what_runs_something(self, run):
        async def main():
            loop = asyncompat.get_running_loop()
            one, other = socket.socketpair()
            second, started = loop.create_future(), loop.create_future()
            errors, read = [], []

            async def ask():
                other.send(b"2")
                return await asyncompat.wait_for(second, 5)

            def on_read():
                read.append(one.recv(1))
                if len(read) == 1:
                    started.set_result(asyncompat.create_task(runs(ask()), eager_start=True))
                elif not second.done():
                    second.set_result("second")

            with one, other:
                one.setblocking(False)
                loop.set_exception_handler(lambda loop, context: errors.append(context))
                loop.add_reader(one, on_read)
                other.send(b"1")
                task = await asyncompat.wait_for(started, 5)
                loop.remove_reader(one)
                return await task, read, errors

        assert run(main()) == ("second", [b"1", b"2"], [])

    def test_calls_a_reader_once_for_an_event(self, run):
        read = []

        async def main():
            loop = asyncompat.get_running_loop()
            one, other = socket.socketpair()
            with one, other:
                one.setblocking(False)
                loop.add_reader(one, lambda: read.append(one.recv(9)))
                other.send(b"x")
                await asyncompat.sleep(0)  # it is in the same pass as what follows
                nested(value(1, 0.02))
                loop.remove_reader(one)

        run(main())
        assert read == [b"x"]

    def test_other_threads_lose_no_callback(self, run):
        interval = sys.getswitchinterval()
        called, asked = [], []

        async def main():
            loop = asyncompat.get_running_loop()
            context = contextvars and asyncompat.task_context(asyncompat.current_task())
            kwargs = {} if context is None else {"context": context}

            def ask():
                while len(asked) < 5000:
                    asked.append(1)
                    loop.call_soon_threadsafe(called.append, 1)

            thread = threading.Thread(target=ask)
            thread.start()
            while thread.is_alive():
                loop.call_soon(str, **kwargs)
                nested(asyncompat.sleep(0))
            thread.join()
            await asyncompat.sleep(0.01)

        sys.setswitchinterval(1e-6)
        try:
            run(main())
        finally:
            sys.setswitchinterval(interval)
        assert len(called) == len(asked) == 5000


async def is_cancelled(coro):
    task = asyncompat.create_task(coro)
    await asyncompat.wait([task], timeout=5)
    return task.cancelled()


class TestShortRunsOneAfterTheOther:
    """Who makes them never awaits, and is to be told all the same."""

    @staticmethod
    async def until_told(first, seconds=10):
        """Make short runs until one of them raises.

        ``first`` is done in the third.
        """

        async def short(number):
            if number == 3:
                first()
            for _ in range(number % 3):
                await asyncompat.sleep(0)

        ends = time.monotonic() + seconds
        number = 0
        while time.monotonic() < ends:
            number += 1
            nested(short(number))
        raise AssertionError("nobody was told")

    def test_are_cancelled(self, run):
        async def whole():
            tasks = []
            tasks.append(asyncompat.create_task(self.until_told(lambda: tasks[0].cancel())))
            await asyncompat.wait(tasks)
            return tasks[0].cancelled()

        assert run(whole())

    def test_have_a_time_limit(self, run):
        async def whole():
            async with asyncompat.timeout(0.02):
                await self.until_told(lambda: None)

        with pytest.raises(asyncompat.TimeoutError):
            run(whole())

    def test_end_with_a_group_of_tasks(self, run):
        async def fails():
            await asyncompat.sleep(0.01)
            raise KeyError("x")

        async def whole():
            async with asyncompat.TaskGroup() as group:
                group.create_task(fails())
                await self.until_told(lambda: None)

        with pytest.raises(asyncompat.ExceptionGroup) as caught:
            run(whole())
        assert [type(each) for each in caught.value.exceptions] == [KeyError]

    def test_end_with_the_run_that_has_left_them(self, run):
        async def main(left):
            left.append(asyncompat.create_task(self.until_told(lambda: None)))
            await asyncompat.sleep(0.01)
            return "value"

        async def whole():
            left = []
            assert nested(main(left)) == "value"
            return left[0].cancelled()

        assert run(whole())

    def test_end_with_the_loop(self):
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        task = loop.create_task(self.until_told(loop.stop))
        loop.run_forever()
        with contextlib.suppress(asyncompat.CancelledError):
            loop.run_until_complete(task)
        loop.close()
        assert task.cancelled()

    def test_what_cleans_up_on_a_loop_that_is_to_stop_may_make_some(self):
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        done = []

        def cleans_up():
            loop.stop()
            done.extend(nested(value(each)) for each in range(5))

        loop.call_soon(cleans_up)
        loop.run_forever()
        loop.close()
        assert done == [0, 1, 2, 3, 4]

    def test_let_timers_through_that_work_meanwhile(self, run):
        async def works():
            time.sleep(0.005)

        async def whole():
            ticked = []
            asyncompat.get_running_loop().call_later(0.01, ticked.append, True)
            number = 0
            while not ticked and number < 50:
                number += 1
                nested(works())
            return number

        assert run(whole()) < 20


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
class TestContextsThatNobodyCanName:
    """``context.run(f)``, where f runs something: what is scheduled in it waits for its end."""

    @staticmethod
    def schedule(context, called):
        asyncompat.get_running_loop().call_soon(called.append, "called", context=context)

    def test_when_another_run_ends_meanwhile(self, run):
        async def whole():
            context = contextvars.copy_context()
            called = []

            async def inner():
                self.schedule(context, called)
                for _ in range(3):
                    await asyncompat.sleep(0)

            async def main():
                runs_something = asyncompat.create_task(calls(inner()))
                # With callbacks behind it the pass goes on when that run has ended.
                others = [asyncompat.create_task(asyncompat.sleep(0)) for _ in range(5)]
                await asyncompat.gather(runs_something, *others)

            context.run(nested, main())
            assert called == []
            await asyncompat.sleep(0.01)
            return called

        assert run(whole()) == ["called"]

    def test_around_a_task_that_is_started_eagerly(self, run):
        async def whole():
            context = contextvars.copy_context()
            called = []

            async def inner():
                self.schedule(context, called)
                await ticks(2)

            task = context.run(asyncompat.create_task, calls(inner()), eager_start=True)
            await asyncompat.sleep(0.01)
            await task
            return called

        assert run(whole()) == ["called"]

    def test_a_runner_refuses_it_at_once(self, run):
        async def whole():
            context = contextvars.copy_context()
            with asyncompat.Runner(nested=True) as runner, pytest.raises(RuntimeError) as caught:
                context.run(runner.run, value(1), context=context)
            return str(caught.value)

        assert "what calls this runs in it" in run(whole())


class TestCancellingTheCaller:
    def test_cancels_what_it_runs(self, run):
        ended = []

        async def middle():
            nested(forever_and_then(ended))

        async def main():
            nested(middle())

        async def whole():
            task = asyncompat.create_task(main())
            asyncompat.get_running_loop().call_later(0.005, task.cancel)
            with pytest.raises(asyncompat.CancelledError):
                await task

        run(whole())
        assert ended == ["ended"]

    def test_by_a_timeout(self, run):
        async def main():
            with pytest.raises(asyncompat.TimeoutError):
                async with asyncompat.timeout(0.005):
                    nested(forever())
            await asyncompat.sleep(0)
            return "goes on"

        assert run(main()) == "goes on"

    def test_again_after_the_first_time_was_caught(self, run):
        async def main():
            with contextlib.suppress(asyncompat.CancelledError):
                nested(forever())
            with pytest.raises(asyncompat.TimeoutError):
                async with asyncompat.timeout(0.005):
                    nested(forever())
            with contextlib.suppress(asyncompat.CancelledError):
                await asyncompat.sleep(0)  # 3.11 and 3.12 tell of the first one again
            return "goes on"

        async def whole():
            task = asyncompat.create_task(main())
            asyncompat.get_running_loop().call_later(0.005, task.cancel)
            return await task

        assert run(whole()) == "goes on"

    def test_again_while_it_cleans_up(self, run):
        ended = []

        async def main():
            try:
                nested(forever())
            finally:
                nested(forever_and_then(ended))

        async def whole():
            task = asyncompat.create_task(main())
            for delay in (0.005, 0.02):
                asyncompat.get_running_loop().call_later(delay, task.cancel)
            await asyncompat.wait([task], timeout=5)
            return task.cancelled()

        assert run(whole())
        assert ended == ["ended"]

    def test_too_late_for_what_it_runs(self, run):
        """It is done, but waits until a later run is."""

        async def main():
            value = nested(asyncompat.sleep(0.002, "value"))
            await asyncompat.sleep(0)
            return value

        async def whole():
            task = asyncompat.create_task(main())
            await asyncompat.sleep(0.001)
            asyncompat.get_running_loop().call_later(0.01, task.cancel)
            nested(asyncompat.sleep(0.03))
            await asyncompat.wait([task], timeout=5)
            return task.cancelled()

        assert run(whole())

    def test_twice_and_both_are_caught_inside(self, run):
        if (3, 11) <= sys.version_info < (3, 13):
            pytest.skip("3.11 and 3.12 count by themselves")

        tasks = []

        async def catches():
            for _ in range(2):
                asyncompat.get_running_loop().call_later(0.005, tasks[0].cancel)
                with contextlib.suppress(asyncompat.CancelledError):
                    await forever()
            return "caught twice"

        async def main():
            value = nested(catches())
            await asyncompat.sleep(0)
            return value

        async def whole():
            tasks.append(asyncompat.create_task(main()))
            return await tasks[0]

        assert run(whole()) == "caught twice"

    def test_from_outside_is_no_timeout(self, run):
        async def slow_to_end():
            try:
                await forever()
            finally:
                await asyncompat.sleep(0.1)  # until the time is over, too

        async def main():
            async with asyncompat.timeout(0.03):
                nested(slow_to_end())

        async def whole():
            task = asyncompat.create_task(main())
            asyncompat.get_running_loop().call_later(0.005, task.cancel)
            await asyncompat.wait([task])
            return task.cancelled()

        assert run(whole())

    @pytest.mark.skipif(sys.version_info < (3, 9), reason="requests say nothing before 3.9")
    @pytest.mark.parametrize("whose", ["ours", "the interpreter's"])
    def test_says_what_the_request_says(self, run, whose):
        said = []

        async def main():
            try:
                await forever()
            except asyncompat.CancelledError as error:
                said.extend(error.args)
                raise

        async def whole():
            make = asyncompat.create_task if whose == "ours" else asyncio.ensure_future
            task = make(calls(main()))
            asyncompat.get_running_loop().call_later(0.005, task.cancel, "because")
            await asyncompat.wait([task], timeout=5)
            return task.cancelled()

        assert run(whole())
        assert said == ["because"]

    def test_by_the_end_of_the_host(self):
        seen = []

        async def side():
            try:
                nested(forever_and_then(seen))
            except asyncompat.CancelledError:
                seen.append("cancelled")
                raise

        async def main():
            task = asyncio.ensure_future(side())
            await asyncio.sleep(0.005)
            return task

        assert asyncompat.run(main()).cancelled()
        assert seen == ["ended", "cancelled"]

    def test_by_the_end_of_the_run_that_has_left_it(self, run):
        async def side():
            nested(forever())

        async def main():
            task = asyncompat.create_task(side())
            await asyncompat.sleep(0.005)
            return task

        async def whole():
            return nested(main())

        assert run(whole()).cancelled()

    def test_before_it_runs_anything(self, run):
        async def main():
            asyncompat.current_task().cancel()
            nested(forever())

        assert run(is_cancelled(main()))

    def test_when_what_it_runs_has_just_ended(self, run):
        async def main():
            async def last_moment(task):
                task.cancel()

            nested(last_moment(asyncompat.current_task()))
            nested(forever())

        assert run(is_cancelled(main()))

    # Before 3.13 nobody can take back what a task of the interpreter's has noted.
    @pytest.mark.parametrize("whose", ["ours", "the interpreter's"])
    def test_tells_it_once(self, whose):
        if whose != "ours" and sys.version_info < (3, 13) and asyncio.Task is not PyTask:
            pytest.skip("tells it twice before 3.13")
        if whose == "ours" and (3, 11) <= sys.version_info < (3, 13):
            pytest.skip("3.11 and 3.12 count by themselves")

        async def main():
            seen = []
            try:
                nested(forever())
            except asyncompat.CancelledError:
                seen.append("cancelled")
            for _ in range(3):
                await asyncompat.sleep(0.001)
                seen.append("slept")
            return seen

        async def whole():
            make = asyncompat.create_task if whose == "ours" else asyncio.ensure_future
            task = make(main())
            asyncompat.get_running_loop().call_later(0.005, task.cancel)
            return await task

        loop = asyncio.new_event_loop()
        try:
            assert loop.run_until_complete(whole()) == ["cancelled", "slept", "slept", "slept"]
        finally:
            loop.close()


class TestWhatSomethingElseEnds:
    """What waits for the caller among others does not wait for itself."""

    @pytest.mark.parametrize("how", [asyncompat.FIRST_COMPLETED, asyncompat.FIRST_EXCEPTION])
    @pytest.mark.parametrize("wait", [asyncio.wait, asyncompat.wait])
    def test_the_first_of_several(self, run, wait, how):
        async def main():
            me = asyncompat.current_task()

            async def fail():
                await asyncompat.sleep(0.005)
                raise LookupError

            async def watcher():
                work = asyncompat.create_task(fail())
                done, _ = await wait([me, work], return_when=how)
                return [type(each.exception()) for each in done]

            return nested(watcher())

        assert run(main()) == [LookupError]

    @pytest.mark.parametrize("wait", [asyncio.wait, asyncompat.wait])
    def test_for_some_time(self, run, wait):
        async def main():
            me = asyncompat.current_task()

            async def watcher():
                done, pending = await wait([me], timeout=0.005)
                return len(done), pending == {me}

            return nested(watcher())

        assert run(main()) == (0, True)

    @pytest.mark.parametrize("as_completed", [asyncio.as_completed, asyncompat.as_completed])
    def test_the_first_that_is_completed(self, run, as_completed):
        async def main():
            me = asyncompat.current_task()

            async def watcher():
                work = asyncompat.create_task(value("work", 0.005))
                first, second = as_completed([me, work])
                result = await first
                with pytest.raises(RuntimeError, match="wait for itself"):
                    await second
                return result

            return nested(watcher())

        assert run(main()) == "work"

    def test_a_queue_that_others_fill(self, run):
        async def main():
            me, results = asyncompat.current_task(), asyncio.Queue()
            me.add_done_callback(results.put_nowait)

            async def collect():
                work = asyncompat.create_task(value("work", 0.005))
                work.add_done_callback(results.put_nowait)
                return (await results.get()) is work

            try:
                return nested(collect())
            finally:
                me.remove_done_callback(results.put_nowait)

        assert run(main())


@pytest.mark.skipif(platform.python_implementation() == "PyPy", reason="collects when it likes to")
def test_tasks_are_told_while_the_collector_takes_some_away(run):
    async def give(thing):
        return thing

    async def main():
        others = [asyncompat.create_task(forever()) for _ in range(40)]
        thresholds, found = gc.get_threshold(), set()
        try:
            for threshold in range(1, 300):
                thing = type("Thing", (), {})()
                thing.task = asyncompat.create_task(give(thing))
                await thing.task
                thing = None
                gc.disable()
                gc.set_threshold(threshold)
                garbage = [[] for _ in range(100)]
                gc.enable()
                found.add(len(tasks_now(asyncompat.get_running_loop())))
                del garbage
        finally:
            gc.set_threshold(*thresholds)
            for each in others:
                each.cancel()
        return found

    assert run(main()) == {41}


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
def test_a_timer_that_a_run_makes_in_its_callers_context(run):
    async def main():
        loop, called = asyncompat.get_running_loop(), []
        context = asyncompat.task_context(asyncompat.current_task())

        async def inner():
            await asyncompat.sleep(0.001)
            for delay in (0.005, 0.006, 0.02):
                loop.call_later(delay, called.append, delay, context=context)
            await asyncompat.sleep(0.04)
            return list(called)

        assert nested(inner()) == []
        await asyncompat.sleep(0.001)
        return called

    assert run(main()) == [0.005, 0.006, 0.02]


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
def test_what_runs_in_the_context_of_a_callback_goes_on_afterwards(run):
    async def main():
        context = contextvars.copy_context()
        task = asyncompat.create_task(ticks(3), context=context)
        loop = asyncompat.get_running_loop()
        loop.call_soon(lambda: nested(value(1, 0.01)), context=context)
        return await asyncompat.wait_for(task, 5)

    assert run(main()) == "went on"


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
def test_what_is_called_in_a_context_of_its_own_runs_something(run):
    """The tasks and timers that have this context go on afterwards; to wait for them is refused."""

    async def main():
        context, called = contextvars.copy_context(), []
        loop = asyncompat.get_running_loop()
        task = asyncompat.create_task(ticks(5), context=context)
        loop.call_later(0.002, called.append, "called", context=context)
        await asyncompat.sleep(0.001)
        context.run(nested, asyncompat.sleep(0.01))

        async def inner():
            return await task

        with pytest.raises(RuntimeError, match="would wait for itself"):
            context.run(nested, inner())
        return await task, called

    assert run(main()) == ("went on", ["called"])


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
def test_a_runner_is_closed_in_the_context_that_it_was_given(run):
    async def main():
        context = contextvars.copy_context()
        runner = asyncompat.Runner(nested=True)
        result = runner.run(value("ran"), context=context)
        context.run(runner.close)
        return result

    assert run(main()) == "ran"


def test_a_runner_is_closed_while_one_of_its_tasks_waits_for_a_run(run):
    async def first(tasks):
        async def waits():
            await asyncompat.sleep(0.001)
            nested(value(1, 0.01))
            await asyncompat.sleep(0)

        tasks.append(asyncompat.create_task(waits()))

    async def main():
        tasks = []
        with asyncompat.Runner(nested=True) as runner:
            runner.run(first(tasks))
            await asyncompat.sleep(0.005)
        await asyncompat.wait(tasks)
        return tasks[0].cancelled()

    assert run(main())


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contexts")
def test_runs_that_arrange_for_the_next_leave_nothing(run):
    async def main():
        runs, done = [], asyncompat.Event()

        def again():
            runs.append(1)
            if len(runs) == 100:
                done.set()
            else:
                nested(job())

        async def job():
            asyncompat.get_running_loop().call_soon(again)

        before = births()
        again()
        await done.wait()
        return births() - before

    def births():
        for _ in range(3):  # PyPy takes several
            gc.collect()
        return sum(type(each).__name__ == "Born" for each in gc.get_objects())

    assert run(main()) < 5


def test_a_factory_that_fails_leaves_no_thread(run):
    def fail():
        raise LookupError("no loop")

    async def main():
        for _ in range(3):
            with pytest.raises(LookupError):
                nested(value(1), loop_factory=fail)

    run(main())
    left = [each for each in threading.enumerate() if each.name == "asyncompat.run"]
    for each in left:
        each.join(5)
    assert [each for each in left if each.is_alive()] == []


@pytest.mark.skipif(sys.platform == "win32", reason="signals of another kind")
class TestCtrlC:
    @staticmethod
    def press(*seconds):
        for each in seconds:
            threading.Timer(each, os.kill, (os.getpid(), signal.SIGINT)).start()

    def test_is_the_programs_own_where_that_says_so(self):
        pressed = []

        async def main():
            asyncompat.get_running_loop().add_signal_handler(
                signal.SIGINT, pressed.append, "pressed"
            )
            self.press(0.01)
            return nested(value("went on", 0.1))

        assert asyncompat.run(main()) == "went on"
        assert pressed == ["pressed"]

    def test_reaches_another_loop_under_the_patch(self):
        ended = []

        async def main():
            other = asyncio.new_event_loop()
            other.call_soon(self.press, 0.01)
            with asyncompat.patch_asyncio(), pytest.raises(KeyboardInterrupt):
                other.run_until_complete(forever_and_then(ended))
            other.close()

        asyncompat.run(main())
        assert ended == ["ended"]

    def test_a_second_one_does_not_wait_for_a_thread(self):
        go_on = threading.Event()

        async def inner():
            self.press(0.01, 0.06)
            while not go_on.is_set():
                try:
                    await asyncompat.sleep(0.02)
                except asyncompat.CancelledError:
                    go_on.was_cancelled = True

        async def main():
            with pytest.raises(KeyboardInterrupt):
                nested(inner(), loop_factory=asyncio.new_event_loop)
            assert go_on.was_cancelled
            assert not go_on.is_set()
            go_on.set()

        asyncompat.run(main())

    def test_does_not_wait_for_what_cleans_up(self):
        async def stubborn():
            try:
                await forever()
            finally:
                self.press(0.05)
                await asyncompat.sleep(30)

        async def inner():
            asyncompat.create_task(stubborn())
            await asyncompat.sleep(0)

        async def main():
            with pytest.raises(KeyboardInterrupt):
                nested(inner())

        asyncompat.run(main())
