"""What a place has that does not fit the project's versions of Python. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from asyncompat_lint.facts import Statement
from asyncompat_lint.guards import Failure
from asyncompat_lint.modules import Module
from asyncompat_lint.spans import Span

TOO_NEW, REMOVED, DEPRECATED = "too-new-api", "removed-api", "deprecated-api"
TOO_NEW_PARAMETER, CHANGED, PATCHED = "too-new-parameter", "changed-meaning", "patched-loop"


@dataclass(frozen=True)
class Misfit:
    """A place, the rule that it breaks, and the name and version that it breaks it with.

    ``statement`` are the lines to be parsed, where they are no function's; ``of_instance`` is
    whether the name is asked of an instance. ``keyword`` is the parameter that is meant, where it
    is one; ``outside`` whether it matters that no event loop runs there; ``meaning`` what has
    changed; ``others`` are places that are to be mended with it; ``of_shim`` is whether it is
    asyncompat's.
    """

    span: Span
    statement: Statement | None
    rule: str
    name: str
    version: str = ""
    keyword: str = ""
    outside: bool = False
    meaning: int = -1
    others: tuple[Span, ...] = ()
    of_instance: bool = False
    of_shim: bool = False


@dataclass(frozen=True)
class Place:
    """Where something is named or called; ``fails_by`` is how it fails if it is not there."""

    module: Module
    scope: int
    span: Span
    statement: Statement | None
    of_instance: bool = False
    fails_by: Failure = "attribute"

    def misfit(
        self,
        rule: str,
        name: str,
        version: str,
        *,
        keyword: str = "",
        outside: bool = False,
        meaning: int = -1,
    ) -> Misfit:
        return Misfit(
            self.span,
            self.statement,
            rule,
            name,
            version,
            keyword,
            outside,
            meaning,
            of_instance=self.of_instance,
        )
