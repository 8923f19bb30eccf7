from __future__ import annotations

import json
from pathlib import Path

import pytest

from asyncompat_lint import cli
from asyncompat_lint.engine import Settings, check
from asyncompat_lint.notebooks import code_of
from asyncompat_lint.rules import RULES


@pytest.fixture
def notebook(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)

    def make(*cells):
        objects = [
            {"cell_type": kind, "source": source.splitlines(keepends=True), "metadata": {}}
            for kind, source in (("code", c) if isinstance(c, str) else c for c in cells)
        ]
        Path("book.ipynb").write_text(json.dumps({"cells": objects, "nbformat": 4}))
        return check(["."], Settings(RULES)).findings

    return make


def places(findings):
    return [(f.cell, f.span.line, f.span.column, f.code) for f in findings]


def test_a_place_is_told_by_cell_and_line(notebook, capsys):
    found = notebook(
        "import time",
        ("markdown", "# time.sleep(1)\n"),
        "# a comment\nasync def f():\n    time.sleep(1)",
    )
    assert places(found) == [(3, 3, 5, "AC101")]
    assert cli.main(["check", "--no-cache"]) == 1
    assert "book.ipynb:cell 3:3:5: error AC101" in capsys.readouterr().out
    assert cli.main(["check", "--no-cache", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)[0]["cell"] == 3


def test_the_top_of_a_cell_that_awaits_runs_on_the_loop(notebook):
    found = notebook(
        "import time, asyncio\ntime.sleep(1)",
        "await asyncio.sleep(1)\ntime.sleep(1)",
        "async for x in y:\n    time.sleep(2)",
        "def f():\n    time.sleep(1)",
        "f()\nasync with x:\n    pass",
    )
    assert places(found) == [(2, 2, 1, "AC101"), (3, 2, 5, "AC101"), (5, 1, 1, "AC101")]
    assert found[0].function == "a cell that awaits"
    assert found[2].chain[0].path == "book.ipynb:cell 4"
    assert found[2].chain[0].line == 2


def test_magics_and_shell_lines(notebook):
    found = notebook(
        "%matplotlib inline\n!pip install x\nimport time\ntime?\nfiles = !ls\nwhere = %pwd",
        "%time await f()\n%timeit -n 3 time.sleep(1)",
        "%%time\nawait f()\ntime.sleep(1)",
        "%%bash\nfor x in *; do echo; done",
        "if True:\n    !ls\n    %cd x\nawait g(); time.sleep(1)",
    )
    assert places(found) == [
        (2, 1, 7, "AC403"),
        (2, 2, 14, "AC101"),
        (3, 2, 1, "AC403"),
        (3, 3, 1, "AC101"),
        (5, 4, 12, "AC101"),
    ]


def test_nothing_can_be_awaited_behind_a_magic_that_takes_the_time(notebook):
    findings = notebook("import time\nawait x\n%time time.sleep(1)\ntime.sleep(2)\n")
    assert [(each.span.line, each.fix is None) for each in findings] == [(3, True), (4, False)]
    assert findings[0].instead.startswith("without the magic, ")


def test_a_cell_that_is_no_python_is_told_and_the_others_are_checked(notebook):
    found = notebook("x = 1", "y = (", "import time\nawait f()\ntime.sleep(1)")
    assert places(found) == [(2, 1, 1, "AC001"), (3, 3, 1, "AC101")]


def test_lines_that_go_on(notebook):
    found = notebook(
        "!pip install a \\\n   b\nimport time\nawait f()\ntime.sleep(1)",
        '%matplotlib inline\nx = (\'%s\'\n     % 1)\ny = """\n!no\n"""\nawait f()\ntime.sleep(1)',
        "/f 1\n,g a\nawait f()\n%time h(\n    time.sleep(1))",
    )
    assert places(found) == [(1, 5, 1, "AC101"), (2, 8, 1, "AC101"), (3, 5, 5, "AC101")]


def test_comments_options_and_loops_among_magics(notebook):
    found = notebook(
        "import os\n\n%matplotlib inline\nimport time\nawait f()\ntime.sleep(1)",
        "# install\n!pip install x\n%prun -s cumulative -l 10 f()\n%lprun -f f f(1)\n"
        "%time for x in y: print(x)\nawait f()\ntime.sleep(1)",
    )
    assert places(found) == [(1, 6, 1, "AC101"), (2, 7, 1, "AC101")]


def test_a_line_is_shown_as_it_is_written(notebook):
    (found,) = notebook("import time\nawait f()\n%time time.sleep(1)")
    assert found.source_lines == ("%time time.sleep(1)",)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"cells": 1}', '{"cells": [{}]}'])
