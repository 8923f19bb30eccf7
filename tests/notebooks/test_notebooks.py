"""The notebooks of this folder, in a live kernel: every cell prints what it is saved with.

Cells that print times are tagged `varies`: they must run. Not in the default run: `tox -e
notebooks-py313` and the like install Jupyter.
"""

import copy
import os

import ipykernel
import nbformat
import pytest
from jupyter_client.manager import start_new_kernel
from nbclient import NotebookClient

FOLDER = os.path.dirname(os.path.abspath(__file__))
NOTEBOOKS = sorted(name for name in os.listdir(FOLDER) if name.endswith(".ipynb"))

pytestmark = [
    # Jupyter's own.
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def printed(cell):
    """What a cell has printed, and the text of its value; a picture counts as there or not."""
    texts = [output["text"] for output in cell.outputs if output.output_type == "stream"]
    values = [
        "an SVG" if "image/svg+xml" in output["data"] else output["data"].get("text/plain")
        for output in cell.outputs
        if output.output_type == "execute_result"
    ]
    return "".join(texts), values


@pytest.mark.parametrize("name", NOTEBOOKS)
def test_every_cell_prints_what_it_is_saved_with(name):
    saved = nbformat.read(os.path.join(FOLDER, name), as_version=4)
    run = copy.deepcopy(saved)
    NotebookClient(run, timeout=60, kernel_name="python3").execute()
    for before, after in zip(saved.cells, run.cells):
        if before.cell_type != "code":
            continue
        if "varies" in before.metadata.get("tags", []):
            assert [o.output_type for o in after.outputs].count("error") == 0
        else:
            assert printed(after) == printed(before)


@pytest.fixture
def kernel():
    manager, client = start_new_kernel(kernel_name="python3")
    yield manager, client
    client.stop_channels()
    manager.shutdown_kernel(now=True)


def execute(client, code, while_it_runs=lambda: None, subshell=None):
    """Run code in a kernel; return what it printed, and its error's traceback or None."""
    content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}}
    message = client.session.msg("execute_request", dict(content, allow_stdin=False))
    if subshell is not None:
        message["header"]["subshell_id"] = subshell
    client.shell_channel.send(message)
    request = message["header"]["msg_id"]
    texts, error = [], None
    while True:
        message = client.get_iopub_msg(timeout=60)
        if message["parent_header"].get("msg_id") != request:
            continue
        content = message["content"]
        if message["msg_type"] == "stream":
            texts.append(content["text"])
            while_it_runs()
        elif message["msg_type"] == "error":
            error = "\n".join(content["traceback"])
        elif message["msg_type"] == "status" and content["execution_state"] == "idle":
            return "".join(texts), error


def test_an_interrupt_cancels_what_runs_and_the_kernel_goes_on(kernel):
    manager, client = kernel
    code = (
        "import asyncompat\n"
        "async def main():\n"
        "    print('started', flush=True)\n"
        "    try:\n"
        "        await asyncompat.sleep(60)\n"
        "    finally:\n"
        "        cleaned = True\n"
        "        globals()['cleaned'] = cleaned\n"
        "asyncompat.run(main())\n"
    )
    _, error = execute(client, code, while_it_runs=manager.interrupt_kernel)
    assert "KeyboardInterrupt" in error
    assert execute(client, "print(cleaned)")[0] == "True\n"
    assert execute(client, "print(asyncompat.run(asyncompat.sleep(0, 'works')))") == (
        "works\n",
        None,
    )


