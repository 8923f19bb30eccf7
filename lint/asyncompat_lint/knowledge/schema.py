"""The form of the tables, one file a library family. Knows neither what is in them nor who asks."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Literal

import msgspec

from asyncompat_lint.expressions import Constant, Expr, last_names
from asyncompat_lint.toml import tomllib

Literals = dict[str, bool | int | float | str | None]
Where = Literal["here", "iterated", "loop", "elsewhere"]


class Table(
    msgspec.Struct, forbid_unknown_fields=True, rename={"class_": "class", "except_": "except"}
):
    """Calls that block in the same way: functions of a module, or methods of a class, or several.

    All methods of a class are meant by ``*``, but for those in ``except``; where it is ``deep``,
    also those of what its attributes are.

    ``instead`` is the code that does it the async way, ``advice`` the words where no code can say
    it; without both, ``to_thread`` is advised. ``hint`` is said besides, or ``twins``, the async
    ones. ``does`` is said in place of the rule's own words.

    With one of ``unless``, an argument (by its name, or position) and its constant, the call does
    not block; nor where an argument is made with a name in ``unless_named``, nor where the first is
    a text that ends with ``unless_ends``, nor where the file says of the same receiver what is in
    ``silenced_by``: a method, and the constant that it is called with first. One of the arguments
    that it ``needs`` must be there, and those of ``of_class`` be instances of these classes, as far
    as they are there.

    What is put ``instead`` may do the ``same`` but for the waiting, and what is ``tied_to_thread``
    cannot be called from another one. A call does not block ``unless_made_with`` some name its
    receiver was made, nor ``unless_made`` with these constants, by position, if it is itself passed
    nothing, nor ``unless_awaits`` what it is entered for; and, ``if_bounded``, only if
    its receiver was made with a size. Waiting ``unless_polled`` is over where the receiver has been
    asked for that before, or where it is known that it may not be; nobody is asked for a host
    ``unless_address``, where it is told by its number.

    What puts something ``to_disk`` does so also from what is in memory.

    ``lazy`` calls block where what they give is gone through. A ``contended`` lock blocks only if
    what is done while it is held does. What ``remembers`` blocks only once for the same constants.
    What is ``meant`` to wait, as a debugger is, is told of where it stands, not where that leads.
    """

    rule: str
    calls: list[str]
    module: str = ""
    modules: list[str] = []
    class_: str = ""
    classes: list[str] = []
    except_: list[str] = []
    deep: bool = False
    instead: str = ""
    advice: str = ""
    hint: str = ""
    twins: list[str] = []
    severity: str = ""
    does: str = ""
    lazy: bool = False
    contended: bool = False
    remembers: bool = False
    meant: bool = False
    same: bool = False
    tied_to_thread: bool = False
    unless_made_with: list[str] = []
    unless_made: list[Literals] = []
    unless_awaits: bool = False
    unless_polled: bool = False
    unless_address: bool = False
    if_bounded: bool = False
    to_disk: bool = False
    unless: list[Literals] = []
    unless_named: list[str] = []
    unless_ends: str = ""
    needs: list[str] = []
    of_class: dict[str, str] = {}
    silenced_by: dict[str, bool | int | float | None] = {}

    @property
    def made_not_to(self) -> list[dict[int, Constant]]:
        """What an object that does not block is made with: constants by their positions."""
        return [{int(at): Constant(it) for at, it in each.items()} for each in self.unless_made]

    @property
    def all_classes(self) -> list[str]:
        return [self.class_, *self.classes] if self.class_ else self.classes

    @property
    def owners(self) -> list[str]:
        """The modules and classes that have the calls."""
        modules = [self.module, *self.modules] if self.module else self.modules
        return [*modules, *self.all_classes]


AS_DECORATOR = "@"


class Callables(msgspec.Struct, forbid_unknown_fields=True):
    """What is done with callables that are passed: by position or name, for each function.

    They are called before it returns (``here``), where what it gives is gone through
    (``iterated``), later by the event loop (``loop``), or in another thread or process
    (``elsewhere``). What is decorated with it is passed, too, by ``AS_DECORATOR``.
    """

    here: dict[str, list[int | str]] = {}
    iterated: dict[str, list[int | str]] = {}
    loop: dict[str, list[int | str]] = {}
    elsewhere: dict[str, list[int | str]] = {}


class Library(msgspec.Struct, forbid_unknown_fields=True):
    """A file of the knowledge base; ``distributions`` have the things it speaks of.

    ``gives`` and ``attributes`` say of which type a call's result, or an attribute, is; the four
    tables behind them, what iterating, subscripting, entering and awaiting an instance of a class
    gives. For all names of a class of which nothing else is said there is ``*``. Types are written
    as annotations, with ``self`` for the receiver, ``t0`` for its class's first argument, ``a0``
    for the call's first argument, ``type[...]`` for a class itself, and ``element[...]``,
    ``result[...]``, ``awaited[...]``, ``entered[...]``, ``injected[...]``, ``instance[...]`` for
    what is made of one.
    ``aliases`` lead from other names of things to those that the tables use, and so do
    ``patterns``, from all names that one matches.
    ``awaiting`` are functions that await what comes of an async one which they are given to call.
    ``callbacks`` are the methods that the event loop calls of a class and of what derives from it,
    or how their names begin (``on_*``),
    ``pipes`` what comes of an instance of a class that is put behind another, or before it, by `|`;
    ``before`` and ``behind`` the same for one that is put there of something of which nothing is
    known.
    """

    distributions: list[str] = []
    blocking: list[Table] = []
    gives: dict[str, str] = {}
    attributes: dict[str, str] = {}
    elements: dict[str, str] = {}
    items: dict[str, str] = {}
    entered: dict[str, str] = {}
    awaited: dict[str, str] = {}
    aliases: dict[str, str] = {}
    patterns: dict[str, str] = {}
    bases: dict[str, str] = {}
    pipes: dict[str, str] = {}
    before: dict[str, str] = {}
    behind: dict[str, str] = {}
    callables: Callables = msgspec.field(default_factory=Callables)
    callbacks: dict[str, list[str]] = {}
    coroutines: list[str] = []
    awaiting: list[str] = []
    nonblocking: list[str] = []


class Entry(msgspec.Struct, frozen=True):
    """One call that blocks."""

    name: str
    table: Table

    @property
    def call(self) -> str:
        """Its last name."""
        return self.name.rpartition(".")[2]

    @property
    def is_of_what_is_made(self) -> bool:
        """Whether it runs where another name stands: that of what has made the iterator, ..."""
        is_method = self.name.rpartition(".")[0] in self.table.all_classes
        is_special = is_method and self.call.startswith("__")
        return self.table.lazy or is_special or self.call == "__iter__"

    @property
    def library(self) -> str:
        """The top-level module that has it."""
        return self.name.partition(".")[0]

    def is_exempt(self, arguments: Mapping[str, Expr]) -> bool:
        """Return whether the call, with these arguments, does not block."""
        constants = {
            name: value.value for name, value in arguments.items() if isinstance(value, Constant)
        }

        def has(literals: Literals) -> bool:
            return all(n in constants and constants[n] == v for n, v in literals.items())

        named = {name for value in arguments.values() for name in last_names(value)}
        if not named.isdisjoint(self.table.unless_named):
            return True
        text = constants.get("0")
        if self.table.unless_address and isinstance(text, str) and _is_address(text):
            return True
        ends = self.table.unless_ends
        if ends and isinstance(text, str) and text.rstrip().endswith(ends):
            return True
        if self.table.needs and not any(name in arguments for name in self.table.needs):
            return True
        return any(map(has, self.table.unless))


def _is_address(host: str) -> bool:
    """Whether a host is told by its number, and nobody is asked for it."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == ""
    return True


def parse(text: str) -> Library:
    """Return the tables of a file.

    Raises:
        msgspec.ValidationError: a key is unknown, or a value has the wrong type.
        tomllib.TOMLDecodeError: the text is not TOML.
    """
    return msgspec.convert(tomllib.loads(text), Library)
