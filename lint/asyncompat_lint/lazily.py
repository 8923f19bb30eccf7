"""Items that are kept encoded, for few of them are ever looked at."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NoReturn, TypeVar

import msgspec

_Item = TypeVar("_Item")


class Lazily(dict[int, _Item]):
    """Items by number, each decoded the first time that it is asked for.

    A dictionary that fills itself, for they are asked for millions of times. What it has by itself
    are only those that were asked for: to go through all there is ``in_order``.
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

    def __iter__(self) -> NoReturn:
        raise TypeError("only some are decoded: go through them in_order()")

    def in_order(self) -> Iterator[_Item]:
        """Give all items."""
        return map(self.__getitem__, range(len(self._encoded)))


def encoded(items: list[_Item]) -> msgspec.Raw:
    """Return items as they are kept."""
    return msgspec.Raw(msgspec.msgpack.encode(items))


def mentioned(names: Iterable[str], items: msgspec.Raw) -> Iterator[bool]:
    """Give for each name whether it stands somewhere in some encoded items.

    Text is kept there as it is, so that no name is missed; it may be a part of another word. To
    decode them all for that takes long.
    """
    text = bytes(items)
    return (name.encode() in text for name in names)


_DECODER = msgspec.msgpack.Decoder(list[msgspec.Raw])
