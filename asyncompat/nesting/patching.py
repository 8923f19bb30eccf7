"""asyncio itself made to run inside a running loop, for code that cannot be asked to change.

The one place of asyncompat that changes what is not ours, only where it is asked to, and undone.
"""

import asyncio
import functools

from ..backports import interrupts, runners
from ..backports.introspection import swap_current_task, tasks_on_the_stack
from ..backports.waiting import wait
from . import passes, suspended
from .born import Born

_KINDS_OF_LOOPS = ("SelectorEventLoop", "ProactorEventLoop")
_SHUTTING_DOWN = ("shutdown_asyncgens", "shutdown_default_executor")

_in_force = []
_changed = []


class Patch:
    """What ``patch_asyncio`` returns: ``undo``, or the end of a ``with`` block, ends the patch."""

    def __enter__(self):
        return self

    def __exit__(self, kind, error, traceback):
        self.undo()

    def undo(self):
        """Take the patch back; asyncio is as it was when the last one is taken back."""
        if self in _in_force:
            _in_force.remove(self)
            if not _in_force:
                while _changed:
                    owner, name, replaced, ours = _changed.pop()
                    if vars(owner).get(name) is ours:  # or somebody else has put theirs on top
                        if replaced is None:
                            delattr(owner, name)
                        else:
                            setattr(owner, name, replaced)


def patch_asyncio():
    """Have ``asyncio.run``, ``asyncio.Runner`` and ``loop.run_until_complete`` run inside a loop.

    And ``asyncio.wait`` take coroutines, and ``loop.close`` leave a loop alone that runs here, as
    ``loop.shutdown_asyncgens`` and ``shutdown_default_executor`` do: the programs of old need it.

    For libraries and programs that call these themselves, in a notebook: there they then do as
    ``asyncompat.run(nested=True)`` does. Where no loop runs they do as always. Tasks stay what they
    are. Code that has taken ``asyncio.run`` by its name before keeps what it has taken.

    Returns:
        Patch: for ``with``, or for its ``undo()``.

    Source: asyncio documentation, "Runners". Not a name of asyncio's.
    """
    patch = Patch()
    if not _in_force:
        _change(asyncio, "run", _run)
        _change(asyncio.BaseEventLoop, "run_until_complete", _run_until_complete)
        for kind in filter(None, map(vars(asyncio).get, _KINDS_OF_LOOPS)):
            _change(kind, "close", _closing(kind.close))
        for name in _SHUTTING_DOWN:
            if hasattr(asyncio.BaseEventLoop, name):
                _change(
                    asyncio.BaseEventLoop, name, _shutting_down(vars(asyncio.BaseEventLoop)[name])
                )
        for owner in (asyncio, asyncio.tasks):
            _change(owner, "wait", wait)  # of coroutines, too, as old programs do it
        if hasattr(asyncio, "Runner"):
            _change(asyncio, "Runner", _Runner)
        if hasattr(asyncio, "runners"):
            for name in ("run", "Runner"):
                if hasattr(asyncio.runners, name):
                    _change(asyncio.runners, name, getattr(asyncio, name))
    _in_force.append(patch)
    return patch


def _change(owner, name, ours):
    _changed.append((owner, name, vars(owner).get(name), ours))
    setattr(owner, name, ours)


def _run(main, *, debug=None, loop_factory=None):
    """``asyncompat.run``, inside a running loop too."""
    __tracebackhide__ = True
    try:
        return runners.run(main, debug=debug, loop_factory=loop_factory, nested=bool(_in_force))
    except BaseException as error:
        raise error.with_traceback(runners.users_frames(error.__traceback__))  # noqa: B904


class _Runner(runners.Runner):
    """``asyncompat.Runner``, inside a running loop too."""

    def __init__(self, *, debug=None, loop_factory=None):
        super().__init__(debug=debug, loop_factory=loop_factory, nested=bool(_in_force))


_original = asyncio.BaseEventLoop.run_until_complete


def _run_until_complete(self, future):
    """Run until a future is done, inside a running loop too."""
    __tracebackhide__ = True
    running = asyncio._get_running_loop()
    # Somebody may have taken this function while the patch was there, and have it still.
    if running is None or not _in_force:
        return _original(self, future)
    if running is not self and self.is_running():
        raise RuntimeError("This event loop is already running")
    try:
        suspended.refuse_depth()
    except RecursionError:
        runners.discard(future)
        raise
    try:
        if running is self:
            return _run_inside(self, future)
        return _run_another(self, future, running)
    except BaseException as error:
        raise error.with_traceback(runners.users_frames(error.__traceback__))  # noqa: B904


def _run_another(loop, future, running):
    """Run on another loop: it has its own callbacks and tasks, and is the running one meanwhile."""
    task = swap_current_task(running, None)
    asyncio._set_running_loop(None)
    try:
        future = asyncio.ensure_future(future, loop=loop)
        return interrupts.run_interruptibly(loop, future, functools.partial(_original, loop))
    finally:
        asyncio._set_running_loop(running)
        swap_current_task(running, task)


def _run_inside(loop, future):
    counted = passes.counted(loop)
    born = Born(loop)

    def complete(task):
        # Who calls this in a task is cancelled with it if the loop is to stop.
        is_cancelled = len(tasks_on_the_stack(loop)[0]) > 0
        return passes.run_until_complete(loop, task, counted, born, cancels=is_cancelled)

    try:
        if asyncio.iscoroutine(future):
            task = born.new_task(future)
        else:
            task = asyncio.ensure_future(future, loop=loop)
        suspended.refuse_own(loop, task)
        return interrupts.run_interruptibly(loop, task, complete)
    finally:
        born.close()


def _closing(close):
    """Return a ``close`` that leaves a loop alone which runs here: programs of old end with it."""

    @functools.wraps(close)
    def leave_alone(self):
        if not _in_force or asyncio._get_running_loop() is not self:
            close(self)

    return leave_alone


def _shutting_down(shut_down):
    """Return a method that leaves a loop alone which runs here, as the one above."""

    @functools.wraps(shut_down)
    def leave_alone(self, *args, **kwargs):
        if not _in_force or asyncio._get_running_loop() is not self:
            return shut_down(self, *args, **kwargs)
        return _nothing()

    return leave_alone


async def _nothing():
    """End at once."""
