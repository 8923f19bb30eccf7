"""What asyncompat costs beside the interpreter's own asyncio and beside other backports.

    pip install pyperf taskgroup async-timeout . && python benchmarks/shim.py -o shim.json
    python benchmarks/shim.py --ratios shim.json

Each benchmark is run with every implementation that this interpreter has, in one run; the ratios
are of asyncompat's median to that of the fastest other one.
"""

import asyncio
import collections
import importlib
import sys
import time

import pyperf

import asyncompat

NUMBER = 100000


async def nothing():
    pass


async def tasks_through_a_group(module, number):
    async with module.TaskGroup() as group:
        for _ in range(number):
            group.create_task(nothing())


async def timeouts_entered_and_left(module, number):
    for _ in range(number):
        async with module.timeout(10):
            pass


async def items_through_a_queue(module, number):
    queue = module.Queue(100)

    async def produce():
        for item in range(number):
            await queue.put(item)

    producer = asyncio.ensure_future(produce())
    for _ in range(number):
        await queue.get()
    await producer


BENCHMARKS = [
    (tasks_through_a_group, "TaskGroup"),
    (timeouts_entered_and_left, "timeout"),
    (items_through_a_queue, "Queue"),
]


def implementations(body, name):
    for module_name in ("asyncompat", "asyncio", "taskgroup", "async_timeout"):
        try:
            module = importlib.import_module(module_name)
            asyncompat.run(body(module, 1))
        except (ImportError, AttributeError, asyncompat.BaseExceptionGroup):
            continue  # not for this interpreter, or without such a name
        if hasattr(module, name):
            yield module_name, module


def measure(loops, body, module):
    async def main():
        start = time.perf_counter()
        await body(module, NUMBER)
        return time.perf_counter() - start

    # What runs the coroutine is the implementation's too: its tasks are.
    run = getattr(module, "run", None) or getattr(asyncio, "run", asyncompat.run)
    return sum(run(main()) for _ in range(loops))


def print_ratios(path):
    medians = collections.defaultdict(dict)
    for benchmark in pyperf.BenchmarkSuite.load(path).get_benchmarks():
        what, _, who = benchmark.get_name().partition(" with ")
        medians[what][who] = benchmark.median()
    for what, by_whom in medians.items():
        ours = by_whom.pop("asyncompat")
        if by_whom:
            best = min(by_whom, key=by_whom.get)
            print("{}: {:.2f} of {}".format(what, ours / by_whom[best], best))
        else:
            print("{}: {:.3f} s, nobody else has it".format(what, ours))


def main():
    runner = pyperf.Runner(values=3, processes=5, warmups=1, loops=1)
    for body, name in BENCHMARKS:
        what = body.__name__.replace("_", " ")
        for module_name, module in implementations(body, name):
            runner.bench_time_func("{} with {}".format(what, module_name), measure, body, module)


if __name__ == "__main__":
    if sys.argv[1:2] == ["--ratios"]:
        print_ratios(sys.argv[2])
    else:
        main()
