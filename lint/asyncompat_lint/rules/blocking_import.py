from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingImport(BlockingCallRule):
    """A module that is imported by name, in code that runs on the event loop.

    The first import of a module looks for it in every folder of ``sys.path``, reads it, compiles it
    and runs its top level, with all that it imports itself: for a large library that is a second or
    more in which nothing else happens. Import it in a thread, or before the loop runs. (``import``
    statements are not reported: they are where they are on purpose.)
    """

    code = "AC113"
    name = "blocking-import"
    severity = Severity.WARNING
    does = "imports a module"
    INVALID = (
        """\
import importlib
async def load(plugin):
    return importlib.import_module(plugin)
""",
        """\
from importlib import import_module
def find(plugin):
    return import_module(plugin)
async def load(plugin):
    return find(plugin)
""",
    )
    VALID = (
        """\
import asyncio, importlib
async def load(plugin):
    return await asyncio.to_thread(importlib.import_module, plugin)
""",
        """\
async def load():
    import json
    return json
""",
    )
