"""Where nodes stand: it has to be what libcst says."""

import glob
import os
from pathlib import Path

import libcst as cst
import pytest
from libcst.metadata import MetadataWrapper, PositionProvider

import asyncompat_lint
from asyncompat_lint.rules.positions import positions_in

HERE = os.path.dirname(asyncompat_lint.__file__)
ODD = """\
@decorated  # why

async def f(a, /, b=(1), *c: "d", e, **g) -> int:

    # in between
    async with (a as b, c): pass
    x = [y async for y in (z) if not y]; del x
    if a: \\
        return
    elif b: pass
    else:
        try:
            await f(  )
        except* (A, B) as error: raise
        finally:
            f\"{a!r:>{b}} \u00e4\"
            match a:
                case [1, *_] | {"b": C(d=e)} if (f): yield
lambda *, a: a @ (yield)
"""


@pytest.mark.parametrize("name", ["", *sorted(glob.glob("rules/*.py", root_dir=HERE))])
def test_nodes_stand_where_libcst_says(name):
    text = Path(HERE, name).read_text("utf-8") if name else ODD
    tree = cst.parse_module(text)
    wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
    expected = wrapper.resolve(PositionProvider)
    found = positions_in(tree)
    assert len(found) == len(expected)
    assert {node: found[id(node)] for node in expected} == {
        node: ((at.start.line, at.start.column), (at.end.line, at.end.column))
        for node, at in expected.items()
    }
