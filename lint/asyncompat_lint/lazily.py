"""Sequences that are kept encoded, for few of their items are ever looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeVar

import msgspec

_Item = TypeVar("_Item")


class Lazily(dict[int, _Item]):
    """Items by number, each decoded the first time that it is asked for.

    A dictionary that fills itself, for they are asked for millions of times.
    """

    __slots__ = ("_decode", "_encoded")

    def __init__(self, encoded: msgspec.Raw, decoder: msgspec.msgpack.Decoder[_Item]) -> None:
        super().__init__()
        self._encoded = _DECODER.decode(encoded)
        self._decode = decoder.decode

    def __missing__(self, number: int) -> _Item:
        item = self[number] = self._decode(self._encoded[number])
        return item

    def __len__(self) -> int:
        return len(self._encoded)

    def in_order(self) -> Iterator[_Item]:
        """Give all items."""
        return map(self.__getitem__, range(len(self._encoded)))


def encoded(items: list[_Item]) -> msgspec.Raw:
    """Return items as they are kept."""
    return msgspec.Raw(msgspec.msgpack.encode(items))


def mentioned(names: Iterable[str], items: msgspec.Raw) -> Iterator[bool]:
    """Give for each name whether it may stand in some encoded items; if not, it certainly does not.

    To decode them for that takes long.
    """
    text = bytes(items)
    return (name.encode() in text for name in names)


_DECODER = msgspec.msgpack.Decoder(list[msgspec.Raw])
