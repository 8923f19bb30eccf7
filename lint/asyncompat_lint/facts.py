"""What one module says about itself, before anything is resolved. Data only, and serializable."""

from __future__ import annotations

import functools
from typing import Literal, TypeAlias

import msgspec

from asyncompat_lint.by_name import NameIndex
from asyncompat_lint.expressions import NOTHING, OPAQUE, Constant, Expr, last_name
from asyncompat_lint.guards import Guard, Test
from asyncompat_lint.lazily import Lazily
from asyncompat_lint.parameters import Condition, PassedOn, Without
from asyncompat_lint.spans import Span

# How a name comes by its value:
#   imported   `target` names it: a dotted path, with leading dots where the import is relative
#   assigned   it is the value of `value`
#   annotated  it is an instance of what `value`, an annotation, names
#   narrowed   the same, but only in its suite: `isinstance` has been asked
#   excluded   in its suite it is none of these: the answer was no
#   entered    it is what `with value as name` gives; `async with` for `aentered`
#   defined    a function or class of the module; `scope` is its own
#   self       a method's first parameter
#   unknown    anything else: a parameter, a deleted name
BindingKind: TypeAlias = Literal[
    "imported",
    "assigned",
    "annotated",
    "narrowed",
    "excluded",
    "entered",
    "aentered",
    "defined",
    "self",
    "unknown",
]
# These say of a name what it is, or is not, and do not give it anything.
SAYING = frozenset({"excluded", "narrowed"})


class Suite(msgspec.Struct, frozen=True, array_like=True):
    """The lines of a branch, and of the compound statement that it is a branch of.

    ``exclusive`` is whether the other branches are not run where this one is, ``leaves`` whether it
    ends by leaving the function or the loop, so that what is bound in it is not seen behind it.
    """

    line: int
    end_line: int
    statement_line: int
    statement_end_line: int
    exclusive: bool = False
    leaves: bool = False

    def holds(self, line: int) -> bool:
        """Return whether a line is one of the branch."""
        return self.line <= line <= self.end_line

    def hides_from(self, line: int) -> bool:
        """Return whether what is bound in the branch is not seen in a line: one outside of it."""
        if self.holds(line):
            return False
        is_beside = self.statement_line <= line <= self.statement_end_line
        return self.exclusive if is_beside else self.leaves


class Binding(msgspec.Struct, frozen=True, array_like=True):
    """One way in which a name gets its value; ``suite`` is the branch that it stands in.

    ``scope`` is where ``value`` is told, if that is not the scope of the name: a method that gives
    it to ``self``, a function that says ``global``. Of what is defined it is its own.
    """

    kind: BindingKind
    line: int
    column: int
    value: Expr = OPAQUE
    target: str = ""
    scope: int = -1
    suite: Suite | None = None


# Decorators under which an attribute is what its function returns.
CACHED_PROPERTIES = frozenset(
    {"cached_property", "lazy_property", "lazyproperty", "reify", "under_cached_property"}
)
PROPERTIES = CACHED_PROPERTIES | {"property", "abstractproperty"}
# The methods that are called where an object is made, in their order; the last by pydantic. Where
# nothing makes anything else of a class, the first two are.
POST_INIT = "model_post_init"
PLAIN_CONSTRUCTORS = ("__new__", "__init__")
CONSTRUCTORS = (*PLAIN_CONSTRUCTORS, "__post_init__", "__attrs_post_init__", POST_INIT)


# What is decorated so is still what is run.
_KEEPING = frozenset({"wraps"})
_OF_WRAPPERS = frozenset({"__call__", "__get__"})


ScopeKind: TypeAlias = Literal["module", "class", "function", "lambda", "comprehension"]


