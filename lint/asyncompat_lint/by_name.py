"""The names by which a module's sites can be found. Data only, and serializable."""

from __future__ import annotations

import functools

import msgspec

from asyncompat_lint.expressions import Called, Expr, given_by, named_in, own_name


class NameIndex(msgspec.Struct, array_like=True, dict=True):
    """The names by which a module's sites can be found, without a look at the sites.

    ``called`` has the numbers of the sites by what they call, last names only, ``read`` those of
    the loads by the attributes in them, ``entered`` those of ``with``, ``aentered`` those of
    ``async with``, ``holding`` those of what is held over an ``await``, ``discarded`` those of
    calls whose result is neither awaited nor used. Pairs say what is known by another name
    (``aliases``), what a name makes, returns or yields (``made``), and which classes are made from
    which (``subclasses``). ``receivers`` call what they are passed, pairs of ``handing`` say what
    passes that on to which; ``imports`` are what is imported, anywhere; ``coroutines`` are the
    async functions, ``abstract`` has the numbers of the abstract ones; ``decorated`` has the
    numbers of the scopes by what they are decorated with.
    ``untold`` are the functions, and classes by their constructors, that use what they are passed
    and do not say what that is. ``taken`` are the calls that are not awaited and whose result is
    taken for a value that no coroutine is. ``mixins`` are the classes with nothing from bases that
    ask their own objects for what they do not give them, or leave None, ``returning`` has the sync
    functions that return what something gives them, as pairs of its name and theirs, ``derived``
    the numbers of the classes with bases.
    Pairs of ``variables`` say what functions' own are known by to others, which ``aliases`` do not
    have; ``inner`` has by which names lambdas, comprehensions and functions in functions are known,
    by their numbers, and whether that is what they give. ``standing`` has the numbers of the sites
    that use variables, by what these stand for.
    """

    called: dict[str, list[int]] = {}
    aliases: list[tuple[str, str]] = []
    made: list[tuple[str, str]] = []
    subclasses: list[tuple[str, str]] = []
    receivers: list[str] = []
    handing: list[tuple[str, str]] = []
    imports: list[str] = []
    read: dict[str, list[int]] = {}
    entered: list[int] = []
    aentered: list[int] = []
    decorated: dict[str, list[int]] = {}
    coroutines: list[str] = []
    abstract: list[int] = []
    holding: list[int] = []
    discarded: list[int] = []
    untold: list[str] = []
    taken: list[int] = []
    mixins: list[str] = []
    returning: list[tuple[str, str]] = []
    derived: list[int] = []
    variables: list[tuple[str, str]] = []
    inner: list[tuple[int, str, bool]] = []
    standing: dict[str, list[int]] = {}

    @functools.cached_property
    def _known_by(self) -> dict[str, set[str]]:
        """What variables are known by to others."""
        found: dict[str, set[str]] = {}
        for other, variable in self.variables:
            found.setdefault(variable, set()).add(other)
        return found

    def names_in(self, value: Expr) -> set[str]:
        """Return the names of what is in an expression, and what gives it, as others know it."""
        found: set[str] = set()
        for each in named_in(value):
            is_given = isinstance(each, Called)
            for name in (own_name(each), *self._known_by.get(own_name(each), ())):
                found.add(name)
                if is_given:
                    found.add(given_by(name))
            if is_given:
                found |= self._known_by.get(given_by(own_name(each)), set())
        return found
