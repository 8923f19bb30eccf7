# -*- coding: utf-8 -*-
"""
Four pages at once, in the idiom of Python 3.6: a loop runs what gather() makes of a generator.
"""

import time
import asyncio

now = lambda: time.perf_counter()


async def crawl_page(url):
    print("crawling {}".format(url))
    seconds = int(url.split("_")[-1])
    await asyncio.sleep(seconds)
    print("OK {}".format(url))


start = now()
loop = asyncio.get_event_loop()
pages = (crawl_page(url) for url in ["url_1", "url_2", "url_3", "url_4"])
loop.run_until_complete(asyncio.gather(*pages))
loop.close()

print("Wall time: {:.2f} s".format(now() - start))
