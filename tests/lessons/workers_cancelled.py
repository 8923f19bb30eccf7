"""Three workers: one returns, one fails, one is cancelled, and gather keeps all three outcomes."""

import time

import asyncompat as asyncio


async def worker_1():
    await asyncio.sleep(1)
    return 1


async def worker_2():
    await asyncio.sleep(2)
    return 2 / 0


async def worker_3():
    await asyncio.sleep(3)
    return 3


async def main():
    task_1 = asyncio.create_task(worker_1())
    task_2 = asyncio.create_task(worker_2())
    task_3 = asyncio.create_task(worker_3())

    await asyncio.sleep(2)
    task_3.cancel()

    results = await asyncio.gather(task_1, task_2, task_3, return_exceptions=True)
    print(results)


if __name__ == "__main__":
    start = time.perf_counter()
    asyncio.run(main())
    print("Wall time: {:.2f} s".format(time.perf_counter() - start))
