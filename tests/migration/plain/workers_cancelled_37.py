"""Three workers, in the idiom of Python 3.7: one returns, one fails, one is cancelled."""

import time
from asyncio import create_task, current_task, gather, get_running_loop, run, sleep


async def worker(number):
    await sleep(number)
    return number if number == 1 else 2 / 0


async def main():
    assert current_task() is not None
    assert get_running_loop().is_running()
    tasks = [create_task(worker(number)) for number in (1, 2, 3)]
    await sleep(2)
    tasks[2].cancel()
    for result in await gather(*tasks, return_exceptions=True):
        print(type(result).__name__)


start = time.perf_counter()
run(main())
print("Wall time: {:.2f} s".format(time.perf_counter() - start))
