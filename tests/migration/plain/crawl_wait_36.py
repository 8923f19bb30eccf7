"""Four pages at once, in the idiom of Python 3.6: wait() gets the coroutines themselves."""

import asyncio
import time


async def crawl_page(url):
    print("crawling {}".format(url))
    seconds = int(url.split("_")[-1])
    await asyncio.sleep(seconds)
    print("OK {}".format(url))


start = time.perf_counter()
loop = asyncio.get_event_loop()
pages = [crawl_page(url) for url in ["url_1", "url_2", "url_3", "url_4"]]
loop.run_until_complete(asyncio.wait(pages))
loop.close()
print("Wall time: {:.2f} s".format(time.perf_counter() - start))
