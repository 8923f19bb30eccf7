"""Which tasks there are, and which one is running. Knows nothing of how tasks are made.

Since 3.7 asyncio keeps this in functions that every kind of task tells about itself; on 3.6 each
task class keeps its own, and the C class hides it.
"""

import asyncio
import gc
import sys

from .loops import get_running_loop, loop_of

try:
    import _asyncio
except ImportError:  # an interpreter without C
    _asyncio = None

# The task class that is written in Python, which most interpreters have another one in place of.
PyTask = getattr(asyncio.tasks, "_PyTask", asyncio.Task)


def current_task(loop=None):
    """Return the task that is running, or None outside of any.

    Parameters:
        loop (asyncio.AbstractEventLoop): whose task; by default the running loop's.

    Returns:
        asyncio.Task | None: the task.

    Raises:
        RuntimeError: no loop was given and none is running.

    In asyncio since 3.7. Source: asyncio documentation, "Coroutines and Tasks", "Introspection".
    """
    loop = get_running_loop() if loop is None else loop
    task = asyncio.Task.current_task(loop)
    return PyTask.current_task(loop) if task is None else task


def all_tasks(loop=None):
    """Return the tasks that are not done yet.

    Parameters:
        loop (asyncio.AbstractEventLoop): whose tasks; by default the running loop's.

    Returns:
        set[asyncio.Task]: the tasks, the calling one among them.

    Raises:
        RuntimeError: no loop was given and none is running.

    In asyncio since 3.7. Source: asyncio documentation, "Coroutines and Tasks", "Introspection".
    """
    loop = get_running_loop() if loop is None else loop
    while True:
        try:
            return {
                task
                for tasks in (asyncio.Task.all_tasks(loop), PyTask.all_tasks(loop))
                for task in tasks
                if not task.done()
            }
        except RuntimeError:
            # Another thread made or dropped a task while the weak set was being read.
            continue


def _pythons_tasks():
    """Return what the Python task class notes the current ones in, if the C class does not, too."""
    noted = getattr(asyncio.tasks, "_current_tasks", None)
    is_shared = noted is getattr(_asyncio, "_current_tasks", None)
    return None if is_shared or not hasattr(asyncio.tasks, "_c_current_task") else noted


_OF_PYTHONS_TASKS = _pythons_tasks()

# What other backports ask with: the interpreter's own where it has it.
task_now = getattr(asyncio, "current_task", current_task)
tasks_now = getattr(asyncio, "all_tasks", all_tasks)

if _OF_PYTHONS_TASKS is not None:

    def task_now(loop=None):
        """Return the task that is running, of either class, or None outside of any."""
        task = asyncio.current_task(loop)
        if task is None and _OF_PYTHONS_TASKS:
            task = _OF_PYTHONS_TASKS.get(get_running_loop() if loop is None else loop)
        return task


_registry = getattr(asyncio.tasks, "_all_tasks", None)
if isinstance(getattr(_registry, "data", None), set) and hasattr(asyncio, "all_tasks"):

    def tasks_now(loop):
        """Return a list of the tasks of a loop that are not done: all_tasks(), for a third of it.

        The weak set's references are copied by the set itself, while neither another thread nor the
        garbage collector takes one out.
        """
        tasks = [reference() for reference in _registry.data.copy()]
        there = (each for each in tasks if each is not None and not each.done())
        return [each for each in there if loop_of(each) is loop]


def tasks_on_the_stack(loop):
    """Return the task that is running, and those that have started it eagerly.

    And whether it is for certain that a step of one of these is what the loop is calling. A task's
    steps are a loop's callbacks, but for the first step of one that is started eagerly, which its
    maker calls: another task, or a callback.
    """
    task = task_now(loop)
    if task is None:
        return [], False
    frame = _frame_of(_coroutine_of(task))
    if frame is None or frame.f_back is None or frame.f_back.f_code is _STEPS_CALLER:
        return [task], True
    maybe = (each for each in tasks_now(loop) if each is not task)
    return [task, *(each for each in maybe if _is_running(_coroutine_of(each)))], False


_STEPS_CALLER = asyncio.Handle._run.__code__


def context_of_callback():
    """Return the context of the callback that a loop is calling, or None."""
    frame = sys._getframe()
    while frame is not None and frame.f_code is not _STEPS_CALLER:
        frame = frame.f_back
    return None if frame is None else getattr(frame.f_locals["self"], "_context", None)


def _coroutine_of(task):
    try:
        return task.get_coro()
    except AttributeError:  # before 3.8
        return getattr(task, "_coro", None)


def _type_of_closing():
    async def numbers():
        yield

    closing = numbers().aclose()
    closing.close()
    return type(closing)


_CLOSING = _type_of_closing()


def finishes_generator(task):
    """Return whether a task finishes an asynchronous generator: the loop makes one for each."""
    return isinstance(_coroutine_of(task), _CLOSING)


def _frame_of(coro):
    try:
        return coro.cr_frame
    except AttributeError:
        return getattr(coro, "gi_frame", None)


def _is_running(coro):
    return getattr(coro, "cr_running", False) or getattr(coro, "gi_running", False)


if _OF_PYTHONS_TASKS is not None:  # 3.14

    def swap_current_task(loop, current):
        """Make what an earlier call has returned, or None, the loop's current task.

        Return what was: a task of each class may be, for one may have started another.
        """
        task, pythons = (None, None) if current is None else current
        before = asyncio.tasks._swap_current_task(loop, task)
        if pythons is None and not _OF_PYTHONS_TASKS:
            return None if before is None else (before, None)
        before = before, _OF_PYTHONS_TASKS.pop(loop, None)
        if pythons is not None:
            _OF_PYTHONS_TASKS[loop] = pythons
        return before

elif hasattr(asyncio.tasks, "_swap_current_task"):  # 3.12

    def swap_current_task(loop, task):
        """Make another task, or None, the loop's current one; return the one that was."""
        if task is None and asyncio.current_task(loop) is None:
            return None  # 3.12.1 would raise KeyError
        return asyncio.tasks._swap_current_task(loop, task)

elif hasattr(asyncio.tasks, "_enter_task"):  # 3.7
    _current_tasks = asyncio.tasks._current_tasks

    def swap_current_task(loop, task):
        """Make another task, or None, the loop's current one; return the one that was."""
        previous = _current_tasks.pop(loop, None)
        if task is not None:
            _current_tasks[loop] = task
        return previous

else:

    class _Probe:
        """As much of a loop as a C task needs to be made and to take its first step."""

        step = None

        def get_debug(self):
            return False

        def call_soon(self, callback):
            self.step = callback

    def _find_registries():
        """The dictionaries, loop to task, in which 3.6's task classes note the current one."""
        if asyncio.Task is PyTask:
            return [PyTask._current_tasks]
        probe = _Probe()
        found = []

        async def look():
            task = asyncio.Task.current_task(probe)
            referrers = (each for each in gc.get_referrers(task) if type(each) is dict)
            found.extend(each for each in referrers if each.get(probe) is task)

        asyncio.Task(look(), loop=probe)
        probe.step()
        return [*found, PyTask._current_tasks]

    _registries = []

    def swap_current_task(loop, task):
        """Make another task, or None, the loop's current one; return the one that was."""
        if not _registries:
            _registries.extend(_find_registries())
        previous = None
        for registry in _registries:
            previous = registry.pop(loop, None) or previous
        if task is not None:
            _registries[-1 if isinstance(task, PyTask) else 0][loop] = task
        return previous
