"""run in hosts that are programs of their own: each is started, and fed what a user would type.

Not in the default run: `tox -e hosts` installs them.
"""

import asyncio
import subprocess
import sys

import pytest

import asyncompat

# What a user types, in lines that every prompt takes.
TYPED = """
import asyncompat
async def double(number): return await asyncompat.sleep(0.01, 2 * number)

print("value", asyncompat.run(double(21)))
asyncompat.where()
"""


def feed(command, typed):
    """Start a prompt, type, and return what it says."""
    result = subprocess.run(
        command,
        input=typed,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=50,
        check=False,
    )
    return result.stdout


def test_python_m_asyncio():
    said = feed([sys.executable, "-m", "asyncio"], TYPED)
    assert "value 42" in said
    assert "passes of the running loop" in said


IPYTHON = [sys.executable, "-m", "IPython", "--simple-prompt", "--no-banner", "--colors=NoColor"]


def test_ipython(tmp_path):
    pytest.importorskip("IPython")
    said = feed([*IPYTHON, "--ipython-dir", str(tmp_path)], TYPED)
    assert "value 42" in said
    assert "IPython" in said


# What a thread runs meanwhile is not run on the loop of the cells.
THREADED = """
import asyncompat, threading, time
thread = threading.Thread(target=lambda: print("thread", asyncompat.run(asyncompat.sleep(0.5, 1))))
thread.start(); time.sleep(0.1)
print("cell", await asyncompat.sleep(0, 2))
thread.join()
"""


def test_ipython_and_a_thread(tmp_path):
    pytest.importorskip("IPython")
    said = feed([*IPYTHON, "--ipython-dir", str(tmp_path)], THREADED)
    assert "thread 1" in said
    assert "cell 2" in said


# A cell that awaits makes marimo run a loop around all of them, as a script too.
MARIMO_APP = """
import marimo

app = marimo.App()


@app.cell
def _():
    import asyncompat

    async def double(number):
        return await asyncompat.sleep(0.01, 2 * number)

    print("value", asyncompat.run(double(21)))
    asyncompat.where()
    return (asyncompat, double)


@app.cell
async def _(asyncompat, double):
    print("awaited", await double(4), "inside", asyncompat.run(double(5)))
    return


if __name__ == "__main__":
    app.run()
"""


@pytest.mark.parametrize(
    "command",
    [
        "-m marimo export html --no-include-code {app} -o {app}.html",
        "{app}",
    ],
    ids=["in a kernel", "as a script"],
)
def test_marimo(command, tmp_path):
    pytest.importorskip("marimo")
    app = tmp_path / "app.py"
    app.write_text(MARIMO_APP)
    said = feed([sys.executable, *command.format(app=app).split()], "")
    assert "value 42" in said
    assert "awaited 8 inside 10" in said
    assert "marimo" in said
    assert "passes of the running loop" in said


class TestUvloop:
    """Its passes cannot be run from within: a loop in a thread is, which waits for its end."""

    def test_nested(self):
        uvloop = pytest.importorskip("uvloop")

        async def double(number):
            return await asyncompat.sleep(0.01, 2 * number), asyncompat.get_running_loop()

        async def main():
            outer = asyncompat.get_running_loop()
            assert isinstance(outer, uvloop.Loop)
            value, loop = asyncompat.run(double(21), nested=True)
            assert loop is not outer
            return value

        assert asyncompat.run(main(), loop_factory=uvloop.new_event_loop) == 42

    def test_everything_else(self):
        uvloop = pytest.importorskip("uvloop")

        async def main():
            async with asyncompat.TaskGroup() as group:
                eager = group.create_task(asyncompat.sleep(0.001, "eager"), eager_start=True)
                with pytest.raises(asyncio.TimeoutError):
                    async with asyncompat.timeout(0.001):
                        await asyncompat.sleep(10)
            results = [
                r async for r in asyncompat.concurrent_map(asyncompat.sleep, [0, 0], limit=1)
            ]
            return eager.result(), results

        assert asyncompat.run(main(), loop_factory=uvloop.new_event_loop) == ("eager", [None, None])


# Who comes from there has this line in many programs.
NEST_ASYNCIO = """
import asyncio, nest_asyncio2, traceback, asyncompat
nest_asyncio2.apply()

async def get(queue):
    return await queue.get()

async def fail():
    asyncio.ensure_future(asyncio.sleep(100))
    raise LookupError("here")

async def main():
    queue = asyncio.Queue()
    asyncio.get_running_loop().call_later(0.01, queue.put_nowait, "from outside")
    print(asyncompat.run(get(queue), nested=True))
    asyncompat.where()
    try:
        asyncompat.run(fail(), nested=True)
    except LookupError:
        traceback.print_exc()
    print(len(asyncio.all_tasks()), "task")

asyncio.run(main())
"""


def test_a_loop_that_nest_asyncio_has_made_reentrant():
    pytest.importorskip("nest_asyncio2")
    said = feed([sys.executable, "-c", NEST_ASYNCIO], "")
    assert "from outside" in said
    assert "the running loop, which nest_asyncio has made re-entrant" in said
    assert "LookupError: here" in said
    assert "nest_asyncio2.py" not in said
    assert "1 task" in said
