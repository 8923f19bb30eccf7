import threading

import pytest

import asyncompat

try:
    import contextvars
except ImportError:  # 3.6
    contextvars = None


def test_runs_in_another_thread_and_returns():
    def work(first, *, second):
        return first, second, threading.current_thread()

    async def main():
        return await asyncompat.to_thread(work, 1, second=2)

    first, second, thread = asyncompat.run(main())
    assert (first, second) == (1, 2)
    assert thread is not threading.current_thread()


def test_func_is_not_taken_as_a_keyword():
    async def main():
        return await asyncompat.to_thread(dict, loop=1, executor=2)

    assert asyncompat.run(main()) == {"loop": 1, "executor": 2}


def test_raises_what_the_function_raises():
    def work():
        raise LookupError("lost")

    async def main():
        await asyncompat.to_thread(work)

    with pytest.raises(LookupError, match="lost"):
        asyncompat.run(main())


def test_the_loop_goes_on_meanwhile():
    async def main():
        loop = asyncompat.get_running_loop()
        event = threading.Event()
        loop.call_soon(event.set)  # only a free loop can end the wait
        return await asyncompat.to_thread(event.wait, 30)

    assert asyncompat.run(main()) is True


@pytest.mark.skipif(contextvars is None, reason="3.6 has no contextvars")
def test_sees_a_copy_of_the_context():
    var = contextvars.ContextVar("var")

    def work():
        before = var.get()
        var.set("changed")
        return before

    async def main():
        var.set("given")
        return await asyncompat.to_thread(work), var.get()

    assert asyncompat.run(main()) == ("given", "given")
