"""Two workers as plain coroutines: nothing of worker_2 runs before worker_1 is done."""

import time

import asyncompat as asyncio


async def worker_1():
    print("worker_1 start")
    await asyncio.sleep(1)
    print("worker_1 done")


async def worker_2():
    print("worker_2 start")
    await asyncio.sleep(2)
    print("worker_2 done")


async def main():
    print("before await")
    await worker_1()
    print("awaited worker_1")
    await worker_2()
    print("awaited worker_2")


if __name__ == "__main__":
    start = time.perf_counter()
    asyncio.run(main())
    print("Wall time: {:.2f} s".format(time.perf_counter() - start))
