"""The coming films, all their pages at once, with aiohttp and Beautiful Soup."""

import time

import aiohttp
import film_site
from bs4 import BeautifulSoup

import asyncompat as asyncio

HEADERS = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}


async def fetch(session, url):
    async with session.get(url) as response:
        response.raise_for_status()
        return BeautifulSoup(await response.text(), "html.parser")


async def main(address):
    async with aiohttp.ClientSession(headers=HEADERS) as session:
        page = await fetch(session, address + "/later")
        items = page.find("div", id="showing-soon").find_all("div", class_="intro")
        links = [item.find("a") for item in items]
        dates = [item.find("li").text for item in items]
        film_pages = await asyncio.gather(*[fetch(session, link["href"]) for link in links])
    for link, date, film_page in zip(links, dates, film_pages):
        picture = film_page.find("div", id="mainpic").find("img")
        print("{} {} {}".format(link.text, date, picture["src"]))


if __name__ == "__main__":
    with film_site.running() as site:
        start = time.perf_counter()
        asyncio.run(main(site))
        print("Wall time: {:.2f} s".format(time.perf_counter() - start))
