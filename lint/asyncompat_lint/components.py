"""What stands for the nodes of a graph and for all that is behind them.

Knows graphs and digests, and not what the nodes are.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from asyncompat_lint import cache as caches


def digests(
    graph: Sequence[Sequence[int]], own: Sequence[bytes], common: bytes
) -> dict[int, bytes]:
    """Return for each node what stands for it, for all that can be reached, and for ``common``.

    Nodes that reach each other have the same: they are strongly connected components, each of which
    is found when all behind it are (Tarjan's algorithm, without recursion).

    Parameters:
        graph: the nodes that lead from each one, by their numbers.
        own: what stands for each by itself.
        common: what counts for all.
    """
    order: dict[int, int] = {}
    lowest: dict[int, int] = {}
    found: dict[int, bytes] = {}
    stack: list[int] = []  # those met whose component is not complete

    def enter(number: int) -> None:
        order[number] = lowest[number] = len(order)
        stack.append(number)
        path.append((number, iter(graph[number])))

    def leave(number: int) -> None:
        if lowest[number] < order[number]:
            return
        members: list[int] = []
        while not members or members[-1] != number:
            members.append(stack.pop())
        outside = {other for each in members for other in graph[each]} - set(members)
        parts = sorted(own[each] for each in members)
        parts += sorted(found[each] for each in outside)
        found.update(dict.fromkeys(members, caches.digest(b"".join([common, *parts]))))

    for start in range(len(graph)):
        path: list[tuple[int, Iterator[int]]] = []
        if start not in order:
            enter(start)
        while path:
            number, rest = path[-1]
            other = next(rest, None)
            if other is None:
                path.pop()
                leave(number)
                if path:
                    above = path[-1][0]
                    lowest[above] = min(lowest[above], lowest[number])
            elif other not in order:
                enter(other)
            elif other not in found:  # on the stack: a way back
                lowest[number] = min(lowest[number], order[other])
    return found