@pytest.mark.parametrize("arguments", ["", ", loop_factory=asyncio.new_event_loop"])
@pytest.mark.parametrize(
    "cell",
    [
        "await asyncio.gather(waits())",
        "task = asyncio.ensure_future(waits())\nawait asyncio.sleep(0.5)\nawait task",
        "asyncio.get_event_loop().call_soon(wait)\nawait asyncio.sleep(60)",
    ],
    ids=["awaited", "beside the cell", "a callback"],
)
def test_an_interrupt_of_a_cell_whose_task_runs_something_leaves_the_kernel(
    kernel, cell, arguments
):
    manager, client = kernel
    code = (
        "import asyncio, asyncompat\n"
        "ended = []\n"
        "async def inner():\n"
        "    print('started', flush=True)\n"
        "    try:\n"
        "        await asyncio.sleep(50)\n"
        "    finally:\n"
        "        ended.append('what was run')\n"
        "def wait():\n"
        "    asyncompat.run(inner(){})\n"
        "async def waits():\n"
        "    wait()\n"
    ).format(arguments)
    _, error = execute(client, code + cell, while_it_runs=manager.interrupt_kernel)
    # As without a run: KeyboardInterrupt would go to the loop, which would end, and the kernel.
    assert "CancelledError" in error
    ending = "await asyncio.sleep(0.1)\nprint(ended, asyncompat.run(asyncompat.sleep(0, 'works')))"
    assert execute(client, ending) == ("['what was run'] works\n", None)


def test_a_traceback_shows_the_users_frames_and_not_ours(kernel):
    _, client = kernel
    code = (
        "import asyncompat\n"
        "async def fail():\n"
        "    await asyncompat.sleep(0)\n"
        "    raise LookupError\n"
        "asyncompat.run(fail())\n"
    )
    _, error = execute(client, code)
    assert "LookupError" in error
    assert "fail" in error
    assert "runners.py" not in error
    assert "passes.py" not in error


def test_what_a_runner_prints_is_shown_under_the_cell_that_runs(kernel):
    _, client = kernel
    code = (
        "import asyncompat\n"
        "async def say(what):\n"
        "    await asyncompat.sleep(0.01)\n"
        "    print(what)\n"
        "runner = asyncompat.Runner()\n"
        "runner.run(say('one'))\n"
    )
    assert execute(client, code) == ("one\n", None)
    assert execute(client, "runner.run(say('two'))") == ("two\n", None)
    assert execute(client, "runner.run(say('three')); runner.close()") == ("three\n", None)


def test_what_a_cell_has_awaited_works_inside(kernel):
    _, client = kernel
    served = (
        "import asyncompat\n"
        "from aiohttp import ClientSession, web\n"
        "async def hello(request):\n"
        "    return web.Response(text='hello')\n"
        "app = web.Application()\n"
        "app.router.add_get('/', hello)\n"
        "runner = web.AppRunner(app)\n"
        "async def start():\n"
        "    await runner.setup()\n"
        "    site = web.TCPSite(runner, '127.0.0.1', 0)\n"
        "    await site.start()\n"
        "    return ClientSession(), site._server.sockets[0].getsockname()[1]\n"
        "session, port = await start()\n"
    )
    assert execute(client, served) == ("", None)
    fetched = (
        "async def fetch():\n"
        "    async with session.get('http://127.0.0.1:{}/'.format(port)) as response:\n"
        "        return await response.text()\n"
        "print(asyncompat.run(fetch()))\n"
    )
    assert execute(client, fetched) == ("hello\n", None)
    closed = "await session.close()\nawait runner.cleanup()\n"
    assert execute(client, closed) == ("", None)


@pytest.mark.skipif(ipykernel.version_info < (7,), reason="subshells came with ipykernel 7")
def test_in_a_subshell(kernel):
    _, client = kernel
    client.control_channel.send(client.session.msg("create_subshell_request"))
    subshell = client.get_control_msg(timeout=60)["content"]["subshell_id"]
    code = (
        "import asyncompat, threading\n"
        "async def main():\n"
        "    await asyncompat.sleep(0.01)\n"
        "    return threading.current_thread() is threading.main_thread()\n"
        "print(asyncompat.run(main()))\n"
    )
    assert execute(client, code, subshell=subshell) == ("False\n", None)
