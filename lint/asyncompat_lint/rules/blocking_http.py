from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingHttp(BlockingCallRule):
    """A request by a synchronous HTTP client in code that runs on the event loop.

    Until the answer is there, however slow the server, nothing else on the loop runs. Use a client
    that is made for asyncio, or run the request in a thread.
    """

    code = "AC102"
    name = "blocking-http"
    severity = Severity.ERROR
    does = "waits for the network"
    INVALID = (
        """\
import requests
async def fetch(url):
    return requests.get(url).json()
""",
        """\
import requests
async def fetch(url):
    with requests.Session() as session:
        return session.get(url)
""",
        """\
import httpx
async def fetch(client: httpx.Client, url: str):
    return client.get(url)
""",
        """\
from urllib import request
async def fetch(url):
    return request.urlopen(url)
""",
        """\
import urllib3
async def fetch(url):
    return urllib3.PoolManager().request("GET", url)
""",
    )
    VALID = (
        """\
import httpx
async def fetch(url):
    async with httpx.AsyncClient() as client:
        return await client.get(url)
""",
        """\
import requests, asyncio
async def fetch(url):
    return await asyncio.to_thread(requests.get, url)
""",
        """\
import requests
async def fetch(cache, url):
    return cache.get(url)
""",
    )
