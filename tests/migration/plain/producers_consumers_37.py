"""Two producers and two consumers over one queue, in the idiom of Python 3.7."""

import asyncio as aio
import random
import time


async def consumer(queue, name):
    while True:
        value = await queue.get()
        print("{} get a val: {}".format(name, value))
        await aio.sleep(1)


async def producer(queue, name):
    for _ in range(2):
        value = random.randint(1, 10)
        await queue.put(value)
        print("{} put a val: {}".format(name, value))
        await aio.sleep(1)


async def main():
    queue = aio.Queue()
    consumers = [aio.create_task(consumer(queue, "consumer_{}".format(n))) for n in (1, 2)]
    producers = [aio.create_task(producer(queue, "producer_{}".format(n))) for n in (1, 2)]
    await aio.sleep(10)
    for task in consumers:
        task.cancel()
    await aio.gather(*consumers, *producers, return_exceptions=True)
    print("tasks left: {}".format(len(aio.all_tasks()) - 1))


random.seed(2019)  # the same values at every run
start = time.perf_counter()
aio.run(main())
print("Wall time: {:.2f} s".format(time.perf_counter() - start))