def test_what_is_no_notebook_is_told(tmp_path, monkeypatch, text):
    monkeypatch.chdir(tmp_path)
    Path("x.ipynb").write_text(text)
    (found,) = check(["."], Settings(RULES)).findings
    assert found.code == "AC001"
    assert "is no notebook" in found.message


def test_what_an_older_notebook_needs_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("x.ipynb").write_text('{"nbformat": 3, "worksheets": [{"cells": []}]}')
    (found,) = check(["."], Settings(RULES)).findings
    assert found.message.endswith("; jupyter nbconvert --to notebook makes one of it")


def test_lines_stay_where_they_are():
    cells = [{"cell_type": "code", "source": s} for s in ["a\n%x\nb", "", "%%html\n<p>\n", "c"]]
    code = code_of(json.dumps({"cells": cells}))
    assert code.starts == [1, 4, 5, 8]
    assert code.text == "a\npass\nb\n\n\n\n\nc\n"
    assert code.shown == ["a", "%x", "b", "", "%%html", "<p>", "", "c"]


CELLS = [
    ("asyncio.run(f() if x else g())", "await (f() if x else g())"),
    ("y = asyncio.run(\n    f(  # here\n        1))", "y = await f(  # here\n        1)"),
    ("asyncio.run(f(), debug=True)", None),
    ("class A:\n    x = asyncio.run(f())", None),
    ("list(asyncio.run(f()) for _ in x)", None),
    ("[asyncio.run(f()) for _ in x]", "[await f() for _ in x]"),
    ("asyncio.run(f()).real", "(await f()).real"),
    ("import asyncompat\nasyncio.run(f())", "import asyncompat\nawait f()"),
    ("asyncio.get_event_loop().run_until_complete(f())", "await f()"),
]  # fmt: skip


@pytest.mark.parametrize(("cell", "mended"), CELLS)
def test_what_runs_a_loop_in_a_cell_is_mended(tmp_path, monkeypatch, notebook_of, cell, mended):
    monkeypatch.chdir(tmp_path)
    Path("book.ipynb").write_text(notebook_of("import asyncio\nasync def f(*x): ...", cell))
    cli.main(["check", "--no-cache", "--fix", "--select", "AC4"])
    found = json.loads(Path("book.ipynb").read_text())["cells"][1]["source"]
    assert found == (cell if mended is None else mended)


def test_what_a_later_cell_imports_is_not_there_yet(tmp_path, monkeypatch, notebook_of):
    monkeypatch.chdir(tmp_path)
    function = "import time\nasync def f():\n    time.sleep(1)"
    Path("book.ipynb").write_text(notebook_of(function, "await f()", "import asyncio"))
    cli.main(["check", "--no-cache", "--fix"])
    cells = [each["source"] for each in json.loads(Path("book.ipynb").read_text())["cells"]]
    mended = function.replace("time.sleep", "await asyncio.sleep")
    assert cells == [f"import asyncio\n{mended}", "await f()", "import asyncio"]


def test_half_a_character_beside_a_shell_line(tmp_path, notebook_of):
    path = tmp_path / "n.ipynb"
    path.write_text(
        notebook_of('x = "\ud800"\n!ls\nawait y', "import time\nawait y\ntime.sleep(1)")
    )
    found = [each.code for each in check([str(path)], Settings(RULES)).findings]
    assert found == ["AC001", "AC101"]  # the cell, and what the others have


def test_scripts_pasted_from_notebooks(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("a.py").write_text(
        "import asyncio\nasync def f(): ...\n%time await f()\n!ls\n"
        "%time asyncio.run(f())\nawait f()\n"
    )
    found = [(e.span.line, e.code) for e in check(["."], Settings(RULES)).findings]
    assert found == [(3, "AC403"), (4, "AC001"), (5, "AC001"), (6, "AC404")]


@pytest.mark.parametrize(
    "metadata", [{"kernelspec": {"language": "R"}}, {"language_info": {"name": "julia"}}]
)
def test_a_notebook_of_another_language_is_left_alone(tmp_path, metadata):
    cell = {"cell_type": "code", "metadata": {}, "outputs": [], "source": "y %>% z\nawait x"}
    document = {"cells": [cell], "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    path = tmp_path / "n.ipynb"
    path.write_text(json.dumps(document))
    assert check([str(path)], Settings(RULES)).findings == []
