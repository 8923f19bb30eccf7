"""Which versions of Python run a place, by the guards around it.

Asks the history what a version has, and the program what a name in a test is.
"""

from __future__ import annotations

import sys

from asyncompat_lint import history
from asyncompat_lint.expressions import Attribute, Expr, Name, last_name
from asyncompat_lint.guards import (
    All,
    Any,
    Flag,
    Guard,
    HasAttribute,
    Never,
    Not,
    Succeeds,
    Test,
    VersionTest,
)
from asyncompat_lint.misfits import Place
from asyncompat_lint.modules import Module
from asyncompat_lint.program import Program
from asyncompat_lint.spans import Span
from asyncompat_lint.values import Reference
from asyncompat_lint.versions import Version, Versions


class Guarded:
    """The guards of a project for some versions."""

    def __init__(self, program: Program, versions: Versions) -> None:
        self._program = program
        self._versions = versions

    def name(self, place: Place, expression: Expr) -> str:
        """Return the qualified name that an expression is, or else its own last one."""
        values = self._program.references(place.module, expression, place.scope, place.span.line)
        names = {value.name for value in values if isinstance(value, Reference)}
        return names.pop() if len(names) == 1 else last_name(expression)

    def at(self, place: Place) -> tuple[Versions, bool]:
        """Return the versions that run what stands at a place, and whether it may fail there."""
        guards = [each for each in place.module.facts.guards if holds(each.span, place.span)]
        forgives = any(place.fails_by in guard.forgives for guard in guards)
        return self._narrowed(place, guards), forgives

    def _narrowed(self, place: Place, guards: list[Guard]) -> Versions:
        versions = self._versions
        for guard in guards:
            versions = versions.where(lambda v, guard=guard: self._may_run(place, guard, v))  # type: ignore[misc]
        return versions

    def is_run(self, module: Module, scope: int, span: Span) -> bool:
        """Return whether any of the versions runs what stands at a place of a scope.

        What is there for a failure may be run on all of them: much else can fail, too.
        """
        place = Place(module, scope, span, None)
        guards = (each for each in module.facts.guards if holds(each.span, span))
        versions = self._narrowed(place, [each for each in guards if not _asks_success(each.test)])
        return bool(versions) or not self._versions

    def expects_warnings(self, place: Place) -> bool:
        """Return whether the code around a place is there for the warnings that it gives."""
        around = (each for each in place.module.facts.guards if holds(each.span, place.span))
        return any("warning" in guard.forgives for guard in around)

    def _may_run(self, place: Place, guard: Guard, version: Version) -> bool:
        return self._outcome(place, guard.test, version) is not False

    def _outcome(self, place: Place, test: Test, version: Version) -> bool | None:
        """What a test comes to in a version; None where that is not known."""
        match test:
            case VersionTest(operator=operator, version=other):
                return _compared(version[: len(other)], operator, other)
            case HasAttribute(owner=owner, name=name):
                return self._has(f"{self.name(place, owner)}.{name}", version)
            case Succeeds(imports=imports, names=names):
                dotted = (self._dotted(place, each) for each in names)
                return _all([self._has(each, version) for each in (*imports, *dotted) if each])
            case Flag(value=value):
                return self._flag(place, value, version)
            case Never():
                return False
            case Not(test=inner):
                outcome = self._outcome(place, inner, version)
                return None if outcome is None else not outcome
            case All(tests=tests):
                return _all([self._outcome(place, each, version) for each in tests])
            case Any(tests=tests):
                outcomes = [self._outcome(place, each, version) for each in tests]
                none = _all([None if each is None else not each for each in outcomes])
                return None if none is None else not none
        return None

    def _has(self, name: str, version: Version) -> bool | None:
        if "." not in name:
            return None
        versions = history.load().versions_with(name)  # which takes a while, and few ask
        return None if versions is None else version in versions

    def _dotted(self, place: Place, name: Expr) -> str:
        """A name of a module, or nothing where it is something else's."""
        match name:
            case Attribute(value=Name(id=root), name=attribute):
                targets = self._program.import_targets(place.module, root, place.scope)
                return f"{targets[0]}.{attribute}" if len(targets) == 1 else ""
        return ""

    def _flag(self, place: Place, value: Expr, version: Version) -> bool | None:
        """A name that a test was given to, in this module or in the one that it comes from."""
        module: Module | None = place.module
        name = last_name(value)
        if isinstance(value, Name):
            targets = self._program.import_targets(place.module, name, place.scope)
            if targets:
                module, rest = self._program.module_of(place.module, targets[0])
                name = rest[0] if len(rest) == 1 else ""
        else:
            assert isinstance(value, Attribute)
            targets = self._program.import_targets(
                place.module, last_name(value.value), place.scope
            )
            module, rest = (
                self._program.module_of(place.module, targets[0]) if targets else (None, [])
            )
            name = "" if rest else name
        test = None if module is None else module.facts.tests.get(name)
        if test is None or module is None:
            return None
        end = Span(sys.maxsize, 1, sys.maxsize, 1)
        return self._outcome(Place(module, 0, end, None), test, version)


def holds(outer: Span, inner: Span) -> bool:
    """Return whether a place begins in another."""
    start = (outer.line, outer.column) <= (inner.line, inner.column)
    return start and (inner.line, inner.column) < (outer.end_line, outer.end_column)


def _asks_success(test: Test) -> bool:
    """Whether a test asks if what is tried succeeds."""
    match test:
        case Not(test=inner):
            return _asks_success(inner)
        case All(tests=tests) | Any(tests=tests):
            return any(map(_asks_success, tests))
    return isinstance(test, Succeeds)


def _all(outcomes: list[bool | None]) -> bool | None:
    if False in outcomes:
        return False
    return None if None in outcomes else True


def _compared(version: tuple[int, ...], operator: str, other: tuple[int, ...]) -> bool:
    match operator:
        case "<":
            return version < other
        case "<=":
            return version <= other
        case ">":
            return version > other
        case ">=":
            return version >= other
        case "==":
            return version == other
    return version != other
