"""Programs that nobody wrote: whatever the grammar allows, nothing crashes, and fixes parse."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesmith import from_grammar, from_node

EXAMPLES = int(os.environ.get("ASYNCOMPAT_TRUST_EXAMPLES", "10"))
# Something to be mended, behind what is drawn, and around it.
BEHIND = """
import time, asyncio, requests
async def mended(url):
    time.sleep(1)
    async with asyncio.timeout(1):
        return requests.get(url)
"""


def parses(text: str) -> bool:
    try:
        compile(text, "code", "exec", dont_inherit=True)
    except (SyntaxError, ValueError):
        return False
    return True


def assert_nothing_crashes(code: str, tmp_path: Path, mend_tree) -> None:
    path = tmp_path / "code.py"
    path.write_bytes(code.encode("utf-8", "surrogatepass"))
    mended = mend_tree(str(path))
    for after in mended.outcome.after.values():
        if parses(code):
            assert parses(after.decode())
    assert mended.again.changed == []


DRAWN = settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)


@pytest.mark.timeout(3600)
@pytest.mark.filterwarnings("ignore")  # of what is drawn, the compiler has much to say
@DRAWN
@given(source=from_grammar())
def test_what_the_grammar_allows(source, tmp_path_factory, mend_tree):
    assert_nothing_crashes(source + BEHIND, tmp_path_factory.mktemp("drawn"), mend_tree)


@pytest.mark.timeout(3600)
@pytest.mark.filterwarnings("ignore")
@DRAWN
@given(source=from_node())
def test_what_nodes_can_be_made_of(source, tmp_path_factory, mend_tree):
    inside = "".join(f"    {line}\n" for line in source.splitlines())
    code = f"async def around():\n{inside}\n    pass\n{BEHIND}"
    assert_nothing_crashes(code, tmp_path_factory.mktemp("drawn"), mend_tree)
