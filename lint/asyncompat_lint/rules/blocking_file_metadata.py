from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingFileMetadata(BlockingCallRule):
    """A call that asks or changes what the file system knows of a file, on the event loop.

    ``exists``, ``stat``, ``mkdir`` and their kind take microseconds on a local disk, which is why
    they are only told with ``--min-severity info``. On a network file system each can take as
    long as a request to a server, for that is what it is.
    """

    code = "AC105"
    name = "blocking-file-metadata"
    severity = Severity.INFO
    does = "asks the file system"
    INVALID = (
        """\
import os
async def is_there(path):
    return os.path.exists(path)
""",
        """\
from pathlib import Path
async def sizes(names):
    return [Path(name).stat().st_size for name in names]
""",
    )
    VALID = (
        """\
import os.path
async def name_of(path):
    return os.path.basename(path)
""",
        """\
import asyncio, os
async def is_there(path):
    return await asyncio.to_thread(os.path.exists, path)
""",
    )
