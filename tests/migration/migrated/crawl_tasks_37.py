"""Four pages at once, in the idiom of Python 3.7: tasks, and run()."""

import asyncompat as asyncio
import time


async def crawl_page(url):
    print("crawling {}".format(url))
    seconds = int(url.split("_")[-1])
    await asyncio.sleep(seconds)
    print("OK {}".format(url))


async def main(urls):
    tasks = [asyncio.create_task(crawl_page(url)) for url in urls]
    for task in tasks:
        await task


start = time.perf_counter()
asyncio.run(main(["url_1", "url_2", "url_3", "url_4"]))
print("Wall time: {:.2f} s".format(time.perf_counter() - start))
