"""Two producers and two consumers over one queue; the consumers never end by themselves."""

import random
import time

import asyncompat as asyncio


async def consumer(queue, name):
    while True:
        value = await queue.get()
        print("{} get a val: {}".format(name, value))
        await asyncio.sleep(1)


async def producer(queue, name):
    for _ in range(5):
        value = random.randint(1, 10)
        await queue.put(value)
        print("{} put a val: {}".format(name, value))
        await asyncio.sleep(1)


async def main():
    queue = asyncio.Queue()

    consumer_1 = asyncio.create_task(consumer(queue, "consumer_1"))
    consumer_2 = asyncio.create_task(consumer(queue, "consumer_2"))
    producer_1 = asyncio.create_task(producer(queue, "producer_1"))
    producer_2 = asyncio.create_task(producer(queue, "producer_2"))

    await asyncio.sleep(10)
    consumer_1.cancel()
    consumer_2.cancel()

    await asyncio.gather(consumer_1, consumer_2, producer_1, producer_2, return_exceptions=True)


if __name__ == "__main__":
    random.seed(2019)  # the same values at every run
    start = time.perf_counter()
    asyncio.run(main())
    print("Wall time: {:.2f} s".format(time.perf_counter() - start))
