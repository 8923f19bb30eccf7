from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingFile(BlockingCallRule):
    """A call that opens, reads or writes a file in code that runs on the event loop.

    On a fast local disk that may take microseconds; on a busy one, on a network share or with a
    large file it takes as long as it takes, and the loop waits. Put what is done with the file into
    a function and run that in a thread.
    """

    code = "AC104"
    name = "blocking-file"
    severity = Severity.WARNING
    does = "reads or writes files"
    INVALID = (
        """\
async def load(path):
    with open(path) as file:
        return file.read()
""",
        """\
from pathlib import Path
async def load(folder: Path):
    return (folder / "settings.toml").read_text()
""",
        """\
import shutil
async def clear(folder):
    shutil.rmtree(folder)
""",
        """\
import ssl
async def ask():
    return ssl.create_default_context()
""",
    )
    VALID = (
        """\
import asyncio
from pathlib import Path
async def load(path: Path):
    return await asyncio.to_thread(path.read_text)
""",
        """\
import aiofiles
async def load(path):
    async with aiofiles.open(path) as file:
        return await file.read()
""",
        """\
async def load(open, path):
    return open(path)
""",
        """\
import ssl
async def serve():
    return ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
""",
    )
