"""The coming films, page after page, with requests and Beautiful Soup."""

import time

import film_site
import requests
from bs4 import BeautifulSoup

HEADERS = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64)"}


def fetch(url):
    response = requests.get(url, headers=HEADERS, timeout=10)
    response.raise_for_status()
    return BeautifulSoup(response.content, "html.parser")


def main(address):
    page = fetch(address + "/later")
    for item in page.find("div", id="showing-soon").find_all("div", class_="intro"):
        link, date = item.find("a"), item.find("li").text
        picture = fetch(link["href"]).find("div", id="mainpic").find("img")
        print("{} {} {}".format(link.text, date, picture["src"]))


if __name__ == "__main__":
    with film_site.running() as site:
        start = time.perf_counter()
        print("without a browser's name: {}".format(requests.get(site + "/later").status_code))
        main(site)
        print("Wall time: {:.2f} s".format(time.perf_counter() - start))
