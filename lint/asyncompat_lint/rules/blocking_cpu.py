from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingCpu(BlockingCallRule):
    """A call that computes for long, in code that runs on the event loop.

    Hashing a password is made to take its time, and scaling a picture needs it. ``await`` does not
    help, for there is nothing to wait for: a thread does where the work releases the interpreter's
    lock, as these do, and else a process (``ProcessPoolExecutor``).
    """

    code = "AC110"
    name = "blocking-cpu"
    severity = Severity.WARNING
    does = "computes for long"
    INVALID = (
        """\
import hashlib
async def check(password: bytes, salt: bytes):
    return hashlib.pbkdf2_hmac("sha256", password, salt, 600_000)
""",
        """\
import bcrypt
def verify(password, hashed):
    return bcrypt.checkpw(password, hashed)
async def login(password, hashed):
    return verify(password, hashed)
""",
    )
    VALID = (
        """\
import hashlib
async def digest(text: bytes):
    return hashlib.sha256(text).hexdigest()
""",
        """\
import asyncio, bcrypt
async def login(password, hashed):
    return await asyncio.to_thread(bcrypt.checkpw, password, hashed)
""",
    )