class Scope(msgspec.Struct, array_like=True):
    """A namespace and the code that runs in it.

    ``runs_in_parent`` is whether the code runs as part of the enclosing scope's: a class body, a
    comprehension, a generator expression that is used up on the spot. A function has its
    parameters, the last of which are ``keyword_only`` (those that it calls itself in
    ``called_parameters``, those that it passes to others in ``passed_on``), an annotation of what
    it returns, or the values it returns, and those it yields; the constants among its ``defaults``,
    and ``conditions`` on what it is passed; ``asks_for_loop`` is whether it wants to know if a loop
    runs, and ``without`` where something that may tell has told that none does. A lambda and a
    comprehension return what they compute; a class has bases, perhaps a metaclass, and the
    attributes that its methods give to ``self``. ``filled`` is what is put, one by one, into
    containers that begin empty: names of the scope, or attributes of a class; ``asked`` what
    ``isinstance`` says of attributes, by the dotted names that they are asked by. Behind the name
    of a function or a class there may be ``type_parameters``. An async function that never
    ``suspends`` ends in its first step.
    """

    kind: ScopeKind
    parent: int
    name: str
    line: int
    is_async: bool = False
    runs_in_parent: bool = False
    bindings: dict[str, list[Binding]] = {}
    outer_names: dict[str, Literal["global", "nonlocal"]] = {}
    is_generator: bool = False
    is_abstract: bool = False
    asks_for_loop: bool = False
    decorators: list[Expr] = []
    parameters: list[str] = []
    called_parameters: list[str] = []
    annotation: Expr | None = None
    returned: list[Expr] = []
    yielded: list[Expr] = []
    bases: list[Expr] = []
    type_parameters: list[str] = []
    attributes: dict[str, list[Binding]] = {}
    defaults: dict[str, Constant] = {}
    conditions: list[Condition] = []
    without: list[Without] = []
    filled: dict[str, list[Binding]] = {}
    asked: dict[str, list[Binding]] = {}
    passed_on: list[PassedOn] = []
    keyword_only: int = 0
    suspends: bool = False
    metaclass: Expr | None = None

    @property
    def decorator_names(self) -> list[str]:
        """The last names of what it is decorated with."""
        return [last_name(each) for each in self.decorators]

    @property
    def may_be_changed(self) -> bool:
        """Whether a decorator may make something else of it."""
        return not _KEEPING.issuperset(self.decorator_names)

    @property
    def may_wrap(self) -> bool:
        """Whether it can be a decorator that has something else run in place of what it decorates.

        A class can, whose objects can be called, or bound to other objects as methods are.
        """
        return self.kind == "function" or not _OF_WRAPPERS.isdisjoint(self.bindings)

    def leaves_open(self, name: str) -> bool:
        """Return whether a class's body says nothing of a name, or that it is None for now."""
        return all(
            each.kind == "assigned" and each.value == NOTHING
            for each in self.bindings.get(name, ())
        )


# What happens at a call site:
#   call     `callee` is called
#   enter    `with callee:`, from here to line `until`
#   aenter   `async with callee:`
#   iterate  `callee` is gone through: by `for`, a comprehension, `list()`, `yield from`
SiteKind: TypeAlias = Literal["call", "enter", "aenter", "iterate"]


# Under this name a call's arguments have the first that is unpacked.
UNPACKED = "*"


class CallSite(msgspec.Struct, frozen=True, array_like=True):
    """A place in the source that runs other code: a call, a ``with``, a ``for``.

    ``discarded`` is whether the call, or its ``await``, is a statement of its own, ``returned``
    whether its result is what the function returns, ``optional`` whether it is done only if an
    environment variable is set, ``once`` whether it is guarded by a question whether its result is
    already there, ``arguments`` are those that are followed, positional ones by their number;
    ``passes`` is how many of these there are, or -1 where it is
    not known what is passed; ``awaits_inside`` whether a ``with`` holds over an ``await``;
    ``polled`` whether the same object has been asked if there is anything to wait for.
    """

    scope: int
    callee: Expr
    span: Span
    kind: SiteKind = "call"
    awaited: bool = False
    discarded: bool = False
    once: bool = False
    until: int = 0
    awaits_inside: bool = False
    arguments: dict[str, Expr] = {}
    passes: int = -1
    polled: bool = False
    returned: bool = False
    optional: bool = False

    @property
    def name(self) -> str:
        """The last name of what is called, entered or gone through."""
        return last_name(self.callee)


class Mark(msgspec.Struct, frozen=True, array_like=True):
    """A line where a rule, by its name, has something to look at: what its form alone tells."""

    rule: str
    line: int


class TopAwait(msgspec.Struct, frozen=True, array_like=True):
    """An ``await`` at the top of a module; ``timed`` where a magic runs it that cannot await.

    Of ``async for`` and ``async with`` the span is where they begin.
    """

    span: Span
    statement: Statement
    timed: bool = False


class Load(msgspec.Struct, frozen=True, array_like=True):
    """Where an attribute is read, which may be a property; the first time in its branch.

    Or ``stored``, which may run a property's setter: only of other objects than the method's own.
    It is ``given`` something then.
    """

    scope: int
    value: Expr
    line: int
    column: int
    stored: bool = False
    given: Expr = OPAQUE


class Statement(msgspec.Struct, frozen=True, array_like=True):
    """The lines of a function that is in no other, or of a notebook's statement that awaits."""

    line: int
    end_line: int

    def holds(self, line: int) -> bool:
        """Return whether a line is one of these."""
        return self.line <= line <= self.end_line


