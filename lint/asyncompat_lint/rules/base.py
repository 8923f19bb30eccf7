"""What a rule is: methods for libcst's nodes, with a code, a name, a page and examples.

A rule knows the statement that it visits and asks its context about places in it; it resolves no
name and follows no call by itself. The examples in the class are the rule's tests.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from asyncompat_lint.coroutines import Misuse
from asyncompat_lint.findings import Finding, Fix, Severity
from asyncompat_lint.importing import ModuleName
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.reach import BlockingCall
from asyncompat_lint.rules.trees import Tree
from asyncompat_lint.spans import Span
from asyncompat_lint.versions import Version, Versions

if TYPE_CHECKING:
    from asyncompat_lint.rules.positions import Position


@dataclass(frozen=True)
class Surroundings:
    """What is known of the module as a whole, and of how it is checked.

    ``names`` are those under which it has other modules, or can have them; ``imports`` the
    top-level modules that it imports, ``versions`` those of Python that it is for, ``severities``
    those that the settings give to rules, by code; ``no_cancellations`` are exceptions that only
    have a name like that of asyncio's.
    """

    names: Mapping[str, ModuleName] = field(default_factory=dict)
    imports: Collection[str] = ()
    versions: Versions = field(default_factory=Versions)
    severities: Mapping[str, str] = field(default_factory=dict)
    is_notebook: bool = False
    no_cancellations: Collection[str] = frozenset()

    def name_of(self, *modules: str) -> ModuleName:
        """Return the name of the first of these that the module has, or a new one for the first."""
        there = (self.names[each] for each in modules if not self.names[each].statement)
        return next(there, self.names[modules[0]])

    @property
    def lowest_python(self) -> Version | None:
        """The oldest version that the module is for, where that is known."""
        return self.versions.lowest

    @property
    def asyncio_name(self) -> str:
        """What asyncio, or what stands for it, is called in the module."""
        return self.name_of("asyncio", "asyncompat").name


@dataclass
class Context:
    """What a rule may ask about the module whose statement it visits."""

    path: str
    first_line: int
    lines: Sequence[str]
    blocking: dict[tuple[str, Span], BlockingCall]
    loads: dict[tuple[str, int, int, str], BlockingCall]
    misuses: Mapping[tuple[str, Span], Misuse]
    misfits: Mapping[tuple[str, Span], Misfit]
    surroundings: Surroundings
    timed: Collection[int] = ()
    tree: Tree = field(default_factory=lambda: Tree(cst.Module([])))
    _positions: Mapping[int, Position] = field(default_factory=dict)

    def enter(self, tree: cst.Module, first_line: int) -> None:
        """Go on to a statement, which begins at a line of the file."""
        from asyncompat_lint.rules.positions import positions_in

        self.tree = Tree(tree)
        self.first_line = first_line
        self._positions = positions_in(tree)

    def span_of(self, node: cst.CSTNode) -> Span:
        """Return the place in the file of a node of the statement."""
        (line, column), (end_line, end_column) = self._positions[id(node)]
        offset = self.first_line - 1
        return Span(line + offset, column + 1, end_line + offset, end_column + 1)


class Rule:
    """A kind of finding. Its docstring is its page: what it finds, why that is bad, what to do.

    Its methods ``visit_Call`` and the like are called for the nodes of a statement, each before
    what is in it.
    """

    code: ClassVar[str]
    name: ClassVar[str]
    severity: ClassVar[Severity]
    VALID: ClassVar[tuple[str, ...]] = ()
    INVALID: ClassVar[tuple[str, ...]] = ()
    # The versions of Python that the examples are for, and whether they are cells of a notebook.
    VERSIONS: ClassVar[str] = ""
    IN_NOTEBOOK: ClassVar[bool] = False
    _visiting: ClassVar[list[str]] = []

    def __init_subclass__(cls) -> None:
        cls._visiting = [name for name in dir(cls) if name.startswith(_VISITING)]

    def __init__(self, context: Context, findings: list[Finding]) -> None:
        self.context = context
        self._findings = findings
        weight = context.surroundings.severities.get(self.code)
        self.weight = self.severity if weight is None else Severity.named(weight)

    def visitors(self) -> Iterator[tuple[type[cst.CSTNode], Callable[[cst.CSTNode], None]]]:
        """Give the kinds of nodes that it visits, each with the method that does."""
        for name in self._visiting:
            yield getattr(cst, name.removeprefix(_VISITING)), getattr(self, name)

    def code_of(self, node: cst.CSTNode) -> str:
        """Return a node's source on one line, without its comments."""
        from asyncompat_lint.rules.one_line import OneLine

        changed = node.visit(OneLine())
        assert isinstance(changed, cst.CSTNode)
        return source_of(changed)

    def span_of(self, node: cst.CSTNode) -> Span:
        """Return a node's place in the file."""
        return self.context.span_of(node)

    def parent_of(self, node: cst.CSTNode) -> cst.CSTNode | None:
        """Return what a node stands in; None for the whole."""
        return self.context.tree.parent_of(node)

    def may_stand_in_string(self, node: cst.CSTNode) -> bool:
        """Return whether ``await`` may stand in a node's place, if that is in an f-string."""
        lowest = self.context.surroundings.lowest_python
        parent = self.parent_of(node)
        while parent is not None and not isinstance(parent, cst.BaseStatement):
            if isinstance(parent, cst.FormattedStringExpression):
                return lowest is None or lowest >= AWAIT_IN_STRINGS_SINCE
            parent = self.parent_of(parent)
        return True

    def is_timed(self, node: cst.CSTNode) -> bool:
        """Return whether a notebook's magic runs a node, behind which nothing can be awaited."""
        return self.span_of(node).line in self.context.timed

    def may_await(self, node: cst.CSTNode) -> bool:
        """Return whether ``await`` may stand in a node's place."""
        if not self.may_stand_in_string(node) or self.is_timed(node):
            return False
        child, parent = node, self.parent_of(node)
        comprehensions = 0
        while parent is not None:
            match parent:
                case cst.ListComp() | cst.SetComp() | cst.DictComp() if child is not parent.for_in:
                    comprehensions += 1
                    if comprehensions > 1 and not self._may_await_in_nested():
                        return False
                case cst.FunctionDef() if child is parent.body:
                    return parent.asynchronous is not None
                case cst.Lambda() | cst.ClassDef() if child is parent.body:
                    return False
                case cst.GeneratorExp() if child is parent.elt:
                    return False
                case cst.CompFor():
                    around = self.parent_of(parent)
                    is_first = isinstance(around, cst.BaseComp) and child is parent.iter
                    if self._generator_of(parent) is not None and not is_first:
                        return False
            child, parent = parent, self.parent_of(parent)
        return self.context.surroundings.is_notebook

    def _may_await_in_nested(self) -> bool:
        """Whether a comprehension within another one may await."""
        lowest = self.context.surroundings.lowest_python
        return lowest is None or lowest >= AWAIT_IN_NESTED_SINCE

    def _generator_of(self, loop: cst.CompFor) -> cst.GeneratorExp | None:
        """The generator expression that a loop is of, if it is of one."""
        parent: cst.CSTNode | None = loop
        while isinstance(parent, cst.CompFor):
            parent = self.parent_of(parent)
        return parent if isinstance(parent, cst.GeneratorExp) else None

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
        fix: Fix | None = None,
        what: str = "",
    ) -> None:
        """Add a finding at a node."""
        span = self.span_of(node)
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
                fix=fix,
                what=what,
                certainty=1.0 if call is None else call.blocker.certainty,
                source_lines=tuple(self.context.lines[span.line - 1 : span.end_line]),
            )
        )


