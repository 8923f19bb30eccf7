"""The command line: arguments in, an exit status out. It checks nothing by itself."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import os
import sys
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from typing import NoReturn

from asyncompat import __version__
from asyncompat_lint import commands
from asyncompat_lint.cache import DEFAULT_FOLDER
from asyncompat_lint.commands import FOUND, INTERRUPTED, NAMES, WRONG_USE, complain
from asyncompat_lint.config import ConfigError, meant
from asyncompat_lint.findings import Severity
from asyncompat_lint.installed import NoEnvironmentError
from asyncompat_lint.nearest import no_rule
from asyncompat_lint.report import FORMATS
from asyncompat_lint.sources import NoSuchPathError
from asyncompat_lint.versions import parse_range

_EXIT_STATUSES = "exit status: 0 nothing found, 1 something found, 2 wrong use"


def run(argv: Sequence[str]) -> NoReturn:
    """Run the command in a process that is for it alone, and end the process.

    At once: to free the facts of a large tree, object by object, takes longer than to check it
    again.

    Parameters:
        argv: the arguments.
    """
    try:
        status = main(argv)
    except SystemExit as error:  # argparse's
        status = error.code if isinstance(error.code, int) else WRONG_USE
    for stream in [sys.stdout, sys.stderr]:
        with contextlib.suppress(OSError, ValueError):
            stream.flush()
    os._exit(status)


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command.

    Parameters:
        argv: the arguments; by default the process's.

    Returns:
        The exit status: 0 nothing found, 1 something found, 2 wrong use.
    """
    for name in ["stdout", "stderr"]:
        stream = getattr(sys, name)
        if stream is None:  # closed by who calls this
            nowhere = open(os.devnull, "w", encoding="utf-8", errors="backslashreplace")  # noqa: SIM115
            setattr(sys, name, nowhere)
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a source may hold what it cannot
    gc.disable()  # a run is short, and most of what it makes lives to its end
    arguments = _parser().parse_args(argv)
    try:
        command: Callable[[argparse.Namespace], int] = arguments.command
        return command(arguments)
    except NoSuchPathError as error:
        return complain(f"there is no file or folder {str(error)!r}")
    except (ConfigError, NoEnvironmentError) as error:
        return complain(str(error))
    except BrokenPipeError:
        # Whoever read the report has read enough; nothing is left to be flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except OSError as error:
        return complain(f"cannot go on: {_told(error)}")
    except BrokenProcessPool:
        return complain(
            "cannot go on: a process that reads files was ended, as the system does where memory"
            " runs out; check fewer files at a time"
        )
    except KeyboardInterrupt:
        return INTERRUPTED


def _told(error: OSError) -> str:
    """What went wrong, and where, as far as the system tells."""
    reason = error.strerror or str(error)
    if error.filename:
        return f"{reason}: {error.filename!r}"
    try:
        os.getcwd()
    except OSError:
        return "the working folder is gone"
    return reason


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        sys.exit(complain(message))


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(
        prog="asyncompat",
        description="Finds what blocks the event loop of asyncio programs.",
        epilog=_EXIT_STATUSES,
    )
    parser.add_argument("--version", action="version", version=f"asyncompat {__version__}")
    there = parser.add_subparsers(required=True, metavar="COMMAND")
    project = _project_options()
    check = there.add_parser(
        "check",
        parents=[project],
        help="check files and folders, and mend them",
        description="Checks Python files, and all those below folders.",
        epilog=_EXIT_STATUSES,
    )
    check.set_defaults(command=commands.check)
    _add_check_options(check)
    migrate = there.add_parser(
        "migrate",
        parents=[project],
        help="move a project to asyncompat where its range of Pythons needs it",
        description="Moves modules that need it to `import asyncompat as asyncio`, and mends old"
        " idioms. The range is the project's, or else all Pythons that asyncompat is for.",
        epilog="exit status: 0 done, or nothing to do, 1 with --diff: something to do, 2 wrong use",
    )
    migrate.set_defaults(command=commands.migrate)
    migrate.add_argument("--diff", action="store_true", help="show what would change, only")
    rule = there.add_parser(
        "rule", help="explain a rule", description="Prints a rule's page: why, and what to do."
    )
    rule.set_defaults(command=commands.rule)
    rule.add_argument("rules", nargs="?", type=_codes, default=set(), metavar="RULE")
    rule.add_argument("--all", action="store_true", help="explain them all")
    rule.add_argument("--format", choices=["text", "json"], default="text", help="default: text")
    api = there.add_parser(
        "api",
        help="tell a name's history",
        description="Prints when a name of asyncio's came, changed and went, and what asyncompat"
        " has for it.",
    )
    api.set_defaults(command=commands.api)
    api.add_argument(
        "name", metavar="NAME", help="as TaskGroup.create_task, or contextlib.aclosing"
    )
    return parser


def _project_options() -> _Parser:
    options = _Parser(add_help=False)
    options.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="a file or folder (default: .)"
    )
    options.add_argument(
        "--target-version",
        type=_versions,
        metavar="VERSIONS",
        help="the Pythons that the code is for, as 3.8 or 3.8-3.14 (default: requires-python)",
    )
    options.add_argument(
        "--config",
        metavar="FILE",
        help="the file with [tool.asyncompat] (default: the nearest pyproject.toml)",
    )
    options.add_argument(
        "--cache-dir",
        default=DEFAULT_FOLDER,
        metavar="FOLDER",
        help=f"where to keep what makes the next run fast (default: {DEFAULT_FOLDER})",
    )
    options.add_argument(
        "--no-cache", action="store_true", help="keep nothing, and use nothing kept"
    )
    return options


def _add_check_options(check: argparse.ArgumentParser) -> None:
    check.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    check.add_argument(
        "--select",
        type=_codes,
        action=_Union,
        default=None,
        metavar="RULES",
        help="only these: codes, beginnings of codes, names, separated by commas (default: all)",
    )
    check.add_argument(
        "--ignore", type=_codes, action=_Union, default=set(), metavar="RULES", help="not these"
    )
    check.add_argument(
        "--min-severity",
        type=_severity,
        default=Severity.WARNING,
        metavar="{info,warning,error}",
        help="nothing below this (default: warning)",
    )
    check.add_argument(
        "--group-by",
        choices=["place", "root"],
        default="place",
        help="by place, or by what is to be changed in the end, what mends most first",
    )
    check.add_argument(
        "--follow-installed",
        nargs="?",
        const="",
        metavar="FOLDER",
        help="look into installed libraries: of this virtual environment, or the active one",
    )
    check.add_argument(
        "--fix", action="store_true", help="mend what can be mended without another meaning"
    )
    check.add_argument(
        "--unsafe-fixes",
        action="store_true",
        help="with --fix or --diff: also where it is done in another way, as in a thread",
    )
    check.add_argument(
        "--diff", action="store_true", help="show what --fix would change, and change nothing"
    )


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
        found = meant(word, NAMES)
        if not found:
            raise argparse.ArgumentTypeError(no_rule(word, NAMES))
        codes |= found
    return codes


def _versions(text: str) -> str:
    if parse_range(text) is None:
        message = f"{text!r} is no version, or range of versions, such as 3.8 or 3.8-3.14"
        raise argparse.ArgumentTypeError(message)
    return text


def _severity(text: str) -> Severity:
    try:
        return Severity.named(text)
    except KeyError:
        names = ", ".join(str(severity) for severity in Severity)
        raise argparse.ArgumentTypeError(f"no severity {text!r} (there are {names})") from None
