from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingSleep(BlockingCallRule):
    """A call that sleeps, or waits for a signal, in code that runs on the event loop.

    While it sleeps the event loop does too: no other task goes on, no timer fires, no connection is
    answered. ``asyncio.sleep`` lets the others run meanwhile. (``time.sleep(0)``, which only lets
    other threads run, is not reported.)
    """

    code = "AC101"
    name = "blocking-sleep"
    severity = Severity.ERROR
    does = "sleeps"
    INVALID = (
        """\
import time
async def poll():
    time.sleep(5)
""",
        """\
from time import sleep as pause
async def poll():
    pause(0.5)
""",
    )
    VALID = (
        """\
import asyncio
async def poll():
    await asyncio.sleep(5)
""",
        """\
import time
def poll():
    time.sleep(5)
""",
        """\
import asyncio, time
async def poll():
    await asyncio.to_thread(time.sleep, 5)
""",
        """\
import time
async def poll():
    time.sleep(0)
""",
    )
