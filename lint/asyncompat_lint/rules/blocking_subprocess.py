from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingSubprocess(BlockingCallRule):
    """A call that runs a process and waits for it, in code that runs on the event loop.

    The loop stands still until the process has ended. ``asyncio.create_subprocess_exec`` and
    ``create_subprocess_shell`` wait without blocking. (``Popen`` itself only starts a process and
    is not reported; its ``wait`` and ``communicate`` are.)
    """

    code = "AC103"
    name = "blocking-subprocess"
    severity = Severity.ERROR
    does = "waits for a process"
    INVALID = (
        """\
import subprocess
async def build():
    subprocess.run(["make"], check=True)
""",
        """\
import subprocess
async def build():
    process = subprocess.Popen(["make"])
    process.wait()
""",
        """\
import os
async def build():
    os.system("make")
""",
    )
    VALID = (
        """\
import asyncio
async def build():
    process = await asyncio.create_subprocess_exec("make")
    await process.wait()
""",
        """\
import subprocess
async def start():
    return subprocess.Popen(["make"])
""",
    )
