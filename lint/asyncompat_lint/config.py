"""``[tool.asyncompat]`` of a ``pyproject.toml``: found, read, checked.

It knows what may stand there. What a setting does is told by the part of the linter that it sets.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Literal, get_args

import msgspec

from asyncompat_lint.knowledge import AS_DECORATOR, Callables, Library, Table
from asyncompat_lint.nearest import nearest, no_rule
from asyncompat_lint.toml import tomllib
from asyncompat_lint.versions import Versions, parse_range, parse_required

FILE = "pyproject.toml"
_DEFAULT_RULE = "blocking-wait"
_SeverityName = Literal["info", "warning", "error"]


class ConfigError(Exception):
    """A file of settings is wrong; the message says where, and what to do."""


class Blocking(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A function of which the user says that it blocks: its qualified name, and how."""

    name: str
    rule: str = _DEFAULT_RULE
    instead: str = ""
    severity: Literal["", "info", "warning", "error"] = ""


class Config(msgspec.Struct, forbid_unknown_fields=True, frozen=True, rename="kebab"):
    """The settings. Names of functions are qualified: ``package.module.Class.method``.

    ``offloads`` run what they are passed first elsewhere, decorators in ``runs_on_loop`` mark what
    the event loop calls; ``roots`` are the folders that modules are imported from.
    """

    blocking: tuple[str | Blocking, ...] = ()
    nonblocking: tuple[str, ...] = ()
    offloads: tuple[str, ...] = ()
    runs_on_loop: tuple[str, ...] = ()
    severity: dict[str, _SeverityName] = {}
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    per_file_ignores: dict[str, tuple[str, ...]] = {}
    exclude: tuple[str, ...] = ()
    target_version: str = ""
    roots: tuple[str, ...] = ()

    @property
    def functions(self) -> list[str]:
        """The qualified names of all functions that they name."""
        blocking = [each if isinstance(each, str) else each.name for each in self.blocking]
        return [*blocking, *self.nonblocking, *self.offloads, *self.runs_on_loop]

    def library(self) -> Library:
        """Return what these settings add to the knowledge base."""
        tables = []
        for each in self.blocking:
            entry = Blocking(each) if isinstance(each, str) else each
            owner, _, call = entry.name.rpartition(".")
            tables.append(
                Table(
                    entry.rule,
                    [call],
                    owner,
                    instead=entry.instead,
                    severity=entry.severity,
                    does="blocks (so say the settings)" if entry.rule == _DEFAULT_RULE else "",
                )
            )
        return Library(
            blocking=tables,
            nonblocking=list(self.nonblocking),
            gives=dict.fromkeys(self.offloads, "typing.Awaitable[result[a0]]"),
            callables=Callables(
                loop={name: [AS_DECORATOR] for name in self.runs_on_loop},
                elsewhere={name: [0] for name in self.offloads},
            ),
        )


def find(paths: Sequence[str]) -> Path | None:
    """Return the ``pyproject.toml`` of what is checked: in the folder of all paths, or above it."""
    folders = [path if os.path.isdir(path) else os.path.dirname(path) for path in paths]
    try:
        folder = Path(os.path.commonpath([os.path.abspath(each) for each in folders]))
    except ValueError:  # several drives
        folder = Path.cwd()
    files = (each / FILE for each in [folder, *folder.parents])
    return next((file for file in files if file.is_file()), None)


def meant(word: str, rules: Mapping[str, str]) -> set[str]:
    """Return the codes that a code, the beginning of some, or a name means, of all with names."""
    return {code for code, name in rules.items() if code.startswith(word.upper()) or name == word}


def read(file: Path, rules: Mapping[str, str]) -> Config:
    """Return the settings of a file; those of one without any are empty.

    Parameters:
        file: a ``pyproject.toml``.
        rules: the codes of all rules, with their names.

    Raises:
        ConfigError: the file cannot be read, or something in it is not as it has to be.
    """
    try:
        document = tomllib.loads(file.read_text("utf-8"))
    except OSError as error:
        raise ConfigError(f"{file}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{file}: is not TOML: {error}") from None
    table = _table(file, document, "tool", "asyncompat")
    keys = [field.encode_name for field in msgspec.structs.fields(Config)]
    for key in table:
        if key not in keys:
            raise ConfigError(f"{file}: [tool.asyncompat] has no {key!r}{nearest(key, keys)}")
    try:
        config = msgspec.convert(table, Config)
    except msgspec.ValidationError as error:
        raise ConfigError(f"{file}: [tool.asyncompat]: {_in_words(error)}") from None
    _check_names(file, config, rules)
    # They are told from where the file is, wherever the command is run.
    roots = tuple(str(file.parent / root) for root in config.roots)
    for told, root in zip(config.roots, roots, strict=True):
        if not os.path.isdir(root):
            raise ConfigError(f"{file}: roots: there is no folder {told!r}")
    return msgspec.structs.replace(
        config,
        roots=roots,
        blocking=tuple(_with_rules_name(file, each, rules) for each in config.blocking),
        severity=_by_code(config.severity, rules),
    )