_VISITING = "visit_"


def source_of(node: cst.CSTNode) -> str:
    """Return a node's source as it stands there."""
    return cst.Module(body=[]).code_for_node(node)


AWAIT_IN_STRINGS_SINCE = (3, 7)
AWAIT_IN_NESTED_SINCE = (3, 11)


def is_async(rule: Rule, node: cst.CSTNode) -> cst.FunctionDef | None:
    """Return the async function whose body a node stands in, if it stands in one."""
    parent: cst.CSTNode | None = node
    while parent is not None:
        parent = rule.parent_of(parent)
        if isinstance(parent, cst.FunctionDef):
            return None if parent.asynchronous is None else parent
        if isinstance(parent, cst.Lambda | cst.ClassDef):
            return None
    return None


def name_of(node: cst.CSTNode) -> str:
    """Return the last name of a dotted name; nothing for anything else."""
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def is_dotted(node: cst.CSTNode) -> bool:
    """Return whether a node is a name, or a dotted one: to find out what it is runs nothing."""
    while isinstance(node, cst.Attribute):
        node = node.value
    return isinstance(node, cst.Name)


def only_statement(line: cst.BaseStatement) -> cst.BaseSmallStatement | None:
    """Return the statement of a line that has one, and no others behind it."""
    if isinstance(line, cst.SimpleStatementLine) and len(line.body) == 1:
        return line.body[0]
    return None


def only_statement_of(body: cst.BaseSuite) -> cst.BaseSmallStatement | None:
    """Return the statement of a body that has but one."""
    match body:
        case cst.IndentedBlock(body=[line]):
            return only_statement(line)
        case cst.SimpleStatementSuite(body=[statement]):
            return statement
    return None
