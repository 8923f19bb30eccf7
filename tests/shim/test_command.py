"""The command where the linter cannot run: it says what to install, and ends with status 2."""

import os
import subprocess
import sys

import pytest

import asyncompat


def run_command(*arguments, before=""):
    code = before + "import sys; from asyncompat.__main__ import main; sys.exit(main(sys.argv[1:]))"
    process = subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        universal_newlines=True,
        cwd=os.path.dirname(__file__),
    )
    out, err = process.communicate(timeout=50)
    return process.returncode, out, err


def test_version():
    assert run_command("--version") == (0, "asyncompat {}\n".format(asyncompat.__version__), "")


def test_module_can_be_run():
    command = [sys.executable, "-m", "asyncompat", "--version"]
    assert subprocess.check_output(command, cwd=os.path.dirname(__file__)).split() == [
        b"asyncompat",
        asyncompat.__version__.encode(),
    ]


@pytest.mark.parametrize("arguments", [[], ["check"], ["check", "--format", "json", "."]])
def test_without_the_linter(arguments):
    # As if libcst were not installed, whether it is or not.
    before = "import sys; sys.modules['libcst'] = None; "
    status, out, err = run_command(*arguments, before=before)
    assert (status, out) == (2, "")
    assert "python3 -m pip install 'asyncompat[lint]'" in err
    assert "Traceback" not in err
