"""A coroutine calls a helper that looks harmless, and sleeps: the clock of the others stops."""

import time

import asyncompat as asyncio


def read_sensor():
    return calibrated(21.5)


def calibrated(value):
    time.sleep(1)  # the sensor needs it
    return value + 0.5


async def watch():
    print("sensor: {}".format(read_sensor()))


async def tick():
    for _ in range(3):
        await asyncio.sleep(0.5)
        print("tick at {:.1f}".format(time.perf_counter() - start))


async def main():
    await asyncio.gather(tick(), watch())


if __name__ == "__main__":
    start = time.perf_counter()
    asyncio.run(main())
    print("Wall time: {:.2f} s".format(time.perf_counter() - start))
