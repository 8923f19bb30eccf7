"""How a file has a function run in a thread: by its Pythons, its imports, and who runs its loop."""

from __future__ import annotations

from asyncompat_lint.importing import ModuleName
from asyncompat_lint.rules.base import Surroundings

TO_THREAD = "await {asyncio}.to_thread({callee}{more})"
# Where that is not: before 3.9, and where another library runs the loop.
IN_EXECUTOR = "await {loop}.run_in_executor(None, {callee}{more})"
IN_OTHERS_THREAD = "await {library}.to_thread.run_sync({callee}{more})"
_TO_THREAD_SINCE = (3, 9)
_GET_RUNNING_LOOP_SINCE = (3, 7)
_OF_OTHERS = ("trio", "anyio")
_OTHER_LOOPS = frozenset({"curio", "trio"})


class InThread:
    """The words of one file for it."""

    def __init__(self, known: Surroundings) -> None:
        self._known = known

    @property
    def other_library(self) -> str | None:
        """The library, other than asyncio, that runs the file's loop."""
        others = (each for each in _OF_OTHERS if each in self._known.imports)
        return None if "asyncio" in self._known.imports else next(others, None)

    @property
    def is_sure(self) -> bool:
        """Whether no other library than the one that is written for may run the file's loop."""
        used = _OTHER_LOOPS.intersection(self._known.imports)
        return not used or used == {self.other_library}

    @property
    def module(self) -> ModuleName | None:
        """The module that has ``to_thread``, for the file's Pythons; None where none does."""
        if self.other_library is not None:
            return None
        lowest = self._known.lowest_python
        if lowest is None or lowest >= _TO_THREAD_SINCE:
            return self._known.name_of("asyncio", "asyncompat")
        name = self._known.names["asyncompat"]
        return None if name.statement else name

    @property
    def running_loop(self) -> str:
        """The code that gives the running loop."""
        asyncio = self._known.name_of("asyncio", "asyncompat")
        lowest = self._known.lowest_python or _GET_RUNNING_LOOP_SINCE
        kind = "event" if lowest < _GET_RUNNING_LOOP_SINCE else "running"
        return f"{asyncio.name}.get_{kind}_loop()"

    def code(self) -> tuple[str, str]:
        """Return the code that runs a ``{function}``, by asyncio, and the import it needs."""
        name = self.module
        if name is not None:
            return f"await {name.name}.to_thread({{function}})", name.statement
        asyncio = self._known.name_of("asyncio", "asyncompat")
        return f"await {self.running_loop}.run_in_executor(None, {{function}})", asyncio.statement