class Mention(msgspec.Struct, frozen=True, array_like=True):
    """A place that names something of a module whose names come and go with Python's versions.

    ``target`` is what an import there imports; otherwise ``value`` is the name, ``stored`` whether
    it is given a value there. ``statement`` are the lines that have to be parsed for it.
    """

    scope: int
    span: Span
    statement: Statement
    value: Expr = OPAQUE
    target: str = ""
    stored: bool = False


class Handler(msgspec.Struct, frozen=True, array_like=True):
    """An ``except`` around an ``await``, which catches more or less by Python's version.

    ``caught`` are the classes it names, ``before`` those of the handlers above it, ``awaited`` what
    is called in the ``try`` and awaited or entered. ``raises`` is whether it ends by raising.
    """

    scope: int
    span: Span
    caught: tuple[Expr, ...]
    before: tuple[Expr, ...] = ()
    awaited: tuple[Expr, ...] = ()
    raises: bool = False


class Put(msgspec.Struct, frozen=True, array_like=True):
    """Where something is put into an object that a program shares, for others to take it out.

    ``holder`` is what that is called, ``key`` an attribute's name, or an item's key in brackets.
    """

    scope: int
    line: int
    column: int
    holder: str
    key: str
    value: Expr


# Libraries of whose things some are divided by texts, too.
_OTHER_PATHS = frozenset({"aiopath", "anyio", "cloudpathlib", "trio", "upath", "yarl"})


class ModuleFacts(msgspec.Struct, array_like=True, dict=True):
    """All of it. ``cells_that_await`` are a notebook's, which runs their top level on its loop.

    ``has_suppressions`` is whether there are comments that only this linter reads, ``tests`` what
    the names at the module's top are that a test was given to; ``is_lenient`` is whether its text
    had to be changed to be read as Python of today, ``has_cells`` whether a script marks cells with
    ``# %%``. Of the many modules and calls few are ever looked at.
    """

    encoded_scopes: msgspec.Raw
    encoded_calls: msgspec.Raw
    encoded_loads: msgspec.Raw
    encoded_guards: msgspec.Raw
    statements: list[Statement]
    cells_that_await: list[tuple[int, int]] = []
    has_suppressions: bool = False
    marks: list[Mark] = []
    names: NameIndex = msgspec.field(default_factory=NameIndex)
    mentions: list[Mention] = []
    tests: dict[str, Test] = {}
    handlers: list[Handler] = []
    awaits_at_top: list[TopAwait] = []
    is_lenient: bool = False
    has_cells: bool = False
    puts: list[Put] = []

    @property
    def may_divide_others(self) -> bool:
        """Whether what is divided by a text may be no path of the standard library's."""
        return any(each.partition(".")[0] in _OTHER_PATHS for each in self.names.imports)

    @functools.cached_property
    def scopes(self) -> Lazily[Scope]:
        """The scopes, by number; the first is the module's own."""
        return Lazily(self.encoded_scopes, _SCOPE_DECODER)

    @functools.cached_property
    def calls(self) -> Lazily[CallSite]:
        """The call sites, by number."""
        return Lazily(self.encoded_calls, _CALL_DECODER)

    @functools.cached_property
    def loads(self) -> Lazily[Load]:
        """The loads of attributes, by number."""
        return Lazily(self.encoded_loads, _LOAD_DECODER)

    @functools.cached_property
    def guards(self) -> list[Guard]:
        """What runs only where a test holds."""
        return _GUARDS_DECODER.decode(self.encoded_guards)

    def line_of(self, span: Span) -> Statement:
        """Return the lines of a place at a module's top, to be parsed by themselves."""
        for mention in self.mentions:
            statement = mention.statement
            if statement.line <= span.line and span.end_line <= statement.end_line:
                return statement
        return Statement(span.line, span.end_line)

    def running_scope(self, index: int) -> int:
        """Return the scope whose code a scope's is: a comprehension's is the one around it."""
        while self.scopes[index].runs_in_parent:
            index = self.scopes[index].parent
        return index

    def awaits_at(self, scope: Scope, line: int) -> bool:
        """Return whether a scope is the top of a notebook, and the line in a cell that awaits."""
        awaiting = any(first <= line <= last for first, last in self.cells_that_await)
        return scope.kind == "module" and awaiting


_SCOPE_DECODER = msgspec.msgpack.Decoder(Scope)
_GUARDS_DECODER = msgspec.msgpack.Decoder(list[Guard])
_CALL_DECODER = msgspec.msgpack.Decoder(CallSite)

_LOAD_DECODER = msgspec.msgpack.Decoder(Load)
