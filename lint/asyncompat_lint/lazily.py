"""Sequences that are kept encoded, for few of their items are ever looked at."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Generic, TypeVar

import msgspec

_Item = TypeVar("_Item")


class Lazily(Generic[_Item]):
    """Items by number, each decoded the first time that it is asked for."""

    __slots__ = ("_decode", "_encoded", "_items")

    def __init__(self, encoded: msgspec.Raw, decoder: msgspec.msgpack.Decoder[_Item]) -> None:
        self._encoded = _DECODER.decode(encoded)
        self._decode = decoder.decode
        self._items: dict[int, _Item] = {}

    def __getitem__(self, number: int) -> _Item:
        item = self._items.get(number)
        if item is None:
            item = self._items[number] = self._decode(self._encoded[number])
        return item

    def __len__(self) -> int:
        return len(self._encoded)

    def __iter__(self) -> Iterator[_Item]:
        return map(self.__getitem__, range(len(self._encoded)))


def encoded(items: list[_Item]) -> msgspec.Raw:
    """Return items as they are kept."""
    return msgspec.Raw(msgspec.msgpack.encode(items))


_DECODER = msgspec.msgpack.Decoder(list[msgspec.Raw])
