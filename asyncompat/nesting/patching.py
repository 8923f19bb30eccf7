"""asyncio itself made to run inside a running loop, for code that cannot be asked to change.

The one place of asyncompat that changes what is not ours, only where it is asked to, and undone.
"""

import asyncio
import functools

from ..backports import runners
from ..backports.introspection import swap_current_task, tasks_on_the_stack
from ..backports.waiting import wait
from . import passes, suspended
from .born import Born

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

    And ``asyncio.wait`` take coroutines, as the programs of old do that call these.

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
    return runners.run(main, debug=debug, loop_factory=loop_factory, nested=bool(_in_force))


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
    if running is not self:
        if self.is_running():
            raise RuntimeError("This event loop is already running")
        # Another loop: it has its own callbacks and tasks, and needs only to be the running one.
        task = swap_current_task(running, None)
        asyncio._set_running_loop(None)
        try:
            suspended.refuse_depth()
            future = asyncio.ensure_future(future, loop=self)
            return runners.run_interruptibly(self, future, functools.partial(_original, self))
        except RecursionError:
            runners.discard(future)
            raise
        finally:
            asyncio._set_running_loop(running)
            swap_current_task(running, task)
    try:
        suspended.refuse_depth()
    except RecursionError:
        runners.discard(future)
        raise
    counted = passes.counted(self)
    born = Born(self)

    def complete(task):
        __tracebackhide__ = True
        # Who calls this in a task is cancelled with it if the loop is to stop.
        is_cancelled = len(tasks_on_the_stack(self)[0]) > 0
        return passes.run_until_complete(self, task, counted, born, cancels=is_cancelled)

    try:
        if asyncio.iscoroutine(future):
            task = born.new_task(future)
        else:
            task = asyncio.ensure_future(future, loop=self)
        suspended.refuse_own(self, task)
        return runners.run_interruptibly(self, task, complete)
    except BaseException as error:
        raise error.with_traceback(runners.users_frames(error.__traceback__))  # noqa: B904
    finally:
        born.close()
