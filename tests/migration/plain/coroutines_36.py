"""Coroutines as generators, with the loop handed from hand to hand: before async and await."""

import asyncio
import time


@asyncio.coroutine
def worker(name, seconds, loop):
    print("{} starts".format(name))
    # The loop is the one that runs.
    yield from asyncio.sleep(seconds, loop=loop)
    going = [task for task in asyncio.Task.all_tasks(loop) if not task.done()]
    print("{} done, {} tasks going".format(name, len(going)))
    return seconds


@asyncio.coroutine
def main(loop):
    tasks = [asyncio.ensure_future(worker(name, n, loop)) for n, name in enumerate("abc", 1)]
    done, pending = yield from asyncio.wait(tasks, loop=loop)
    return sum(task.result() for task in done), len(pending)


start = time.perf_counter()
loop = asyncio.get_event_loop()
print(loop.run_until_complete(main(loop)))
loop.close()
print("Wall time: {:.2f} s".format(time.perf_counter() - start))
