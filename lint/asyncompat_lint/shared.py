"""What a program shares by an object of a framework's: an application, a bot, a request's state.

One part puts something there, `app["db"] = ...`, `bot.db = ...`, and others take it out, who do not
import the first. So it is known by what such an object is called. Knows facts; what the things are
is asked elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator

from asyncompat_lint.expressions import Attribute, Constant, Expr, Name, last_name
from asyncompat_lint.facts import Put
from asyncompat_lint.modules import Module

HOLDERS = frozenset({"app", "bot", "state"})


def may_share(text: str) -> bool:
    """Return whether such an object may be named in a text."""
    return any(each in text for each in HOLDERS)


def item(index: Expr) -> str:
    """Return the key of what is shared as an item, as ``Put`` has it; nothing for any other."""
    match index:
        case Constant(value=str(text)):
            return f"[{text}]"
        case Name() | Attribute():
            return f"[{last_name(index)}]"
    return ""


class Shared:
    """All that is put into such objects, by what they are called, and by its key."""

    def __init__(self, modules: Iterable[Module]) -> None:
        self._puts: dict[str, list[tuple[Module, Put]]] = defaultdict(list)
        for module in modules:
            for put in module.facts.puts:
                self._puts[place_of(put.holder, put.key)].append((module, put))

    def puts(self, place: str) -> list[tuple[Module, Put]]:
        """Return where something may have been put into a place, as ``place_of`` tells it."""
        return self._puts.get(place, [])


def place_of(holder: str, key: str) -> str:
    """Return the place that something has under a key, if it is one of such an object's."""
    return f"{holder}.{key}" if key and holder in HOLDERS else ""


def given_by(
    modules: list[Module], asked: Collection[tuple[str, str]]
) -> Iterator[tuple[int, list[int]]]:
    """Give the modules that asked for what is in such a place, and those that put it there."""
    putting: dict[str, list[int]] = defaultdict(list)
    for number, module in enumerate(modules):
        for place in {place_of(put.holder, put.key) for put in module.facts.puts}:
            putting[place].append(number)
    numbers = {module.file.location: number for number, module in enumerate(modules)}
    for location, place in asked:
        if place in putting and location in numbers:
            yield numbers[location], putting[place]
