"""The command as it is used: what it prints, and its exit status."""

from __future__ import annotations

import io
import json
import multiprocessing
import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from rich.console import Console

from asyncompat_lint import cli, indexing
from asyncompat_lint.engine import Settings, check
from asyncompat_lint.report import text_format
from asyncompat_lint.rules import RULES

BLOCKS = """\
import os, time
async def poll(path):
    time.sleep(1)
    open(path)
    os.stat(path)
"""
LESSONS = Path(__file__).parents[1] / "lessons"


@pytest.fixture(autouse=True)
def _project(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("app").mkdir()
    Path("app/main.py").write_text(BLOCKS)
    Path("clean.py").write_text("async def f(): ...\n")


def run(capsys, *arguments):
    try:
        status = cli.main(arguments)
    except SystemExit as stop:
        status = stop.code
    out, err = capsys.readouterr()
    return status, out, err


def codes(out):
    return [finding["code"] for finding in json.loads(out)]


def test_text(capsys):
    status, out, err = run(capsys, "check")
    assert (status, err) == (1, "")
    assert out == (
        "app/main.py:3:5: error AC101 blocking-sleep: "
        "time.sleep() sleeps while the event loop waits\n"
        "  |\n"
        "3 |     time.sleep(1)\n"
        "  |     ^^^^^^^^^^^^^ in async def poll\n"
        "  = instead: await asyncio.sleep(1)\n"
        "\n"
        "app/main.py:4:5: warning AC104 blocking-file: "
        "open() reads or writes files while the event loop waits\n"
        "  |\n"
        "4 |     open(path)\n"
        "  |     ^^^^^^^^^^ in async def poll\n"
        "  = instead: put what is done with the file into a function and "
        "`await asyncio.to_thread(function)`\n"
        "\n"
        "Found 1 error, 1 warning in 2 files. Can be mended: 1 with --fix.\n"
    )


def test_text_of_a_clean_file(capsys):
    assert run(capsys, "check", "clean.py") == (0, "Nothing found in 1 file.\n", "")


def test_carets_stand_under_the_call(capsys):
    Path("wide.py").write_text("async def f():\n\tx = '爬虫é'; input(\n'?')\n", encoding="utf-8")
    _, out, _ = run(capsys, "check", "wide.py")
    _, _, source, carets, *_ = out.splitlines()
    # "爬虫" takes two columns each, the accent that follows its letter none.
    assert source == "2 |     x = '爬虫é'; input("
    assert carets.index("^") == source.index("input") + 2
    assert carets.count("^") == len("input(")


def test_text_has_colours_on_a_terminal_only():
    stream = io.StringIO()
    result = check(["app"], Settings(RULES))
    text_format.write(result, stream)
    assert "\x1b[" not in stream.getvalue()
    console = Console(file=io.StringIO(), force_terminal=True, color_system="standard")
    for line in text_format.render(result):
        console.print(line)
    assert "\x1b[" in console.file.getvalue()


def test_json(capsys):
    status, out, err = run(capsys, "check", "--format", "json")
    assert (status, err) == (1, "")
    assert json.loads(out)[0] == {
        "path": "app/main.py",
        "line": 3,
        "column": 5,
        "end_line": 3,
        "end_column": 18,
        "code": "AC101",
        "name": "blocking-sleep",
        "severity": "error",
        "message": "time.sleep() sleeps while the event loop waits",
        "fix": "safe",
        "chain": [],
    }


def test_json_of_nothing(capsys):
    status, out, _ = run(capsys, "check", "--format", "json", "clean.py")
    assert (status, json.loads(out)) == (0, [])


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ([], ["AC101", "AC104"]),
        (["--min-severity", "info"], ["AC101", "AC104", "AC105"]),
        (["--min-severity", "error"], ["AC101"]),
        (["--select", "AC104"], ["AC104"]),
        (["--select", "AC104,AC101"], ["AC101", "AC104"]),
        (["--select", "AC104", "--select", "AC101"], ["AC101", "AC104"]),
        (["--select", "AC1"], ["AC101", "AC104"]),
        (["--select", "blocking-sleep"], ["AC101"]),
        (["--ignore", "AC101"], ["AC104"]),
        (["--ignore", "blocking-file"], ["AC101"]),
        (["--ignore", "AC1"], []),
        (["--select", "AC105"], []),
    ],
)
def test_selection(capsys, arguments, expected):
    status, out, _ = run(capsys, "check", "--format", "json", *arguments)
    assert codes(out) == expected
    assert status == (1 if expected else 0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "COMMAND"),
        (["chekc"], "chekc"),
        (["check", "nowhere"], "there is no file or folder 'nowhere'"),
        (["check", "--format", "xml"], "xml"),
        (["check", "--select", "AC999"], "no rule 'AC999'"),
        (["check", "--select", "ac1O1"], "no rule 'ac1O1'; did you mean 'AC101'?"),
        (["check", "--select", "blocking-slep"], "did you mean 'blocking-sleep'?"),
        (["check", "--ignore", "xyzzy"], "no rule 'xyzzy'"),
        (["check", "--min-severity", "bad"], "no severity 'bad' (there are info, warning, error)"),
        (["check", "--no-such-option"], "--no-such-option"),
    ],
)
def test_wrong_use(capsys, arguments, message):
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (2, "")
    assert message in err


