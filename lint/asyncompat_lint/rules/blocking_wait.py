from __future__ import annotations

from asyncompat_lint.findings import Severity
from asyncompat_lint.rules.blocking import BlockingCallRule


class BlockingWait(BlockingCallRule):
    """A call that waits for another thread or process, in code that runs on the event loop.

    ``Future.result``, ``Queue.get``, ``Thread.join`` and ``Event.wait`` return when somebody else
    is done. If that somebody needs the event loop to be done, as after
    ``run_coroutine_threadsafe``, they wait for each other for ever. ``asyncio.wrap_future``,
    asyncio's own queues and events, or a thread that does the waiting, leave the loop free.
    """

    code = "AC108"
    name = "blocking-wait"
    severity = Severity.ERROR
    does = "waits for another thread or process"
    INVALID = (
        """\
import asyncio
async def ask(coro, loop):
    return asyncio.run_coroutine_threadsafe(coro, loop).result()
""",
        """\
from concurrent.futures import ThreadPoolExecutor
async def work(executor: ThreadPoolExecutor, job):
    future = executor.submit(job)
    return future.result()
""",
        """\
import queue
jobs = queue.Queue()
async def next_job():
    return jobs.get()
""",
        """\
import threading
async def work(job):
    thread = threading.Thread(target=job)
    thread.start()
    thread.join()
""",
    )
    VALID = (
        """\
import asyncio
async def work(executor, job):
    return await asyncio.get_running_loop().run_in_executor(executor, job)
""",
        """\
import queue
jobs = queue.Queue()
async def next_job():
    return jobs.get(block=False)
""",
        """\
import asyncio
async def first(task: asyncio.Task):
    await task
    return task.result()
""",
    )
