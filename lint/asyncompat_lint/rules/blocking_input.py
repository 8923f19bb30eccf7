from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingInput(BlockingCallRule):
    """A call that waits for someone to type, in code that runs on the event loop.

    People are slower than anything else that a program waits for, and until the line is typed no
    other task goes on. Ask in a thread, and the loop stays free meanwhile.
    """

    code = "AC109"
    name = "blocking-input"
    severity = Severity.ERROR
    does = "waits for the keyboard"
    INVALID = (
        """\
async def ask():
    return input("Name: ")
""",
        """\
import getpass
async def ask():
    return getpass.getpass()
""",
        """\
import sys
async def ask():
    return sys.stdin.readline()
""",
    )
    VALID = (
        """\
import asyncio
async def ask():
    return await asyncio.to_thread(input, "Name: ")
""",
        """\
from questions import input
async def ask():
    return input("Name: ")
""",
    )
