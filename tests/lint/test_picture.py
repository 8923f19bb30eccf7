"""The README's picture shows what the command prints today."""

from __future__ import annotations

import html
import re
import runpy
from pathlib import Path

ROOT = Path(__file__).parents[2]


def words(svg):
    text = re.sub(r"<style>.*?</style>|<[^>]+>", " ", svg, flags=re.DOTALL)
    return html.unescape(text).split()


def test_the_picture_is_of_today(monkeypatch):
    monkeypatch.chdir(ROOT)
    tool = runpy.run_path("tools/make_picture.py")
    now = words(tool["picture"]())
    assert "AC101" in now
    assert words(Path("docs/finding.svg").read_text("utf-8")) == now, "make the picture again"
