"""What a program shares by an object of a framework's: an application, a bot, a request's state.

One part puts something there, `app["db"] = ...`, `bot.db = ...`, and others take it out, who do not
import the first. So it is known by what such an object is called. Knows facts; what the things are
is asked elsewhere.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from asyncompat_lint.expressions import Attribute, Constant, Expr, Name, last_name
from asyncompat_lint.facts import Put
from asyncompat_lint.modules import Module

HOLDERS = frozenset({"app", "bot", "state"})


def holders_in(text: str) -> list[str]:
    """Return the names of such objects that may stand in a text."""
    return sorted(each for each in HOLDERS if each in text)


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
        self._puts: dict[tuple[str, str], list[tuple[Module, Put]]] = defaultdict(list)
        for module in modules:
            for put in module.facts.puts:
                self._puts[put.holder, put.key].append((module, put))

    def puts(self, holder: Expr, key: str) -> list[tuple[Module, Put]]:
        """Return where what is taken out of something under a key may have been put there."""
        return self._puts.get((last_name(holder), key), []) if self._puts else []


def given_by(modules: list[Module]) -> Iterator[tuple[int, list[int]]]:
    """Give the modules that ask such objects for something, and those that put something there."""
    putting: dict[str, list[int]] = defaultdict(list)
    for number, module in enumerate(modules):
        for holder in {put.holder for put in module.facts.puts}:
            putting[holder].append(number)
    for number, module in enumerate(modules):
        others = {each for holder in module.facts.holders for each in putting.get(holder, ())}
        if others:
            yield number, sorted(others)
