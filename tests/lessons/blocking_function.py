"""A blocking function, run without blocking the loop: three times in the time of one."""

import time

import asyncompat as asyncio


def read_sensor(name):
    time.sleep(1)
    return "{} read".format(name)


async def tick():
    for second in ["0.0 s", "0.4 s", "0.8 s"]:
        print("the loop is free at {}".format(second))
        await asyncio.sleep(0.4)


async def main():
    readings = [asyncio.to_thread(read_sensor, name) for name in ["indoor", "outdoor", "cellar"]]
    results = await asyncio.gather(tick(), *readings)
    for result in results[1:]:
        print(result)


if __name__ == "__main__":
    start = time.perf_counter()
    asyncio.run(main())
    print("Wall time: {:.2f} s".format(time.perf_counter() - start))
