"""Three coroutines, one of which calls time.sleep: while it does, none of the others runs."""

import time

import asyncompat as asyncio

start = time.perf_counter()


def report(name):
    print("{}, {:.2f}".format(name, time.perf_counter() - start))


async def corou_1():
    report("corou 1")
    await asyncio.sleep(2)
    report("corou 1")


async def corou_2():
    report("corou 2")
    time.sleep(5)
    report("corou 2")


async def corou_3():
    report("corou 3")
    await asyncio.sleep(2)
    report("corou 3")


async def main():
    tasks = [asyncio.create_task(corou()) for corou in [corou_1, corou_2, corou_3]]
    await asyncio.gather(*tasks)


if __name__ == "__main__":
    asyncio.run(main())
    print("Wall time: {:.2f} s".format(time.perf_counter() - start))
