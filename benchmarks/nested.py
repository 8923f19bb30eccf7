"""Tasks and switches inside a running loop, beside plain asyncio and the packages that patch it.

    pip install nest_asyncio nest_asyncio2 . && python benchmarks/nested.py

Each way runs in a process of its own, for patches stay; all in turn, several times; medians.
"""

import asyncio
import statistics
import subprocess
import sys
import time

NUMBER = 100000
ROUNDS = 5
WAYS = ["plain", "asyncompat", "nest_asyncio", "nest_asyncio2"]


async def nothing():
    pass


async def tasks():
    for _ in range(NUMBER // 100):
        await asyncio.gather(*[nothing() for _ in range(100)])


async def switches():
    async def switch():
        for _ in range(NUMBER // 10):
            await asyncio.sleep(0)

    await asyncio.gather(*[switch() for _ in range(10)])


async def timed(work):
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


def measure(way):
    """Print the seconds for both kinds of work, and of an empty run."""
    works = (tasks, switches)
    if way == "plain":
        print(*[asyncio.run(timed(work)) for work in works], 0)
        return
    if way == "asyncompat":
        import asyncompat

        def run(coro):
            return asyncompat.run(coro, nested=True)
    else:
        __import__(way).apply()
        run = asyncio.run

    async def cell():
        seconds = [run(timed(work)) for work in works]
        start = time.perf_counter()
        for _ in range(1000):
            run(nothing())
        return [*seconds, (time.perf_counter() - start) / 1000]

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    print(*loop.run_until_complete(cell()))


def main():
    results = {way: [] for way in WAYS}
    for _ in range(ROUNDS):
        for way in WAYS:
            command = [sys.executable, "-W", "ignore", __file__, way]
            done = subprocess.run(command, stdout=subprocess.PIPE, check=False)
            if done.returncode == 0:
                results[way].append([float(number) for number in done.stdout.split()])
    for way, rows in results.items():
        if not rows:
            print("{:14} does not run here".format(way))
            continue
        for_tasks, for_switches, empty = map(statistics.median, zip(*rows))
        text = "{:14} {:9.0f} tasks/s {:9.0f} switches/s {:6.1f} us for an empty run"
        print(text.format(way, NUMBER / for_tasks, NUMBER / for_switches, empty * 1e6))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    else:
        main()
