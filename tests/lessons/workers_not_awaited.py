"""Two workers as tasks that nobody awaits: they start when main() gives way, and are cut off.

A task is scheduled by being made; awaiting it only waits for its end. Here main() ends first, so
run() cancels both at their first await. In a notebook, whose loop goes on, they would be done.
"""

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
    tasks = [asyncio.create_task(worker_1()), asyncio.create_task(worker_2())]
    print("made {} tasks, awaiting none".format(len(tasks)))


if __name__ == "__main__":
    start = time.perf_counter()
    asyncio.run(main())
    print("Wall time: {:.2f} s".format(time.perf_counter() - start))
