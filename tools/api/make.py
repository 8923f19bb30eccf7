"""Make the history of asyncio's API, lint/asyncompat_lint/knowledge/asyncio_api.toml.

    python tools/api/make.py           # asks python3.6, python3.7, ... on PATH, and writes the file
    python tools/api/make.py --check   # fails where what they say differs from the file

Every interpreter is asked by ``ask.py`` beside this file; here the answers are laid side by side:
when a name came, was deprecated, went. Nothing is typed in by hand: what an interpreter cannot say
of itself is in asyncio_notes.toml, beside the result.
"""

from __future__ import annotations

import argparse
import difflib
import json
import pathlib
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
RESULT = ROOT / "lint" / "asyncompat_lint" / "knowledge" / "asyncio_api.toml"
ASK = pathlib.Path(__file__).with_name("ask.py")
VERSIONS = [f"3.{minor}" for minor in range(6, 16)]

Entry = dict[str, Any]
# By version, what is said of one thing.
Answers = dict[str, Entry]

# What these have, the first of them has, too: it is what people annotate.
SAME_AS_LOOP = {"asyncio.BaseEventLoop", "asyncio.SelectorEventLoop", "asyncio.EventLoop"}

HEAD = """\
# asyncio's API from {first} to {last}, and what async code needs of other modules: when it came,
# was deprecated, went. What no version is told for was in {first} already, and is there still.
#
# Made by tools/api/make.py, which asks the interpreters; not to be edited.

asked = [{asked}]
"""


def ask(version: str, others: dict[str, dict[str, dict[str, list[str]]]]) -> Entry:
    """Return what an interpreter says."""
    interpreter = shutil.which(f"python{version}")
    if interpreter is None:
        sys.exit(f"there is no python{version} on PATH")
    command = [interpreter, "-W", "ignore", str(ASK), json.dumps(others)]
    done = subprocess.run(
        command, check=True, stdout=subprocess.PIPE, env={"PYTHONPATH": str(ROOT)}, timeout=300
    )
    answer: Entry = json.loads(done.stdout)
    return answer


def ask_all() -> list[Entry]:
    """Return what all interpreters say, each asked for the names of the others, too."""
    others: dict[str, dict[str, dict[str, list[str]]]] = {}
    for version in VERSIONS:
        for module, names in ask(version, {})["modules"].items():
            for name, entry in names.items():
                known = others.setdefault(module, {}).setdefault(name, {})
                for member, inner in {"": entry, **entry.get("members", {})}.items():
                    told = known.setdefault(member, [])
                    told += [p[0] for p in inner.get("parameters") or () if p[0] not in told]
    return [ask(version, others) for version in VERSIONS]


def by_name(answers: list[Entry]) -> dict[str, Answers]:
    """Return what is said of each qualified name, by version."""
    found: dict[str, Answers] = {}
    for answer in answers:
        for module, names in answer["modules"].items():
            for name, entry in names.items():
                qualified = f"{module}.{name}"
                found.setdefault(qualified, {})[answer["version"]] = entry
                if qualified not in SAME_AS_LOOP:
                    for member, inner in entry.get("members", {}).items():
                        found.setdefault(f"{qualified}.{member}", {})[answer["version"]] = inner
    return found


def span(there: list[str]) -> Entry:
    """Return when something came and went, of the versions that have it."""
    found = {}
    if there[0] != VERSIONS[0]:
        found["since"] = there[0]
    if there[-1] != VERSIONS[-1]:
        found["removed"] = VERSIONS[VERSIONS.index(there[-1]) + 1]
    return found


def first(versions: Iterator[str]) -> str | None:
    return next(versions, None)


def history(said: Answers) -> Entry:
    """Return the history of one name."""
    newest = said[list(said)[-1]]
    found: Entry = {"kind": newest["kind"], **span(list(said))}
    deprecated = first(version for version, entry in said.items() if "deprecated" in entry)
    if deprecated is not None:
        found["deprecated"] = deprecated
        messages = " ".join(said[deprecated]["deprecated"])
        announced = re.search(r"remov\w* in Python (3\.\d+)", messages)
        if announced is not None and "removed" not in found:
            found["removal"] = announced[1]
    for key, kind in [("outside_deprecated", "deprecated"), ("outside_error", "error")]:
        version = first(version for version, entry in said.items() if entry.get("outside") == kind)
        if version is not None and version != next(iter(said)):
            found[key] = version
    if newest.get("is_async"):
        found["is_async"] = True
    parameters = list(_parameters(said))
    if parameters:
        found["parameters"] = parameters
    bases = {version: entry["bases"] for version, entry in said.items() if "bases" in entry}
    changes = _changes({version: ", ".join(names) for version, names in bases.items()})
    if changes:
        found["bases"] = changes
    return found