def test_unreadable_file(capsys):
    Path("bad.py").write_text("def (:\n")
    status, out, _ = run(capsys, "check", "--format", "json")
    assert (status, codes(out)) == (1, ["AC101", "AC104", "AC001"])
    status, out, _ = run(capsys, "check", "bad.py", "--ignore", "unreadable")
    assert status == 0


def test_a_folder_without_python_says_so(capsys):
    Path("empty").mkdir()
    status, out, err = run(capsys, "check", "empty")
    assert (status, out) == (0, "Nothing found in 0 files.\n")
    assert "no Python files in empty" in err


def test_version_and_help(capsys):
    status, out, _ = run(capsys, "--version")
    assert status == 0
    assert re.fullmatch(r"asyncompat \d+\.\d+\.\d+\n", out)
    status, out, _ = run(capsys, "check", "--help")
    assert status == 0
    assert "exit status: 0 nothing found, 1 something found, 2 wrong use" in out


def command(*arguments, **options):
    return subprocess.run(
        [sys.executable, "-m", "asyncompat", *arguments],
        capture_output=True,
        timeout=50,
        check=False,
        **options,
    )


def test_as_a_process():
    process = command("check", "--format", "json")
    assert process.returncode == 1
    assert process.stderr == b""
    assert codes(process.stdout) == ["AC101", "AC104"]


def test_prints_what_a_terminal_cannot_encode():
    Path("wide.py").write_text("async def 爬():\n    input('爬虫')\n", encoding="utf-8")
    process = command("check", "wide.py", env={**os.environ, "PYTHONIOENCODING": "ascii"})
    assert process.returncode == 1
    assert b"Traceback" not in process.stderr


