from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingDatabase(BlockingCallRule):
    """A call of a synchronous database driver, in code that runs on the event loop.

    A statement takes as long as the database takes: for a lock of somebody else, for a table that
    has grown. Meanwhile the loop serves nobody. Use an asynchronous driver, or do all that belongs
    together in one function and run that in a thread: a connection often belongs to its thread.
    """

    code = "AC107"
    name = "blocking-database"
    severity = Severity.ERROR
    does = "waits for a database"
    INVALID = (
        """\
import sqlite3
async def names():
    connection = sqlite3.connect("app.db")
    return connection.execute("select name from users").fetchall()
""",
        """\
import sqlite3
class Store:
    def __init__(self, path):
        self.connection = sqlite3.connect(path)
    async def save(self, name):
        self.connection.cursor().execute("insert into users values (?)", [name])
""",
    )
    VALID = (
        """\
import aiosqlite
async def names():
    async with aiosqlite.connect("app.db") as connection:
        return await connection.execute_fetchall("select name from users")
""",
        """\
import asyncio, sqlite3
def read_names():
    with sqlite3.connect("app.db") as connection:
        return connection.execute("select name from users").fetchall()
async def names():
    return await asyncio.to_thread(read_names)
""",
    )
