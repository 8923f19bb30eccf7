from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingSocket(BlockingCallRule):
    """A socket operation or a look-up of a host's name, in code that runs on the event loop.

    Name resolution alone can take seconds when a name server does not answer. The loop's own
    methods (``getaddrinfo``, ``sock_recv``) and asyncio's streams do the same without blocking.
    """

    code = "AC106"
    name = "blocking-socket"
    severity = Severity.ERROR
    does = "waits for the network"
    INVALID = (
        """\
import socket
async def resolve(host):
    return socket.getaddrinfo(host, 443)
""",
        """\
import socket
async def read(host):
    connection = socket.create_connection((host, 80))
    return connection.recv(1024)
""",
    )
    VALID = (
        """\
import asyncio
async def resolve(host):
    return await asyncio.get_running_loop().getaddrinfo(host, 443)
""",
        """\
import socket
async def name():
    return socket.gethostname()
""",
    )