def test_a_reader_that_stops_reading():
    Path("many.py").write_text("async def f():\n" + "    input()\n" * 4_000)
    process = subprocess.Popen(
        [sys.executable, "-m", "asyncompat", "check", "many.py"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    process.stdout.readline()
    process.stdout.close()
    err = process.stderr.read()
    process.stderr.close()
    assert process.wait(timeout=50) == 1
    assert err == b""


@pytest.mark.skipif(sys.platform == "win32", reason="redirections of a POSIX shell")
@pytest.mark.parametrize(
    ("redirection", "status", "told"),
    [
        (">&-", 1, b""),
        (">&- 2>&-", 1, b""),
        pytest.param(
            ">/dev/full",
            2,
            b"asyncompat: cannot go on: No space left on device\n",
            marks=pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device"),
        ),
    ],
)
def test_an_output_that_takes_nothing(redirection, status, told):
    Path("one.py").write_text("async def f():\n    input()\n")
    command = f"{sys.executable} -m asyncompat check one.py {redirection}"
    process = subprocess.run(["sh", "-c", command], check=False, capture_output=True)
    assert (process.returncode, process.stderr) == (status, told)


@pytest.mark.skipif(sys.platform != "linux", reason="a name that is no text")
def test_a_name_that_is_no_text_and_no_output(tmp_path):
    code = b"async def f():\n    input()\n"
    (tmp_path / os.fsdecode(b"bad\xff.py")).write_bytes(code)
    command = f"{sys.executable} -m asyncompat check >&-"
    process = subprocess.run(["sh", "-c", command], check=False, capture_output=True, cwd=tmp_path)
    assert (process.returncode, process.stderr) == (1, b"")


@pytest.mark.skipif(sys.platform == "win32", reason="the folder cannot be removed")
def test_a_working_folder_that_is_gone(tmp_path):
    (tmp_path / "gone").mkdir()
    script = f"rmdir {tmp_path}/gone; {sys.executable} -m asyncompat check {tmp_path}"
    process = subprocess.run(
        ["sh", "-c", script], check=False, capture_output=True, cwd=tmp_path / "gone"
    )
    assert process.returncode == 2
    assert process.stderr == b"asyncompat: cannot go on: the working folder is gone\n"


@pytest.mark.skipif(
    "fork" not in multiprocessing.get_all_start_methods() or os.cpu_count() == 1,
    reason="processes are no copies here, or there is one core",
)
def test_a_process_that_was_ended(capsys, monkeypatch):
    monkeypatch.setattr(indexing, "WORTH_A_PROCESS", 1)
    monkeypatch.setattr(indexing, "_index", lambda *_: os.kill(os.getpid(), signal.SIGKILL))
    Path("one.py").write_text("")
    status, out, err = run(capsys, "check", "one.py")
    assert (status, out) == (2, "")
    assert err.startswith("asyncompat: cannot go on: a process that reads files was ended")


def test_the_lessons_have_one_line_that_blocks_and_one_helper(capsys):
    status, out, _ = run(
        capsys, "check", "--format", "json", "--min-severity", "info", str(LESSONS)
    )
    through_helpers, direct = json.loads(out)
    assert status == 1
    assert through_helpers["path"].endswith("lessons/helper_blocks.py")
    assert [step["function"] for step in through_helpers["chain"]] == ["read_sensor", "calibrated"]
    assert direct["path"].endswith("lessons/one_blocks.py")
    line = (LESSONS / "one_blocks.py").read_text(encoding="utf-8").splitlines()[direct["line"] - 1]
    assert line.strip() == "time.sleep(5)"


class TestRule:
    def test_a_page(self, capsys):
        assert cli.main(["rule", "AC104"]) == 0
        page = capsys.readouterr().out
        assert page.startswith("AC104 blocking-file (warning)\n\n")
        assert "Found:" in page
        assert "Left alone:" in page

    def test_by_name(self, capsys):
        assert cli.main(["rule", "blocking-sleep"]) == 0
        assert capsys.readouterr().out.startswith("AC101 ")

    def test_all_as_json(self, capsys):
        assert cli.main(["rule", "--all", "--format", "json"]) == 0
        rules = json.loads(capsys.readouterr().out)
        codes = ["AC001", "AC002", *(rule.code for rule in RULES)]
        assert [rule["code"] for rule in rules] == codes
        assert all(rule["page"] and rule["severity"] for rule in rules)
        assert all(rule["found"] and rule["left_alone"] for rule in rules[2:])

    def test_the_differences_are_text(self, tmp_path, capsys):
        (tmp_path / "a.py").write_text("x = 1\n")
        assert cli.main(["check", "--diff", "--format", "json", str(tmp_path)]) == 2
        assert "--diff prints differences, and not as json" in capsys.readouterr().err

    def test_a_wrong_name(self, capsys):
        with pytest.raises(SystemExit) as raised:
            cli.main(["rule", "AC99"])
        assert raised.value.code == 2
        assert "no rule 'AC99'" in capsys.readouterr().err

    def test_no_name(self, capsys):
        assert cli.main(["rule"]) == 2
        assert "name a rule" in capsys.readouterr().err


class TestGroupByRoot:
    @pytest.fixture(autouse=True)
    def project(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        Path("a.py").write_text(
            "import time\ndef wait():\n    time.sleep(1)\ndef more():\n    wait()\n"
            "async def f():\n    wait()\n    more()\nasync def g():\n    open('x')\n"
        )

    def test_text(self, capsys):
        assert cli.main(["check", "a.py", "--no-cache", "--group-by", "root"]) == 1
        lines = capsys.readouterr().out.splitlines()
        assert lines[0] == "a.py:3: error AC101 blocking-sleep: time.sleep(), from 2 places"
        assert lines[1] == "    a.py:7:5 in async def f -> wait (a.py:3)"
        assert lines[2] == "    a.py:8:5 in async def f -> more (a.py:5) -> wait (a.py:3)"
        assert lines[4] == "a.py:10: warning AC104 blocking-file: open(), from 1 place"

    def test_json(self, capsys):
        assert (
            cli.main(["check", "a.py", "--no-cache", "--group-by", "root", "--format", "json"]) == 1
        )
        roots = json.loads(capsys.readouterr().out)
        assert [(r["path"], r["line"], len(r["findings"])) for r in roots] == [
            ("a.py", 3, 2),
            ("a.py", 10, 1),
        ]

    def test_by_place_the_others_are_told(self, capsys):
        cli.main(["check", "--no-cache"])
        out = capsys.readouterr().out
        assert "= also reached from 1 other place; one change in a.py mends all" in out
