"""The order in which the classes are asked that a class is made from. Knows places only."""

from __future__ import annotations

from asyncompat_lint.values import Place


def merged(orders: list[list[Place]]) -> list[Place]:
    """Put the orders of a class's bases together, as Python does it (C3).

    Where that cannot be done, and Python would refuse the class, in the order in which they come.
    """
    left = [list(order) for order in orders if order]
    found: list[Place] = []
    while left:
        behind = {place for order in left for place in order[1:]}
        heads = [order[0] for order in left]
        place = next((head for head in heads if head not in behind), heads[0])
        found.append(place)
        left = [rest for order in left if (rest := [each for each in order if each != place])]
    return found