def _parameters(said: Answers) -> Iterator[Entry]:
    told = {
        version: [p for p in entry["parameters"] if p[0] not in entry.get("refused_parameters", ())]
        for version, entry in said.items()
        if "parameters" in entry
    }
    names: dict[str, dict[str, list[Any]]] = {}
    for version, parameters in reversed(told.items()):
        for parameter in parameters:
            names.setdefault(parameter[0], {})[version] = parameter
    for name, by_version in names.items():
        versions = [version for version in told if version in by_version]
        if not versions:
            continue
        _, kind, _ = by_version[versions[-1]]
        found: Entry = {"name": name}
        if kind != "POSITIONAL_OR_KEYWORD":
            found["kind"] = kind.lower().replace("_", "-")
        # It came with the function itself, or where the function was there before it.
        if versions[0] != next(iter(told)):
            found["since"] = versions[0]
        if versions[-1] != list(told)[-1]:
            found["removed"] = list(told)[list(told).index(versions[-1]) + 1]
        deprecated = first(v for v in told if name in said[v].get("deprecated_parameters", ()))
        if deprecated is not None:
            found["deprecated"] = deprecated
        told_defaults = {v: by_version[v][2] for v in versions}
        defaults = {v: value for v, value in told_defaults.items() if value not in (None, "...")}
        changes = _changes(defaults)
        if changes:
            found["default"] = changes
        yield found


def _changes(values: dict[str, str]) -> str | dict[str, str]:
    """Return a value that is always the same, or each with the version that it came with."""
    found: dict[str, str] = {}
    for version, value in values.items():
        if not found or list(found.values())[-1] != value:
            found[version] = value
    return found if len(found) > 1 else next(iter(found.values()), "")


def shim(answers: list[Entry]) -> dict[str, str]:
    """Return from which version on each name that asyncompat offers is the interpreter's."""
    found = {}
    for name in {name for answer in answers for name in answer["shim"] or ()}:
        own: str | None = None
        for answer in reversed(answers):
            if answer["shim"].get(name, True):
                break
            own = answer["version"]
        offered = all(name in answer["shim"] for answer in answers)
        if offered and own != VERSIONS[0]:
            found[f"asyncio.{name}"] = own or "never"
    return found


def is_inherited(name: str, entry: Entry, entries: dict[str, Entry]) -> bool:
    """Return whether a member of a class is told of at one of the class's bases."""
    class_, _, member = name.rpartition(".")
    bases = entries.get(class_, {}).get("bases", "")
    newest = bases if isinstance(bases, str) else list(bases.values())[-1]
    return any(
        f"{base}.{member}" in entries and {**entries[f"{base}.{member}"]} == entry
        for base in newest.split(", ")
    )


def text(answers: list[Entry]) -> str:
    """Return the file."""
    offered = shim(answers)
    entries = {name: history(said) for name, said in by_name(answers).items()}
    # What asyncio never had is asyncompat's own.
    offered = {
        name if name in entries else name.replace("asyncio.", "asyncompat."): version
        for name, version in offered.items()
    }
    asked = ", ".join(f'"{answer["micro"]}"' for answer in answers)
    parts = [HEAD.format(first=VERSIONS[0], last=VERSIONS[-1], asked=asked)]
    for name in sorted({*entries, *offered}, key=lambda name: (name.lower(), name)):
        entry = entries.get(name, {"kind": "function"})
        if is_inherited(name, entry, entries):
            continue
        if name in offered:
            entry["shim"] = offered[name]
        lines = [f'\n[api."{name}"]']
        for key, value in entry.items():
            if key == "parameters":
                lines += ["parameters = [", *(f"    {_inline(each)}," for each in value), "]"]
            else:
                lines.append(f"{key} = {_inline(value)}")
        parts.append("\n".join(lines) + "\n")
    return "".join(parts)


def _inline(value: object) -> str:
    if isinstance(value, dict):
        inside = ", ".join(f"{_key(key)} = {_inline(each)}" for key, each in value.items())
        return f"{{ {inside} }}"
    return json.dumps(value)


def _key(key: str) -> str:
    return key if key.isidentifier() else json.dumps(key)


def main() -> int:
    """Ask, and write or compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, and write nothing")
    arguments = parser.parse_args()
    made = text(ask_all())
    if arguments.check:
        before = RESULT.read_text("utf-8")
        lines = difflib.unified_diff(before.splitlines(), made.splitlines(), "kept", "asked", n=3)
        sys.stdout.writelines(f"{line.rstrip()}\n" for line in lines)
        return int(before != made)
    RESULT.write_text(made, encoding="utf-8")
    print(f"{RESULT.relative_to(ROOT)}: {made.count('[api.')} names")
    return 0


if __name__ == "__main__":
    sys.exit(main())
