"""The command line: arguments in, an exit status out. It checks nothing by itself."""

from __future__ import annotations

import argparse
import contextlib
import gc
import io
import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from importlib import metadata
from pathlib import Path
from typing import NoReturn

from asyncompat_lint import explain
from asyncompat_lint.cache import DEFAULT_FOLDER, Cache
from asyncompat_lint.config import Config, ConfigError, nearest, python_versions
from asyncompat_lint.config import find as find_config
from asyncompat_lint.config import read as read_config
from asyncompat_lint.engine import OF_FILES, Result, Settings, check
from asyncompat_lint.findings import Finding, Severity
from asyncompat_lint.installed import NoEnvironmentError, site_packages
from asyncompat_lint.report import BY_ROOT, FORMATS
from asyncompat_lint.rules import RULES
from asyncompat_lint.sources import NoSuchPathError
from asyncompat_lint.versions import parse_range

CLEAN, FOUND, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

NAMES = {**OF_FILES, **{rule.code: rule.name for rule in RULES}}

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
    for stream in [sys.stdout, sys.stderr]:
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a source may hold what it cannot
    gc.disable()  # a run is short, and most of what it makes lives to its end
    arguments = _parser().parse_args(argv)
    try:
        command: Callable[[argparse.Namespace], int] = arguments.command
        return command(arguments)
    except NoSuchPathError as error:
        return _complain(f"there is no file or folder {str(error)!r}")
    except (ConfigError, NoEnvironmentError) as error:
        return _complain(str(error))
    except BrokenPipeError:
        # Whoever read the report has read enough; nothing is left to be flushed.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return FOUND
    except KeyboardInterrupt:
        return INTERRUPTED


def _check(arguments: argparse.Namespace) -> int:
    config_file = find_config(arguments.paths) if arguments.config is None else arguments.config
    known = [*NAMES, *NAMES.values()]
    config = Config() if config_file is None else read_config(Path(config_file), known)
    versions = python_versions(arguments.target_version or config.target_version, config_file)
    select = arguments.select if arguments.select is not None else _named(config.select)
    codes = (select or set(NAMES)) - (arguments.ignore | _named(config.ignore))
    settings = Settings(
        rules=[rule for rule in RULES if rule.code in codes],
        config=config,
        versions=versions,
        site_packages=_site_packages(arguments.follow_installed),
    )
    cache = Cache(None if arguments.no_cache else Path(arguments.cache_dir))
    result = check(arguments.paths, settings, cache)
    if not result.files:
        print(f"asyncompat: no Python files in {', '.join(arguments.paths)}", file=sys.stderr)

    def is_wanted(finding: Finding) -> bool:
        return finding.code in codes and finding.severity >= arguments.min_severity

    findings = [finding for finding in result.findings if is_wanted(finding)]
    formats = BY_ROOT if arguments.group_by == "root" else FORMATS
    formats[arguments.format](Result(findings, result.files), sys.stdout)
    sys.stdout.flush()
    return FOUND if findings else CLEAN


def _site_packages(environment: str | None) -> tuple[str, ...]:
    return () if environment is None else site_packages(environment or None)


def _named(names: Iterable[str]) -> set[str]:
    return {code for name in names for code in _meant(name)}


def _rule(arguments: argparse.Namespace) -> int:
    rules = list(RULES) if arguments.all else [r for r in RULES if r.code in arguments.rules]
    if not rules:
        return _complain("name a rule, or say --all")
    if arguments.format == "json":
        json.dump(explain.data(rules), sys.stdout, indent=2)
        print()
    else:
        print("\n\n".join(map(explain.page, rules)), end="")
    sys.stdout.flush()
    return CLEAN


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
    check_.set_defaults(command=_check)
    check_.add_argument(
        "paths", nargs="*", default=["."], metavar="PATH", help="a file or folder (default: .)"
    )
    check_.add_argument("--format", choices=FORMATS, default="text", help="default: text")
    check_.add_argument(
        "--select",
        type=_codes,
        action=_Union,
        default=None,
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
        "--group-by",
        choices=["place", "root"],
        default="place",
        help="by place, or by what is to be changed in the end, what mends most first",
    )
    check_.add_argument(
        "--follow-installed",
        nargs="?",
        const="",
        metavar="FOLDER",
        help="look into installed libraries: of this virtual environment, or the active one",
    )
    check_.add_argument(
        "--target-version",
        type=_versions,
        metavar="VERSIONS",
        help="the Pythons that the code is for, as 3.8 or 3.8-3.14 (default: requires-python)",
    )
    check_.add_argument(
        "--config",
        metavar="FILE",
        help="the file with [tool.asyncompat] (default: the nearest pyproject.toml)",
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
    rule = commands.add_parser(
        "rule", help="explain a rule", description="Prints a rule's page: why, and what to do."
    )
    rule.set_defaults(command=_rule)
    rule.add_argument("rules", nargs="?", type=_codes, default=set(), metavar="RULE")
    rule.add_argument("--all", action="store_true", help="explain them all")
    rule.add_argument("--format", choices=["text", "json"], default="text", help="default: text")
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
        meant = _meant(word)
        if not meant:
            names = [*NAMES, *NAMES.values()]
            raise argparse.ArgumentTypeError(f"no rule {word!r}{nearest(word, names)}")
        codes |= meant
    return codes


def _meant(word: str) -> set[str]:
    """The codes that a code, the beginning of some, or a name means."""
    return {code for code, name in NAMES.items() if code.startswith(word.upper()) or name == word}


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
