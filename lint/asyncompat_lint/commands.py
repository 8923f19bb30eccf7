"""The commands: what each does with its arguments, and the exit status it comes to.

Knows the order of things - settings, check, fixes, report - and nothing of how any is done.
"""

from __future__ import annotations

import argparse
import dataclasses
import difflib
import gc
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from asyncompat_lint import explain, history
from asyncompat_lint.cache import Cache, MemoryCache
from asyncompat_lint.config import Config, meant, python_versions
from asyncompat_lint.config import find as find_config
from asyncompat_lint.config import read as read_config
from asyncompat_lint.engine import OF_FILES, Result, Settings, check_files
from asyncompat_lint.findings import Finding
from asyncompat_lint.fixes import files as fixed_files
from asyncompat_lint.fixes import migration
from asyncompat_lint.fixes.fixer import Outcome, mend
from asyncompat_lint.fixes.texts import text_of
from asyncompat_lint.installed import site_packages
from asyncompat_lint.report import BY_ROOT, FORMATS
from asyncompat_lint.rules import RULES
from asyncompat_lint.sources import SourceFile, SourceText, find_sources, read_text
from asyncompat_lint.versions import ALL, Versions

CLEAN, FOUND, WRONG_USE, INTERRUPTED = 0, 1, 2, 130

NAMES = {**OF_FILES, **{rule.code: rule.name for rule in RULES}}
# What a migration mends: names and versions, and what notebooks need.
_MIGRATED = ("AC203", "AC3", "AC401", "AC402", "AC403")


def check(arguments: argparse.Namespace) -> int:
    """Check, mend where that is asked for, and report."""
    mends = arguments.fix or arguments.diff
    if arguments.diff and arguments.format != "text":
        return complain(f"--diff prints differences, and not as {arguments.format}: leave one out")
    project = _Project(arguments, mends=mends)
    select = arguments.select if arguments.select is not None else _named(project.config.select)
    codes = (select or set(NAMES)) - (arguments.ignore | _named(project.config.ignore))
    rules = [rule for rule in RULES if rule.code in codes]
    project.settings = dataclasses.replace(
        project.settings,
        rules=rules,
        site_packages=_site_packages(arguments.follow_installed),
    )

    def is_wanted(finding: Finding) -> bool:
        return finding.code in codes and finding.severity >= arguments.min_severity

    def is_to_be_mended(finding: Finding) -> bool:
        is_safe = finding.fix is not None and finding.fix.is_safe
        return is_wanted(finding) and (is_safe or arguments.unsafe_fixes)

    findings: Sequence[Finding] = project.check({})
    mended = 0
    if mends:
        outcome = mend(project.files, findings, project.check, is_to_be_mended)
        if arguments.diff:
            return _show(outcome, project.files)
        before = findings
        _write(outcome, project.files)
        # What was not written is as it was.
        findings = [each for each in outcome.findings if each.path not in outcome.refused]
        findings += [each for each in before if each.path in outcome.refused]
        mended = max(len(before) - len(findings), 0)
    findings = [finding for finding in findings if is_wanted(finding)]
    formats = BY_ROOT if arguments.group_by == "root" else FORMATS
    formats[arguments.format](Result(findings, len(project.files), mended), sys.stdout)
    sys.stdout.flush()
    return FOUND if findings else CLEAN


def migrate(arguments: argparse.Namespace) -> int:
    """Move modules to asyncompat where their range of Pythons needs it, and mend old idioms."""
    project = _Project(arguments, mends=True)
    if not project.settings.versions.declared:
        everything = Versions(ALL, declared=True)
        project.settings = dataclasses.replace(project.settings, versions=everything)
    codes = {code for code in NAMES if code.startswith(_MIGRATED)}
    project.settings = dataclasses.replace(
        project.settings, rules=[rule for rule in RULES if rule.code in codes]
    )

    def planned(contents: Mapping[str, bytes]) -> Sequence[Finding]:
        return migration.planned(
            project.check(contents), lambda path: project.source(path, contents)
        )

    def is_to_be_mended(finding: Finding) -> bool:
        return finding.code in codes and finding.fix is not None and finding.fix.is_safe

    outcome = mend(project.files, planned({}), planned, is_to_be_mended)
    if arguments.diff:
        return _show(outcome, project.files)
    written = _write(outcome, project.files)
    left = [finding for finding in outcome.findings if finding.code in codes]
    for path in written:
        print(f"migrated {path}")
    print(f"{_count(len(written), 'file')} of {len(project.files):,} migrated.")
    if left:
        print(f"{_count(len(left), 'finding')} left: asyncompat check --select AC2,AC3,AC4")
    if any(migration.SHIM.encode() in outcome.after[each] for each in outcome.changed):
        print("The code imports asyncompat now: add it to the project's dependencies.")
    return CLEAN


