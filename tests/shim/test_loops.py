import asyncio
import threading

import pytest

import asyncompat


@pytest.fixture(autouse=True)
def _no_loop_is_set():
    asyncio.set_event_loop(None)
    yield
    asyncio.set_event_loop(None)


def test_running_loop():
    async def main():
        loop = asyncompat.get_running_loop()
        assert loop is asyncompat.get_event_loop()
        assert loop.is_running()

    asyncompat.run(main())
    with pytest.raises(RuntimeError, match="no running event loop"):
        asyncompat.get_running_loop()


def test_get_event_loop_makes_and_sets_one_in_the_main_thread():
    loop = asyncompat.get_event_loop()
    try:
        assert asyncompat.get_event_loop() is loop
        assert loop.run_until_complete(asyncompat.sleep(0, "ran")) == "ran"
    finally:
        loop.close()


def test_get_event_loop_after_run():
    asyncompat.run(asyncompat.sleep(0))
    asyncompat.get_event_loop().close()


def test_get_event_loop_returns_the_one_that_is_set():
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    try:
        assert asyncompat.get_event_loop() is loop
    finally:
        loop.close()


def test_get_event_loop_in_another_thread():
    errors = []

    def work():
        try:
            asyncompat.get_event_loop()
        except RuntimeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert len(errors) == 1
    assert "no current event loop" in errors[0]
