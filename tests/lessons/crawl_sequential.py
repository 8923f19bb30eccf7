"""Four pages, one after the other: each is awaited before the next is begun."""

import time

import asyncompat as asyncio


async def crawl_page(url):
    print("crawling {}".format(url))
    seconds = int(url.split("_")[-1])
    await asyncio.sleep(seconds)
    print("OK {}".format(url))


async def main(urls):
    for url in urls:
        await crawl_page(url)


if __name__ == "__main__":
    start = time.perf_counter()
    asyncio.run(main(["url_1", "url_2", "url_3", "url_4"]))
    print("Wall time: {:.2f} s".format(time.perf_counter() - start))
