"""A place where tasks wait for each other. Knows of locks, and nothing of tasks."""

from .exceptions import BrokenBarrierError
from .locks import Condition, LoopBound, repr_with_state


class Barrier(LoopBound):
    """A place where tasks wait until a given number of them is there; then all go on.

    ``async with barrier as position`` waits too.

    Parameters:
        parties (int): how many.

    Raises:
        ValueError: ``parties`` is less than 1.

    In asyncio since 3.11. Source: asyncio documentation, "Synchronization Primitives", "Barrier".
    """

    _FILLING, _DRAINING, _RESETTING, _BROKEN = "filling", "draining", "resetting", "broken"

    def __init__(self, parties):
        if parties < 1:
            raise ValueError("parties must be >= 1")
        self._parties = parties
        self._changed = Condition()
        self._state = self._FILLING
        self._count = 0

    def __repr__(self):
        state = self._state
        if not self.broken:
            state = "{}, waiters:{}/{}".format(state, self.n_waiting, self.parties)
        return repr_with_state(super().__repr__(), state, ())

    @property
    def parties(self):
        """How many are waited for."""
        return self._parties

    @property
    def n_waiting(self):
        """How many wait."""
        return self._count if self._state == self._FILLING else 0

    @property
    def broken(self):
        """Whether the barrier is broken."""
        return self._state == self._BROKEN

    async def __aenter__(self):
        return await self.wait()

    async def __aexit__(self, kind, error, traceback):
        pass

    async def wait(self):
        """Wait until all parties do; return a number from 0 on, another one to each.

        Raises:
            BrokenBarrierError: the barrier is broken, or was reset meanwhile.
        """
        async with self._changed:
            # Those of the round before leave first.
            await self._changed.wait_for(
                lambda: self._state not in (self._DRAINING, self._RESETTING)
            )
            self._refuse_broken()
            position = self._count
            self._count += 1
            try:
                if self._count == self._parties:
                    self._change_to(self._DRAINING)
                else:
                    await self._changed.wait_for(lambda: self._state != self._FILLING)
                    if self._state != self._DRAINING:
                        raise BrokenBarrierError("Abort or reset of barrier")
                return position
            finally:
                self._count -= 1
                if self._count == 0:
                    if self._state in (self._DRAINING, self._RESETTING):
                        self._state = self._FILLING
                    self._changed.notify_all()

    async def reset(self):
        """Make the barrier new; those that wait get ``BrokenBarrierError``."""
        async with self._changed:
            if self._count > 0:
                self._change_to(self._RESETTING)
            else:
                self._change_to(self._FILLING)

    async def abort(self):
        """Break the barrier; those that wait and those that come get ``BrokenBarrierError``."""
        async with self._changed:
            self._change_to(self._BROKEN)

    def _change_to(self, state):
        self._state = state
        self._changed.notify_all()

    def _refuse_broken(self):
        if self.broken:
            raise BrokenBarrierError("Barrier aborted")
