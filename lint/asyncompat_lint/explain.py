"""A rule's page and a name's history, as text or as data: made of where all of it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from asyncompat_lint.engine import OF_FILES
from asyncompat_lint.findings import Severity
from asyncompat_lint.history import Api, History, Parameter, changes
from asyncompat_lint.rules.base import Rule
from asyncompat_lint.versions import OLDEST, told

_PAGES = {
    "AC001": "A file, or a notebook's cell, that cannot be decoded or parsed. The others are still"
    " checked.",
    "AC002": "A comment that silences something, where there is nothing to silence. Take it away,"
    " so that it does not silence what comes.",
}
_SEVERITIES = {"AC001": Severity.ERROR, "AC002": Severity.WARNING}


def page(rule: type[Rule]) -> str:
    """Return a rule's page: its code, name and weight, what it says of itself, and its examples."""
    parts = [f"{rule.code} {rule.name} ({rule.severity})", rule.page()]
    parts += [f"Found:\n\n{_indented(code)}" for code in rule.INVALID]
    parts += [f"Left alone:\n\n{_indented(code)}" for code in rule.VALID]
    return "\n\n".join(parts) + "\n"


def page_of_files(code: str) -> str:
    """Return the page of what no rule finds: what is told of files themselves."""
    return f"{code} {OF_FILES[code]} ({_SEVERITIES[code]})\n\n{_PAGES[code]}\n"


def data(of_files: Collection[str], rules: Collection[type[Rule]]) -> list[dict[str, object]]:
    """Return pages, those of files and those of rules, to be written as JSON."""
    told: list[dict[str, object]] = [
        {
            "code": code,
            "name": OF_FILES[code],
            "severity": str(_SEVERITIES[code]),
            "page": _PAGES[code],
            "found": [],
            "left_alone": [],
        }
        for code in of_files
    ]
    return told + [
        {
            "code": rule.code,
            "name": rule.name,
            "severity": str(rule.severity),
            "page": rule.page(),
            "found": list(rule.INVALID),
            "left_alone": list(rule.VALID),
        }
        for rule in rules
    ]


def _indented(code: str) -> str:
    return "\n".join(f"    {line}".rstrip() for line in code.rstrip("\n").split("\n"))


# Histories


def qualified(history: History, name: str) -> str | None:
    """Return the qualified name that is meant: asyncio's, if no other module is told."""
    for candidate in (name, *(f"{each}.{name}" for each in ("asyncio", "builtins", "asyncompat"))):
        if history.entry(candidate) is not None:
            return candidate
    return None


def history_of(history: History, name: str) -> str:
    """Return what is known of a name: when it came, changed and went, and what asyncompat has."""
    entry = history.entry(name)
    assert entry is not None
    lines = [f"{name.removeprefix('builtins.')}{_signature(entry)}"]
    lines += [f"  {each}" for each in _events(entry)]
    for parameter in entry.parameters:
        lines += [f"  {parameter.name}: {each}" for each in _events_of(parameter)]
    for meaning in history.meanings:
        if name in meaning.names:
            lines.append(
                f"  before {meaning.version} it {meaning.before}; since, it {meaning.after}"
            )
            lines.append(f"    {meaning.source}")
    instead = history.instead.get(name)
    if instead is not None:
        lines.append(f"  instead: {instead.replace('{asyncio}', 'asyncio')}")
    lines += [f"  asyncompat: {each}" for each in _offered(history, name)]
    return "\n".join(lines) + "\n"


def _signature(entry: Api) -> str:
    if entry.kind not in ("class", "function", "method"):
        return f" ({entry.kind})"
    parts: list[str] = []
    for each in sorted(entry.parameters, key=lambda each: each.kind == "var-keyword"):
        if each.removed:
            continue
        if (
            each.kind == "keyword-only"
            and "*" not in parts
            and not any(p[:1] == "*" for p in parts)
        ):
            parts.append("*")
        default = [value for _, value in changes(each.default)][-1]
        stars = {"var-positional": "*", "var-keyword": "**"}.get(each.kind, "")
        parts.append(f"{stars}{each.name}{f'={default}' if default else ''}")
    return f"({', '.join(parts)})"


def _events(entry: Api) -> Iterator[str]:
    yield f"since {entry.since}" if entry.since else f"since {told(OLDEST)} or before"
    if entry.deprecated:
        yield f"deprecated since {entry.deprecated}"
    if entry.removal:
        yield f"to go in {entry.removal}"
    if entry.removed:
        yield f"gone since {entry.removed}"
    if entry.outside_deprecated:
        yield f"where no event loop runs: deprecated since {entry.outside_deprecated}"
    if entry.outside_error:
        yield f"where no event loop runs: an error since {entry.outside_error}"
    if not isinstance(entry.bases, str):
        for version, bases in entry.bases.items():
            yield f"from {version} on: {bases or 'object'}"


def _events_of(parameter: Parameter) -> Iterator[str]:
    if parameter.since:
        yield f"since {parameter.since}"
    if parameter.deprecated:
        yield f"deprecated since {parameter.deprecated}"
    if parameter.removed:
        yield f"gone since {parameter.removed}"
    if not isinstance(parameter.default, str):
        for version, value in parameter.default.items():
            yield f"{value} by default from {version} on"


def _offered(history: History, name: str) -> Iterator[str]:
    """What asyncompat has for a name."""
    function, entry = history.functions.get(name), history.entry(name)
    if entry is not None and entry.removed:
        yield "nothing: it has what the newest asyncio has"
    elif function is not None:
        yield f"asyncompat.{function}(task), also for a task that has no such method"
    elif history.is_always_of_the_shim(name):
        yield "its own on every version"
    elif history.is_of_the_shim(name):
        yield f"its own before {history.shim_until(name)}, the interpreter's from there on"
    elif name.startswith("asyncio."):
        yield "the interpreter's own, where it is there"
    else:
        yield "nothing: it is not asyncio's"
