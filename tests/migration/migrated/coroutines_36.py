"""Coroutines as generators, with the loop handed from hand to hand: before async and await."""

import asyncompat as asyncio
import time


async def worker(name, seconds, loop):
    print("{} starts".format(name))
    # The loop is the one that runs.
    await asyncio.sleep(seconds)
    going = [task for task in asyncio.all_tasks(loop) if not task.done()]
    print("{} done, {} tasks going".format(name, len(going)))
    return seconds


async def main(loop):
    tasks = [asyncio.ensure_future(worker(name, n, loop)) for n, name in enumerate("abc", 1)]
    done, pending = await asyncio.wait(tasks)
    return sum(task.result() for task in done), len(pending)


start = time.perf_counter()
loop = asyncio.get_event_loop()
print(loop.run_until_complete(main(loop)))
loop.close()
print("Wall time: {:.2f} s".format(time.perf_counter() - start))
