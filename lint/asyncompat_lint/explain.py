"""A rule's page, as text or as data: made of the rule's class, where all of it stands."""

from __future__ import annotations

from collections.abc import Collection

from asyncompat_lint.rules.base import Rule


def page(rule: type[Rule]) -> str:
    """Return a rule's page: its code, name and weight, what it says of itself, and its examples."""
    parts = [f"{rule.code} {rule.name} ({rule.severity})", rule.page()]
    parts += [f"Found:\n\n{_indented(code)}" for code in rule.INVALID]
    parts += [f"Left alone:\n\n{_indented(code)}" for code in rule.VALID]
    return "\n\n".join(parts) + "\n"


def data(rules: Collection[type[Rule]]) -> list[dict[str, object]]:
    """Return the same of several rules, to be written as JSON."""
    return [
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
