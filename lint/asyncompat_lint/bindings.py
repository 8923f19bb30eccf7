"""Which of the bindings that a name has count: at a place, or ever.

Knows their order and the branches that they stand in, and nothing of what they give.
"""

from __future__ import annotations

from asyncompat_lint.facts import SAYING, Binding


def in_force(bindings: list[Binding], line: int, column: int) -> list[Binding]:
    """Return the bindings that a use in the same scope may see, the nearest first."""
    # What a function gives to a name of the module may be there at any time.
    bindings = [each for each in bindings if is_told_there(each)] or bindings
    before = [
        each
        for each in bindings
        if (each.line, each.column) < (line, column)
        and each.kind != "excluded"
        and (each.kind != "narrowed" or (each.suite is not None and each.suite.holds(line)))
    ]
    before = before or [each for each in bindings if each.kind not in SAYING]
    if before and before[-1].kind == "imported":  # an import, and what is imported if that fails
        return [each for each in before if each.kind == "imported"]
    found: list[Binding] = []
    for each in reversed(before):
        suite = each.suite
        if each.kind == "narrowed" or suite is None or suite.holds(line):
            return [*found, each]
        if suite.hides_from(line):
            continue
        found.append(each)
    return found or before[-1:]


def beside_declared(bindings: list[Binding]) -> list[Binding]:
    """Return what a name that is declared to be something is given, if all of that is told."""
    given = [each for each in bindings if each.kind not in (*SAYING, "annotated")]
    places = {(each.line, each.column) for each in given}
    declared = [each for each in bindings if each.kind == "annotated"]
    is_told = declared and all((each.line, each.column) in places for each in declared)
    return given if is_told else []


def excluded(bindings: list[Binding], line: int) -> list[Binding]:
    """Return what a name is known not to be in a line, unless it has been given something else."""
    given = [each.line for each in bindings if each.kind not in SAYING]
    return [
        each
        for each in bindings
        if each.kind == "excluded"
        and each.suite is not None
        and each.suite.holds(line)
        and not any(each.line <= other < line for other in given)
    ]


def is_told_there(binding: Binding) -> bool:
    """Return whether a name's own scope gives it this value, and no function within it."""
    return binding.scope < 0 or binding.kind == "defined"


def ever(bindings: list[Binding]) -> list[Binding]:
    """Return all bindings of a name; if it is declared, or defined anew for good, only these."""
    if len(bindings) > 1 and all(each.kind == "defined" for each in bindings):
        last = max((n for n, each in enumerate(bindings) if each.suite is None), default=0)
        return bindings[last:]  # what is before it are overloads
    declared = [each for each in bindings if each.kind == "annotated"]
    return declared or [each for each in bindings if each.kind not in SAYING]
