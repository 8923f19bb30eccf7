"""Tasks and switches inside a running loop, beside plain asyncio and the packages that patch it.

    pip install pyperf nest_asyncio nest_asyncio2 . && python benchmarks/nested.py

Each way runs in processes of its own, for patches stay; pyperf makes and times them, and says when
the machine was too busy for it.
"""

import asyncio
import importlib.util
import os
import subprocess
import sys
import tempfile
import time

import pyperf

NUMBER = 20000
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


def runner_of(way):
    """Return what runs a coroutine, this way, where a loop already runs."""
    if way == "plain":
        return getattr(asyncio, "run", None) or asyncio.new_event_loop().run_until_complete  # 3.6
    if way == "asyncompat":
        import asyncompat

        return lambda coro: asyncompat.run(coro, nested=True)
    __import__(way).apply()
    return asyncio.run


def timed(way, work, number):
    """Return the seconds that some runs of a work take, without what is around the runs."""
    run = runner_of(way)

    async def measured():
        start = time.perf_counter()
        await work()
        return time.perf_counter() - start

    if way == "plain":
        return sum(run(measured()) for _ in range(number))

    async def cell():
        if work is nothing:
            start = time.perf_counter()
            for _ in range(number):
                run(nothing())
            return time.perf_counter() - start
        return sum([run(measured()) for _ in range(number)])

    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    return loop.run_until_complete(cell())


def measure():
    """Measure one way, as pyperf has it done."""
    runner = pyperf.Runner(
        processes=5, add_cmdline_args=lambda command, arguments: command.append(arguments.way)
    )
    runner.argparser.add_argument("way")
    way = runner.parse_args().way
    for work, inner in [(tasks, NUMBER), (switches, NUMBER), (nothing, 1)]:
        if work is not nothing or way != "plain":
            runner.bench_time_func(
                work.__name__, lambda number, work=work: timed(way, work, number), inner_loops=inner
            )


def main():
    medians = {}
    with tempfile.TemporaryDirectory() as folder:
        for way in WAYS:
            if way != "plain" and importlib.util.find_spec(way) is None:
                continue  # 3.6 has no nest_asyncio2
            output = os.path.join(folder, way)
            command = [sys.executable, "-W", "ignore", __file__, way, "--quiet", "-o", output]
            if subprocess.run(command, check=False).returncode == 0:
                benchmarks = pyperf.BenchmarkSuite.load(output).get_benchmarks()
                medians[way] = {each.get_name(): each.median() for each in benchmarks}
    for way, found in medians.items():
        text = "{:14} {:9.0f} tasks/s {:9.0f} switches/s".format(
            way, 1 / found["tasks"], 1 / found["switches"]
        )
        if "nothing" in found:
            text += " {:6.1f} us for an empty run".format(found["nothing"] * 1e6)
        print(text)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure()
    else:
        main()
