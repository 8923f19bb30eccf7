"""Which files are read, and how: encodings, line ends, places, files that cannot be read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from asyncompat_lint.cache import Cache
from asyncompat_lint.engine import Settings, check
from asyncompat_lint.rules import RULES
from asyncompat_lint.sources import NoSuchPathError, find_sources

BLOCKS = "import time\nasync def f():\n    time.sleep(1)\n"


def place(finding):
    span = finding.span
    return span.line, span.column, span.end_line, span.end_column


PLACES = {
    "plain": (BLOCKS, (3, 5, 3, 18)),
    "no newline at the end": (BLOCKS.rstrip(), (3, 5, 3, 18)),
    "CRLF": (BLOCKS.replace("\n", "\r\n"), (3, 5, 3, 18)),
    "CR": (BLOCKS.replace("\n", "\r"), (3, 5, 3, 18)),
    "byte-order mark": ("\ufeff" + BLOCKS, (3, 5, 3, 18)),
    "tab": (BLOCKS.replace("    ", "\t"), (3, 2, 3, 15)),
    "form feed": (BLOCKS.replace("\nasync", "\n\x0casync"), (3, 5, 3, 18)),
    "wide characters before": (BLOCKS.replace("time.sleep", "'爬虫'; time.sleep"), (3, 11, 3, 24)),
    "line separator in a string": (
        BLOCKS.replace("    time", "    '\u2028\x0b'; time"),
        (3, 11, 3, 24),
    ),
    "several lines": (BLOCKS.replace("(1)", "(\n        1\n    )"), (3, 5, 5, 6)),
    "in parentheses": (BLOCKS.replace("time.sleep(1)", "(time.sleep(1))"), (3, 6, 3, 19)),
    "decorated": (BLOCKS.replace("async", "@wraps\n@wraps\nasync"), (5, 5, 5, 18)),
    "continued": (BLOCKS.replace("    time", "    x = \\\n  time"), (4, 3, 4, 16)),
    "behind another statement": (BLOCKS.replace("import", "x = 1; import"), (3, 5, 3, 18)),
}


@pytest.mark.parametrize(("code", "expected"), PLACES.values(), ids=PLACES)
def test_place(code, expected, check_code):
    (finding,) = check_code(code)
    assert place(finding) == expected


@pytest.mark.parametrize("encoding", ["latin-1", "cp1252", "utf-8", "euc-jp", "utf-8-sig"])
def test_declared_encoding(encoding, check_code):
    text = f"# -*- coding: {encoding} -*-\nname = 'µ'\n" + BLOCKS
    if encoding == "euc-jp":
        text = text.replace("µ", "日")
    (finding,) = check_code(text.encode(encoding))
    assert place(finding) == (5, 5, 5, 18)


@pytest.mark.parametrize("links", [100, 150, 200, 300, 600, 1200])
@pytest.mark.parametrize("form", ["chain", "sum", "elif"])
def test_what_is_nested_deep_is_read(form, links, check_code):
    """Or told, where it is beyond what the interpreter or libcst can: 3.12 comes less far."""
    code = {
        "chain": "    x" + ".a()" * links,
        "sum": "    y = " + " + ".join(["x"] * links),
        "elif": "    if x: pass\n" + "    elif x: pass\n" * links,
    }[form]
    (finding,) = check_code(f"import time\nasync def f(x):\n    time.sleep(1)\n{code}\n")
    assert place(finding) == (3, 5, 3, 18) or (links > 300 and finding.code == "AC001")


UNREADABLE = {
    "syntax": (b"x = 1\ny = (\n", "cannot be parsed"),
    "Python 2": (b"print 'hello'\n", "cannot be parsed"),
    "indentation": (b"def f():\npass\n", "cannot be parsed"),
    "null byte": (b"x = 1\0\n", "cannot be decoded: it holds a null byte"),
    "not UTF-8": (b"# fine\nx = '\xff'\n", "cannot be decoded: byte 0xff is not utf-8"),
    "an encoding that is none of text": (b"# coding: rot13\n", "rot13 is no encoding of text"),
    "an encoding of nothing": (b"# coding: undefined\n", "undefined is no encoding of text"),
    "unknown encoding": (b"# coding: klingon\n", "cannot be decoded: unknown encoding"),
    "nested too deeply": (b"-" * 200_000 + b"1\n", "cannot be parsed"),
    "brackets in brackets": (b"x = " + b"(" * 500 + b")" * 500 + b"\n", "nested too deeply"),
    "deep attribute chain": (b"x" + b".a" * 100_000 + b"\n", "cannot be parsed"),
}


@pytest.mark.parametrize(("raw", "message"), UNREADABLE.values(), ids=UNREADABLE)
def test_a_file_that_cannot_be_read_is_one_finding_and_the_rest_is_checked(
    raw, message, check_code
):
    findings = check_code(raw, other=BLOCKS)
    assert [(f.path, f.code) for f in findings] == [("code.py", "AC001"), ("other.py", "AC101")]
    assert message in findings[0].message


def test_the_line_where_it_cannot_be_read(check_code):
    (finding,) = check_code(b"a = 1\nb = 2\nx = '\xff'\n")
    assert finding.span.line == 3
    (finding,) = check_code(b"a = 1\nb = 2\nx = = 3\n")
    assert finding.span.line == 3


@pytest.mark.parametrize("code", ["", "\n", "# only a comment", '"""Only a docstring."""'])
def test_nothing_in_it(code, check_code):
    assert check_code(code) == []


def test_warnings_about_the_code_are_not_ours(check_code, recwarn):
    assert check_code("x = '\\d'\nx is 1\n") == []
    assert not recwarn.list


def test_code_is_never_run(check_code, tmp_path):
    check_code("import pathlib\npathlib.Path('ran').touch()\n")
    assert not (tmp_path / "ran").exists()


class TestFindSources:
    @pytest.fixture(autouse=True)
    def _tree(self, tmp_path, monkeypatch):
        monkeypatch.chdir(tmp_path)
        for name in (
            "a.py b.pyw c.txt pkg/__init__.py pkg/mod.py .venv/lib.py env/pyvenv.cfg env/lib.py"
            " node_modules/x.py .hidden/x.py"
        ).split():
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text("")

    def paths(self, *given):
        return [file.path for file in find_sources(given)]

    def test_a_folder_without_other_peoples_code(self):
        assert self.paths(".") == ["a.py", "b.pyw", ".hidden/x.py", "pkg/__init__.py", "pkg/mod.py"]

    def test_what_is_named_is_read(self):
        assert self.paths("c.txt", ".venv", "env/lib.py") == ["c.txt", ".venv/lib.py", "env/lib.py"]

    def test_each_file_once(self):
        assert self.paths("pkg", "./pkg/mod.py", ".") == [
            "pkg/__init__.py",
            "pkg/mod.py",
            "a.py",
            "b.pyw",
            ".hidden/x.py",
        ]

    @pytest.mark.skipif(sys.platform != "linux", reason="names that are no text")
    def test_a_name_that_is_no_text_keeps_nothing_from_being_kept(self, tmp_path):
        Path(os.fsdecode(b"bad\xff.py")).write_text(BLOCKS)
        for _ in range(2):
            (finding,) = check(["."], Settings(RULES), Cache(tmp_path / "kept")).findings
            assert finding.code == "AC101"

    def test_no_such_path(self):
        with pytest.raises(NoSuchPathError, match="nowhere"):
            find_sources(["nowhere"])

    def test_links_are_not_followed_in_circles(self):
        os.symlink("..", "pkg/up")
        os.symlink("nowhere", "pkg/broken.py")
        os.symlink("round", "pkg/round")
        os.symlink("round.py", "pkg/round.py")
        assert "pkg/mod.py" in self.paths("pkg")
        assert len(self.paths("pkg")) == 2

    def test_absolute_paths_are_shown_from_here(self, tmp_path):
        assert self.paths(str(tmp_path / "pkg")) == ["pkg/__init__.py", "pkg/mod.py"]

    def test_a_folder_that_may_not_be_looked_into_is_a_finding(self, monkeypatch):
        look_into = os.scandir

        def refuse(path):
            if "pkg" in str(path):
                raise PermissionError(13, "Permission denied")
            return look_into(path)

        monkeypatch.setattr(os, "scandir", refuse)
        assert "pkg" in self.paths(".")
        found = check(["."], Settings(RULES)).findings
        assert [(each.path, each.code) for each in found] == [("pkg", "AC001")]

    def test_a_file_that_may_not_be_opened_is_a_finding(self, monkeypatch):
        os.mkfifo("pipe.py")  # a folder's listing passes it over ...
        assert "pipe.py" not in self.paths(".")
        os.symlink("loop.py", "loop.py")  # ... and what cannot be opened is told when named
        with pytest.raises(NoSuchPathError):
            self.paths("loop.py")
        Path("gone.py").write_text("")
        files = find_sources(["gone.py"])
        Path("gone.py").unlink()
        monkeypatch.setattr("asyncompat_lint.engine.find_sources", lambda paths, exclude: files)
        (finding,) = check(["gone.py"], Settings(RULES)).findings
        assert (finding.code, finding.message) == (
            "AC001",
            "cannot be opened: No such file or directory",
        )


@pytest.mark.parametrize(
    "value", ["'\\ud800'", "2**70", str(2**70), f"-{2**70}", "'x' * 9", "1e999", "'\\0'"]
)
def test_constants_of_every_kind_can_be_kept(check_code, value):
    code = f"import time\nasync def f(g):\n    g({value})\n    time.sleep({value})\n"
    assert [finding.code for finding in check_code(code)] == ["AC101"]


@pytest.mark.parametrize(
    "code",
    [
        f"def f(x):\n    if x == {2**256}: pass\n",
        'def f(x):\n    if x == "\\ud800": pass\n',
        'def f(x):\n    getattr(x, "\\ud800"), hasattr(x, "\\ud800")\n',
        'def f(x):\n    if not hasattr(x, "\\ud800"): x.y = 1\n',
    ],
)
def test_numbers_and_texts_that_cannot_be_kept(code, check_code):
    assert check_code(f"import time\nasync def g():\n    time.sleep(1)\n{code}")[0].code == "AC101"