def _with_rules_name(file: Path, entry: str | Blocking, rules: Mapping[str, str]) -> str | Blocking:
    if isinstance(entry, str):
        return entry
    codes = meant(entry.rule, rules)
    if len(codes) > 1:
        raise ConfigError(f"{file}: blocking: {entry.rule!r} is more than one rule")
    if not codes < {code for code in rules if code.startswith(_OF_BLOCKING)}:
        raise ConfigError(f"{file}: blocking: {entry.rule!r} is no rule about what blocks (AC1...)")
    return msgspec.structs.replace(entry, rule=rules[codes.pop()])


def _by_code(
    severities: Mapping[str, _SeverityName], rules: Mapping[str, str]
) -> dict[str, _SeverityName]:
    """The severity of each code: what says it of fewer rules goes before."""
    codes = {word: meant(word, rules) for word in severities}
    words = sorted(codes, key=lambda word: len(codes[word]), reverse=True)
    return {code: severities[word] for word in words for code in codes[word]}


_OF_BLOCKING = "AC1"
_UNKNOWN = re.compile(r"Object contains unknown field `(.*)` - at `\$\.(.*)`")
_NO_OPTION = re.compile(r"Invalid enum value '(.*)' - at `\$\.(.*)`")


_WRONG_TYPE = re.compile(r"Expected `(.*)`, got `(.*)` - at `\$\.(.*)`")
_MISSING = re.compile(r"Object missing required field `(.*)` - at `\$\.(.*)`")
_TYPES = {
    "array": "a list",
    "bool": "true or false",
    "float": "a number",
    "int": "a number",
    "null": "nothing",
    "object": "a table",
    "str": "a string",
}


def _in_words(error: msgspec.ValidationError) -> str:
    """What is wrong, with what may have been meant."""
    if found := _UNKNOWN.fullmatch(str(error)):
        keys = [field.encode_name for field in msgspec.structs.fields(Blocking)]
        return f"{found[2]} has no {found[1]!r}{nearest(found[1], keys)}"
    if found := _NO_OPTION.fullmatch(str(error)):
        options = [each for each in get_args(_SeverityName) if each]
        return f"{found[2]}: no severity {found[1]!r}{nearest(found[1], options)}"
    if found := _WRONG_TYPE.fullmatch(str(error)):
        wanted, given = (
            " or ".join(_TYPES.get(each, each) for each in types.split(" | "))
            for types in found.groups()[:2]
        )
        place, each, _ = found[3].partition("[...]")
        return f"{'each of ' if each else ''}{place} must be {wanted}, and is {given}"
    if found := _MISSING.fullmatch(str(error)):
        return f"{found[2]} lacks {found[1]!r}"
    return str(error)


def _table(file: Path | str, document: dict[str, Any], *names: str) -> dict[str, Any]:
    """The table of these names in a document; an empty one where there is none."""
    table = document
    for depth, name in enumerate(names, 1):
        inner = table.get(name, {})
        if not isinstance(inner, dict):
            raise ConfigError(f"{file}: [{'.'.join(names[:depth])}] must be a table")
        table = inner
    return table


def python_versions(target: str, file: Path | str | None) -> Versions:
    """Return the versions of Python that the code is for, as far as that is said.

    Parameters:
        target: a version or range of versions, if one was given.
        file: the project's ``pyproject.toml``, which may have ``requires-python``.

    Raises:
        ConfigError: ``requires-python`` cannot be understood.
    """
    if target:
        return parse_range(target) or Versions()
    if file is None:
        return Versions()
    document = tomllib.loads(Path(file).read_text("utf-8"))
    poetry = _table(file, document, "tool", "poetry", "dependencies")
    told = _table(file, document, "project").get("requires-python", poetry.get("python"))
    if isinstance(told, dict):  # as Poetry has it, with more than that
        told = told.get("version")
    if told is None:
        return Versions()
    versions = parse_required(str(told))
    if versions is None:
        told = f"{told!r} cannot be understood; `--target-version` says it, too"
        raise ConfigError(f"{file}: requires-python: {told}")
    return versions


def _check_names(file: Path, config: Config, rules: Mapping[str, str]) -> None:
    named: dict[str, Iterable[str]] = {
        "select": config.select,
        "ignore": config.ignore,
        "severity": config.severity,
        **{f"per-file-ignores.{k}": names for k, names in config.per_file_ignores.items()},
        "blocking": [each.rule for each in config.blocking if isinstance(each, Blocking)],
    }
    for key, names in named.items():
        for name in names:
            if not meant(name, rules):
                raise ConfigError(f"{file}: {key}: {no_rule(name, rules)}")
    for name in config.functions:
        if not all(part.isidentifier() or part == "*" for part in name.split(".")):
            raise ConfigError(f"{file}: {name!r} is no qualified name (package.module.function)")
    if config.target_version and parse_range(config.target_version) is None:
        raise ConfigError(
            f"{file}: target-version: {config.target_version!r} is no version or range of versions"
            " ('3.8', '3.8-3.14')"
        )
