"""The command line: arguments in, an exit status out. It checks nothing by itself."""

from __future__ import annotations

import argparse
import difflib
import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from asyncompat_lint.cache import DEFAULT_FOLDER, Cache
from asyncompat_lint.engine import UNREADABLE_CODE, UNREADABLE_NAME, Result, check
from asyncompat_lint.findings import Finding, Severity
from asyncompat_lint.report import FORMATS
from asyncompat_lint.rules import RULES
from asyncompat_lint.sources import NoSuchPathError

CLEAN, FOUND, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

NAMES = {UNREADABLE_CODE: UNREADABLE_NAME, **{rule.code: rule.name for rule in RULES}}

_EXIT_STATUSES = "exit status: 0 nothing found, 1 something found, 2 wrong use"


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters:
        argv: the arguments; by default the process's.

    Returns:
        The exit status: 0 nothing found, 1 something found, 2 wrong use.
    """
    for stream in [sys.stdout, sys.stderr]:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a source may hold what it cannot
    gc.disable()  # a run is short, and most of what it makes lives to its end
    arguments = _parser().parse_args(argv)
    try:
        return _check(arguments)
    except NoSuchPathError as error:
        return _complain(f"there is no file or folder {str(error)!r}")
    except BrokenPipeError:
        # Whoever read the report has read enough; nothing is left to be flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except KeyboardInterrupt:
        return INTERRUPTED


def _check(arguments: argparse.Namespace) -> int:
    codes = arguments.select - arguments.ignore
    cache = Cache(None if arguments.no_cache else Path(arguments.cache_dir))
    result = check(arguments.paths, [rule for rule in RULES if rule.code in codes], cache)
    if not result.files:
        print(f"asyncompat: no Python files in {', '.join(arguments.paths)}", file=sys.stderr)

    def is_wanted(finding: Finding) -> bool:
        return finding.code in codes and finding.severity >= arguments.min_severity

    findings = [finding for finding in result.findings if is_wanted(finding)]
    FORMATS[arguments.format](Result(findings, result.files), sys.stdout)
    sys.stdout.flush()
    return FOUND if findings else CLEAN


def _complain(message: str) -> int:
    print(f"asyncompat: {message}", file=sys.stderr)
    return WRONG_USE


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        sys.exit(_complain(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="asyncompat",
        description="Finds what blocks the event loop of asyncio programs.",
        epilog=_EXIT_STATUSES,
    )
    version = metadata.version("asyncompat")
    parser.add_argument("--version", action="version", version=f"asyncompat {version}")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")
    check_ = commands.add_parser(
        "check",
        help="check files and folders",
        description="Checks Python files, and all those below folders.",
        epilog=_EXIT_STATUSES,
    )
    check_.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="a file or folder (default: .)"
    )
    check_.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    check_.add_argument(
        "--select",
        type=_codes,
        action=_Union,
        default=set(NAMES),
        metavar="RULES",
        help="only these: codes, beginnings of codes, names, separated by commas (default: all)",
    )
    check_.add_argument(
        "--ignore", type=_codes, action=_Union, default=set(), metavar="RULES", help="not these"
    )
    check_.add_argument(
        "--min-severity",
        type=_severity,
        default=Severity.WARNING,
        metavar="{info,warning,error}",
        help="nothing below this (default: warning)",
    )
    check_.add_argument(
        "--cache-dir",
        default=DEFAULT_FOLDER,
        metavar="FOLDER",
        help=f"where to keep what makes the next run fast (default: {DEFAULT_FOLDER})",
    )
    check_.add_argument(
        "--no-cache", action="store_true", help="keep nothing, and use nothing kept"
    )
    return parser


class _Union(argparse.Action):
    """An option that may be given several times; what is given replaces the default."""

    def __call__(
        self,
        parser: argparse.ArgumentParser,
        namespace: argparse.Namespace,
        values: object,
        option_string: str | None = None,
    ) -> None:
        assert isinstance(values, set)
        given = getattr(namespace, f"_{self.dest}", set()) | values
        setattr(namespace, f"_{self.dest}", given)
        setattr(namespace, self.dest, given)


def _codes(text: str) -> set[str]:
    codes: set[str] = set()
    for word in filter(None, (part.strip() for part in text.split(","))):
        meant = {
            code for code, name in NAMES.items() if code.startswith(word.upper()) or name == word
        }
        if not meant:
            raise argparse.ArgumentTypeError(f"no rule {word!r}{_nearest(word)}")
        codes |= meant
    return codes


def _nearest(word: str) -> str:
    names = [*NAMES, *NAMES.values()]
    near = difflib.get_close_matches(word, names, 1) or difflib.get_close_matches(
        word.upper(), names, 1
    )
    return f"; did you mean {near[0]!r}?" if near else f" (there are {', '.join(NAMES)})"


def _severity(text: str) -> Severity:
    try:
        return Severity.named(text)
    except KeyError:
        names = ", ".join(str(severity) for severity in Severity)
        raise argparse.ArgumentTypeError(f"no severity {text!r} (there are {names})") from None
