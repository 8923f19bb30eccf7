import asyncio
import sys
import traceback

import pytest

import asyncompat

try:
    import contextvars
except ImportError:  # 3.6
    contextvars = None

needs_contextvars = pytest.mark.skipif(contextvars is None, reason="3.6 has no contextvars")


async def nothing():
    await asyncompat.sleep(0)


def test_create_task_starts_when_main_gives_way():
    events = []

    async def work():
        events.append("work")

    async def main():
        task = asyncompat.create_task(work())
        events.append("made")
        await task

    asyncompat.run(main())
    assert events == ["made", "work"]


def test_create_task_leaves_it_to_the_loops_task_factory():
    class OtherTask(asyncio.Task):
        pass

    def factory(loop, coro, **kwargs):
        return OtherTask(coro, loop=loop, **kwargs)

    async def main():
        plain = asyncompat.create_task(nothing())
        asyncompat.get_running_loop().set_task_factory(factory)
        other = asyncompat.create_task(nothing())
        await plain
        await other
        return type(plain), type(other)

    assert asyncompat.run(main()) == (asyncompat.Task, OtherTask)


def test_create_task_without_a_loop():
    coro = nothing()
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncompat.create_task(coro)
    coro.close()


@pytest.mark.parametrize("wrong", [None, nothing, 3])
def test_create_task_refuses_what_is_no_coroutine(wrong):
    async def main():
        with pytest.raises(TypeError, match="a coroutine was expected"):
            asyncompat.create_task(wrong)

    asyncompat.run(main())


@pytest.mark.parametrize(("name", "expected"), [("crawler", "crawler"), (42, "42")])
def test_name(name, expected):
    async def main():
        task = asyncompat.create_task(nothing(), name=name)
        assert asyncompat.task_name(task) == expected
        await task
        return asyncompat.task_name(task)

    assert asyncompat.run(main()) == expected


def test_a_task_without_a_name_keeps_the_one_it_is_given():
    async def main():
        tasks = [asyncompat.create_task(nothing()) for _ in range(3)]
        first = [asyncompat.task_name(task) for task in tasks]
        again = [asyncompat.task_name(task) for task in tasks]
        await asyncompat.gather(*tasks)
        return first, again

    first, again = asyncompat.run(main())
    assert first == again
    assert len(set(first)) == 3
    assert all(name.startswith("Task-") for name in first)


@needs_contextvars
class TestContext:
    def test_runs_in_the_very_context(self):
        var = contextvars.ContextVar("var")
        context = contextvars.copy_context()
        context.run(var.set, "given")

        async def work():
            before = var.get()
            var.set("changed")
            await asyncompat.sleep(0)
            return before, var.get()

        async def main():
            return await asyncompat.create_task(work(), context=context)

        assert asyncompat.run(main()) == ("given", "changed")
        assert context[var] == "changed"
        assert var.get(None) is None

    def test_what_it_starts_is_in_the_context_too(self):
        var = contextvars.ContextVar("var", default="outside")
        context = contextvars.copy_context()
        context.run(var.set, "given")
        seen = []

        async def child():
            seen.append(var.get())

        async def work():
            loop = asyncompat.get_running_loop()
            loop.call_soon(lambda: seen.append(var.get()))
            await asyncompat.create_task(child())
            seen.append(await asyncompat.to_thread(var.get))

        async def main():
            await asyncompat.create_task(work(), context=context)
            seen.append(var.get())

        asyncompat.run(main())
        assert seen == ["given", "given", "given", "outside"]

    def test_cancellation_and_exceptions_pass(self):
        context = contextvars.copy_context()
        events = []

        async def waits():
            try:
                await asyncompat.sleep(3600)
            except asyncio.CancelledError:
                events.append("cancelled")
                raise

        async def fails():
            raise LookupError("lost")

        async def main():
            task = asyncompat.create_task(waits(), context=context)
            await asyncompat.sleep(0)
            task.cancel()
            failing = asyncompat.create_task(fails(), context=contextvars.copy_context())
            await asyncompat.wait([task, failing])
            assert task.cancelled()
            assert isinstance(failing.exception(), LookupError)

        asyncompat.run(main())
        assert events == ["cancelled"]

    def test_a_coroutine_that_a_task_factory_closes_is_closed(self):
        def factory(loop, coro, **kwargs):
            coro.close()  # else it would be reported as never awaited
            return asyncio.Task(nothing(), loop=loop)

        async def main():
            asyncompat.get_running_loop().set_task_factory(factory)
            await asyncompat.create_task(nothing(), context=contextvars.copy_context())

        asyncompat.run(main())

    def test_the_tasks_stack_and_repr_show_the_users_function(self):
        async def find_me():
            await asyncompat.sleep(3600)

        async def main():
            task = asyncompat.create_task(find_me(), context=contextvars.copy_context())
            await asyncompat.sleep(0)
            names = [frame.f_code.co_name for frame in task.get_stack()]
            assert names == ["find_me"]
            assert "find_me" in repr(task)

        asyncompat.run(main())

    def test_a_traceback_ends_in_the_users_frame(self):
        async def fails():
            raise LookupError("lost")

        async def main():
            await asyncompat.create_task(fails(), context=contextvars.copy_context())

        with pytest.raises(LookupError) as caught:
            asyncompat.run(main())
        assert traceback.extract_tb(caught.value.__traceback__)[-1].name == "fails"


@pytest.mark.skipif(contextvars is not None, reason="from 3.7 on contexts are the interpreter's")
def test_context_where_there_are_none():
    class Context:
        steps = 0

        def run(self, function, *args):
            self.steps += 1
            return function(*args)

    async def main():
        context = Context()
        await asyncompat.create_task(nothing(), context=context)
        return context.steps

    assert asyncompat.run(main()) == 2


def test_current_task():
    async def main():
        loop = asyncompat.get_running_loop()
        assert asyncompat.current_task() is asyncompat.current_task(loop)
        assert asyncompat.current_task() in asyncompat.all_tasks()
        in_callback = loop.create_future()
        loop.call_soon(lambda: in_callback.set_result(asyncompat.current_task(loop)))
        assert await in_callback is None

    asyncompat.run(main())
    with pytest.raises(RuntimeError):
        asyncompat.current_task()


def test_all_tasks_are_those_not_done():
    async def main():
        task = asyncompat.create_task(nothing())
        assert asyncompat.all_tasks() == {task, asyncompat.current_task()}
        await task
        assert asyncompat.all_tasks() == {asyncompat.current_task()}
        assert asyncompat.all_tasks(asyncompat.get_running_loop()) == asyncompat.all_tasks()

    asyncompat.run(main())
    with pytest.raises(RuntimeError):
        asyncompat.all_tasks()


@pytest.mark.skipif(sys.version_info < (3, 8), reason="tasks have names since 3.8")
def test_task_name_is_get_name():
    async def main():
        task = asyncio.get_running_loop().create_task(nothing(), name="foreign")
        assert asyncompat.task_name(task) == task.get_name() == "foreign"
        await task

    asyncompat.run(main())
