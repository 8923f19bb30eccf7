"""Where the nodes of a tree stand, as libcst's own ``PositionProvider`` tells it.

That makes an object of each place, also of every space's, asks each node for its hash twice, and
enters a generator for each: three times the work, and visits are a tenth of a check. So the same is
written down here, by the same walk of libcst's, in plainer form.
"""

from __future__ import annotations

from contextlib import AbstractContextManager

from libcst.metadata import PositionProvider
from libcst.metadata.position_provider import PositionProvidingCodegenState

from asyncompat_lint.loading import cst

# A line from 1 and a column from 0; where something begins, and where it ends.
_Place = tuple[int, int]
Position = tuple[_Place, _Place]


def positions_in(tree: cst.Module) -> dict[int, Position]:
    """Return where the nodes of a tree stand in it, by their identities."""
    state = _State(tree.default_indent, tree.default_newline, PositionProvider())
    state.found, state.begun = {}, []
    tree._codegen(state)
    return state.found


class _State(PositionProvidingCodegenState):
    found: dict[int, Position]
    begun: list[_Place]

    def add_token(self, value: str) -> None:
        self.tokens.append(value)
        if "\n" in value or "\r" in value:
            self._update_position(value)
        else:
            self.column += len(value)

    def before_codegen(self, node: cst.CSTNode) -> None:
        self.begun.append((self.line, self.column))

    def after_codegen(self, node: cst.CSTNode) -> None:
        start = self.begun.pop()
        # What was recorded is without the space around.
        self.found.setdefault(id(node), (start, (self.line, self.column)))

    def record_syntactic_position(  # type: ignore[override]  # a generator is not asked for
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> AbstractContextManager[None]:
        return _Recorded(self, node, start_node, end_node)


class _Recorded(AbstractContextManager[None]):
    """What is written inside is a node; or it begins, or ends, with another."""

    __slots__ = ("_end_node", "_node", "_start", "_start_node", "_state")

    def __init__(
        self,
        state: _State,
        node: cst.CSTNode,
        start_node: cst.CSTNode | None,
        end_node: cst.CSTNode | None,
    ) -> None:
        self._state = state
        self._node = node
        self._start_node = start_node
        self._end_node = end_node

    def __enter__(self) -> None:
        self._start = self._state.line, self._state.column

    def __exit__(self, *_: object) -> None:
        state, found = self._state, self._state.found
        start, end = self._start, (state.line, state.column)
        if self._start_node is not None:
            start = found[id(self._start_node)][0]
        if self._end_node is not None:
            end = found[id(self._end_node)][1]
        found[id(self._node)] = start, end
