"""What a rule is: a libcst visitor with a code, a name, a page and examples.

A rule knows the statement that it visits and asks its context about places in it; it resolves no
name and follows no call by itself. The examples in the class are the rule's tests.
"""

from __future__ import annotations

import inspect
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import libcst as cst
from libcst.metadata import CodeRange, ParentNodeProvider, PositionProvider

from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.facts import Span
from asyncompat_lint.findings import Finding, Severity
from asyncompat_lint.reach import BlockingCall


@dataclass(frozen=True)
class Surroundings:
    """What is known of the module as a whole, and of how it is checked.

    ``imports`` are the top-level modules that it imports, ``lowest_python`` the oldest version that
    it is for, ``severities`` those that the settings give to rules, by code or name.
    """

    asyncio_name: str = "asyncio"
    imports: Collection[str] = ()
    lowest_python: tuple[int, int] | None = None
    severities: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Context:
    """What a rule may ask about the module whose statement it visits."""

    path: str
    first_line: int
    lines: list[str]
    blocking: dict[Span, BlockingCall]
    loads: dict[tuple[int, int, str], BlockingCall]
    misuses: Mapping[tuple[str, Span], Misuse]
    surroundings: Surroundings

    def span(self, position: CodeRange) -> Span:
        """Return the place in the file of a place in the statement."""
        offset = self.first_line - 1
        return Span(
            position.start.line + offset,
            position.start.column + 1,
            position.end.line + offset,
            position.end.column + 1,
        )


class Rule(cst.BatchableCSTVisitor):
    """A kind of finding. Its docstring is its page: what it finds, why that is bad, what to do."""

    METADATA_DEPENDENCIES = (PositionProvider, ParentNodeProvider)

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    VALID: ClassVar[tuple[str, ...]] = ()
    INVALID: ClassVar[tuple[str, ...]] = ()

    def __init__(self, context: Context, findings: list[Finding]) -> None:
        super().__init__()
        self.context = context
        self._findings = findings
        given = context.surroundings.severities
        weight = given.get(self.code) or given.get(self.name)
        self.weight = self.severity if weight is None else Severity.named(weight)

    def code_of(self, node: cst.CSTNode) -> str:
        """Return a node's source on one line."""
        code = cst.Module(body=[]).code_for_node(node)
        return " ".join(line.strip() for line in code.splitlines())

    @classmethod
    def page(cls) -> str:
        """Return the rule's page."""
        return inspect.cleandoc(cls.__doc__ or "")

    def report(
        self,
        node: cst.CSTNode,
        message: str,
        *,
        call: BlockingCall | None = None,
        function: str = "",
        severity: Severity | None = None,
        instead: str = "",
        hint: str = "",
    ) -> None:
        """Add a finding at a node."""
        span = self.context.span(self.get_metadata(PositionProvider, node))
        self._findings.append(
            Finding(
                path=self.context.path,
                span=span,
                code=self.code,
                name=self.name,
                severity=self.weight if severity is None else severity,
                message=message,
                chain=() if call is None else call.blocker.chain,
                function=function if call is None else call.function,
                instead=instead,
                hint=hint,
                source_lines=tuple(self.context.lines[span.line - 1 : span.end_line]),
            )
        )


def is_async(rule: Rule, node: cst.CSTNode) -> cst.FunctionDef | None:
    """Return the async function whose body a node stands in, if it stands in one."""
    parent: cst.CSTNode | None = node
    while parent is not None:
        parent = rule.get_metadata(ParentNodeProvider, parent, None)
        if isinstance(parent, cst.FunctionDef):
            return None if parent.asynchronous is None else parent
        if isinstance(parent, cst.Lambda | cst.ClassDef):
            return None
    return None


def walk(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """Give a node and all below it, in the order of the source."""
    yield node
    for child in node.children:
        yield from walk(child)


def name_of(node: cst.CSTNode) -> str:
    """Return the last name of a dotted name; nothing for anything else."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def only_statement(line: cst.BaseStatement) -> cst.BaseSmallStatement | None:
    """Return the statement of a line that has one, and no others behind it."""
    if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
        return line.body[0]
    return None
