"""A program that uses the shim, for the type checkers: every ``assert_type`` must hold."""

from __future__ import annotations

from typing_extensions import assert_type

import asyncompat as asyncio


async def number() -> int:
    await asyncio.sleep(0.1)
    return 1


async def text() -> str:
    return await asyncio.sleep(0, "text")


def length(of: str, *, plus: int) -> int:
    return len(of) + plus


async def main() -> float:
    task = asyncio.create_task(number(), name="number", context=None)
    assert_type(task, asyncio.Task[int])
    assert_type(asyncio.task_name(task), str)
    assert_type(await task, int)

    assert_type(await asyncio.gather(number(), text()), tuple[int, str])
    assert_type(await asyncio.gather(*[number(), number()]), list[int])
    assert_type(
        await asyncio.gather(*[number()], return_exceptions=True), "list[int | BaseException]"
    )
    assert_type(await asyncio.to_thread(length, "abc", plus=1), int)

    done, pending = await asyncio.wait([asyncio.create_task(text())], timeout=1)
    assert_type(done, set[asyncio.Task[str]])
    assert_type(pending, set[asyncio.Task[str]])

    for coroutine in asyncio.as_completed([number()]):
        assert_type(await coroutine, int)
    async for future in asyncio.as_completed([number()], timeout=1):
        assert_type(future, asyncio.Future[int])

    assert asyncio.current_task() is task
    assert_type(asyncio.get_running_loop(), asyncio.AbstractEventLoop)
    return 1.0


assert_type(asyncio.run(main(), debug=True), float)

# What must be refused, by each checker.
asyncio.run(3)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
asyncio.run(asyncio.to_thread(length, 3, plus=1))  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
asyncio.task_name(main())  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
asyncio.no_such_name()  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]