def rule(arguments: argparse.Namespace) -> int:
    """Print rules' pages."""
    rules = list(RULES) if arguments.all else [r for r in RULES if r.code in arguments.rules]
    others = sorted(OF_FILES if arguments.all else arguments.rules & OF_FILES.keys())
    if not rules and not others:
        return complain("name a rule, or say --all")
    if arguments.format == "json":
        json.dump(explain.data(others, rules), sys.stdout, indent=2)
        print()
    else:
        pages = [explain.page_of_files(code) for code in others]
        print("\n\n".join([*pages, *map(explain.page, rules)]), end="")
    sys.stdout.flush()
    return CLEAN


def api(arguments: argparse.Namespace) -> int:
    """Print a name's history."""
    known = history.load()
    name = explain.qualified(known, arguments.name)
    if name is None:
        names = [each.removeprefix("asyncio.") for each in known.api]
        near = difflib.get_close_matches(arguments.name.removeprefix("asyncio."), names, 1)
        hint = f"; did you mean {near[0]!r}?" if near else ""
        return complain(f"nothing is known of {arguments.name!r}{hint}")
    print(explain.history_of(known, name), end="")
    sys.stdout.flush()
    return CLEAN


class _Project:
    """What is to be checked, and how: the arguments that all commands share."""

    def __init__(self, arguments: argparse.Namespace, *, mends: bool) -> None:
        paths: list[str] = arguments.paths
        config_file = find_config(paths) if arguments.config is None else arguments.config
        self.config = Config() if config_file is None else read_config(Path(config_file), NAMES)
        target = arguments.target_version or self.config.target_version
        versions = python_versions(target, config_file)
        project = "" if config_file is None else os.path.dirname(os.path.abspath(config_file))
        told_in = str(config_file or "settings")
        self.settings = Settings(RULES, self.config, versions, project, told_in=told_in)
        passing = MemoryCache() if mends else Cache(None)
        self.cache = passing if arguments.no_cache else Cache(Path(arguments.cache_dir))
        self.files = find_sources(paths, self.config.exclude)
        if not self.files:
            print(f"asyncompat: no Python files in {', '.join(paths)}", file=sys.stderr)

    def check(self, contents: Mapping[str, bytes]) -> list[Finding]:
        """Check the files, of which some hold something else than on the disk."""
        files = [
            dataclasses.replace(file, content=contents[file.location])
            if file.location in contents
            else file
            for file in self.files
        ]
        findings = check_files(files, self.settings, self.cache).findings
        if contents:
            gc.collect()  # mending checks many times, and what one check has made has cycles
        return findings

    def source(self, path: str, contents: Mapping[str, bytes]) -> SourceText:
        """Return the text of a file."""
        file = next(each for each in self.files if each.path == path)
        raw = contents.get(file.location)
        return read_text(file, file.read() if raw is None else raw, leniently=True)


def _site_packages(environment: str | None) -> tuple[str, ...]:
    return () if environment is None else site_packages(environment or None)


def _named(names: Iterable[str]) -> set[str]:
    return {code for name in names for code in meant(name, NAMES)}


def complain(message: str) -> int:
    """Say what is wrong, and return the exit status for that."""
    print(f"asyncompat: {message}", file=sys.stderr)
    return WRONG_USE


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


# What was mended


def _paths(outcome: Outcome, files: Iterable[SourceFile]) -> list[SourceFile]:
    changed = set(outcome.changed)
    return [file for file in files if file.location in changed]


def _show(outcome: Outcome, files: Iterable[SourceFile]) -> int:
    """Print the differences, and write nothing."""
    changed = _paths(outcome, files)
    for file in changed:
        before, after = (
            text_of(contents[file.location]).split("\n")
            for contents in (outcome.before, outcome.after)
        )
        for line in difflib.unified_diff(_lines(before), _lines(after), file.path, file.path):
            is_whole = line.endswith("\n")
            sys.stdout.write(line if is_whole else f"{line}\n\\ No newline at end of file\n")
    _tell_refused(outcome.refused)
    sys.stdout.flush()
    return FOUND if changed else CLEAN


def _lines(parts: Sequence[str]) -> list[str]:
    """The lines of a text, with their ends; what is no line feed ends none, as in a patch."""
    whole = [f"{each}\n" for each in parts[:-1]]
    return [*whole, parts[-1]] if parts[-1] else whole


def _write(outcome: Outcome, files: Iterable[SourceFile]) -> list[str]:
    """Write the files that have changed, and return their paths; say which could not be written."""
    written = []
    for file in _paths(outcome, files):
        before, after = outcome.before[file.location], outcome.after[file.location]
        try:
            fixed_files.replace(file.location, before, after)
            written.append(file.path)
        except fixed_files.NotReplacedError as error:
            outcome.refused[file.path] = str(error)
    _tell_refused(outcome.refused)
    return written


def _tell_refused(refused: Mapping[str, str]) -> None:
    for path, why in sorted(refused.items()):
        print(f"asyncompat: {path} is left as it is: {why}", file=sys.stderr)
