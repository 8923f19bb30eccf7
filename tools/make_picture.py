"""Make the README's picture: the terminal after `asyncompat check tests/lessons`, as an SVG.

python tools/make_picture.py        from the repository's root; writes docs/finding.svg
"""

from __future__ import annotations

import io
import re
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

from asyncompat_lint.engine import Settings, check
from asyncompat_lint.report.text_format import render
from asyncompat_lint.rules import RULES

COMMAND = "asyncompat check tests/lessons"
PICTURE = Path("docs/finding.svg")


def picture() -> str:
    """Return the picture of what the command prints now."""
    console = Console(record=True, width=112, file=io.StringIO(), force_terminal=True)
    console.print(Text.assemble(("$ ", "green"), (COMMAND, "bold")))
    for line in render(check([COMMAND.rsplit(maxsplit=1)[-1]], Settings(RULES))):
        console.print(line)
    svg = console.export_svg(title="asyncompat", theme=MONOKAI, unique_id="finding")
    # The reader's own fixed-width font, rather than one from somewhere on the network.
    svg = re.sub(r"@font-face \{.*?\}\s*|<!--.*?-->\s*", "", svg, flags=re.DOTALL)
    return svg.replace("Fira Code, monospace", "monospace")


if __name__ == "__main__":
    PICTURE.write_text(picture(), encoding="utf-8")
