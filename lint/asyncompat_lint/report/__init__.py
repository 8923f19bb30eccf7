"""How findings are shown, a module for each format. A new one is a module and a line here."""

from __future__ import annotations

from collections.abc import Callable
from typing import TextIO

from asyncompat_lint.engine import Result
from asyncompat_lint.report import json_format, text_format

FORMATS: dict[str, Callable[[Result, TextIO], None]] = {
    "text": text_format.write,
    "json": json_format.write,
}
BY_ROOT: dict[str, Callable[[Result, TextIO], None]] = {
    "text": text_format.write_by_root,
    "json": json_format.write_by_root,
}
