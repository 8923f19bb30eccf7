"""What is suspended in this thread while runs inside each other go on, and what that forbids.

A run suspends the task that calls it. If that task has been started eagerly, it suspends as well
those that started it: they wait on the stack for its first step to end.

Knows which tasks and contexts are on the stack. It must not know how the loop goes on meanwhile.
"""

import asyncio
import sys
import threading
import time
import weakref

from ..backports.contexts import TASKS_HAVE_CONTEXTS, InContext, is_current, is_entered
from ..backports.introspection import context_of_callback, tasks_on_the_stack
from ..backports.tasks import Task, task_context
from . import selfwaits
from .cancelling import HandedOn

# So many runs within runs, and at least so many frames left before Python's own limit.
MAX_DEPTH = 100
FRAMES_LEFT = 150
# Before 3.12 calls of C functions count against the limit too.
_CALLS_A_FRAME = 1 if sys.version_info >= (3, 12) else 2


class Run:
    """One run on a loop: the tasks that it has suspended, and what tells which were born in it.

    ``is_step`` is whether the loop is calling a step of one of the tasks, and no other callback.
    ``future`` is what is waited for, and ``handed_on`` hands the tasks' cancellations on to it;
    ``contexts`` are those that are entered around it, with others around if it ``enters_more``,
    ``waiting`` the futures of who waits until they are left, ``postponed`` the callbacks that do,
    ``changed`` those that are made to, each with its context. ``ended`` are the tasks that were
    left when it was done, and were told.
    """

    __slots__ = (
        "born",
        "changed",
        "contexts",
        "ended",
        "enters_more",
        "future",
        "handed_on",
        "is_step",
        "loop",
        "postponed",
        "tasks",
        "waiting",
    )

    def __init__(self, loop, born, future):
        tasks, self.is_step = tasks_on_the_stack(loop)
        self.tasks = tasks = tasks if len(tasks) < 2 else _without_suspended(tasks)
        self.loop = loop
        self.born = born
        self.future = future
        self.waiting = []
        self.postponed = []
        self.changed = []
        self.ended = ()
        self.contexts = ()
        self.enters_more = bool(_thread.runs) and _thread.runs[-1].enters_more
        if TASKS_HAVE_CONTEXTS:
            if self.is_step:
                around = [task_context(tasks[0])]
            else:  # who is started eagerly has a context of its own
                around = [*map(task_context, tasks), context_of_callback()]
            self.contexts = [each for each in around if each is not None]
            # What we are called in may have entered another one on its own, `context.run(f)`; and
            # so may what has started a task eagerly.
            is_eager = not self.is_step and len(tasks) > 0
            if self.contexts and (is_eager or not is_current(self.contexts[0])):
                self.enters_more = True
        self.handed_on = HandedOn(tasks, future)


class _Thread(threading.local):
    """The runs that go on in a thread, outermost first; how many go on around the thread."""

    def __init__(self):
        self.runs = []
        self.around = 0
        self.ended_at_once = 0
        self.asked_at = 0.0
        self.stopping = None, 0, 0.0


_thread = _Thread()


def runs():
    """Return the list of the runs that go on in this thread, outermost first."""
    return _thread.runs


def has_to_ask(number):
    """Return whether so many runs have ended in this thread before any event was asked for.

    Or so much time has gone by since one did ask.
    """
    now = time.monotonic()
    _thread.ended_at_once += 1
    if _thread.ended_at_once < number and now - _thread.asked_at < _LONG:
        return False
    _thread.ended_at_once, _thread.asked_at = 0, now
    return True


# Seconds in which who waits for an event finds that nothing happens.
_LONG = 0.01


def has_begun_stopping(loop, number):
    """Return whether so many runs have begun, one soon after the other, on a loop that is to stop.

    It is asked where one begins on such a loop. What cleans up may run a few.
    """
    which, count, before = _thread.stopping
    now = time.monotonic()
    is_other = which is None or which() is not loop or now - before > _LATER
    count = 1 if is_other else count + 1
    _thread.stopping = weakref.ref(loop), count, now
    return count >= number


# Seconds after which it is another loop's end.
_LATER = 1


def _without_suspended(tasks):
    """Leave out the tasks that other runs have suspended before."""
    before = {id(task) for run in _thread.runs for task in run.tasks}
    return [task for task in tasks if id(task) not in before]


def is_suspended(task):
    """Return whether a task waits in this thread for a run to end."""
    return any(task is each for run in _thread.runs for each in run.tasks)


def depth():
    """Return how many runs go on inside each other here, in this thread and around it."""
    return _thread.around + len(_thread.runs)


def begin_thread(around):
    """Take notice that as many runs wait for what this thread does."""
    _thread.around = around


def refuse_depth():
    """Raise RecursionError where there is no room for another run, while there is room for that."""
    runs = depth()
    if runs >= MAX_DEPTH:
        raise RecursionError("{} runs inside each other are too many".format(runs))
    frame, left = sys._getframe(), sys.getrecursionlimit() - FRAMES_LEFT
    while frame is not None:
        frame = frame.f_back
        left -= _CALLS_A_FRAME
    if left < 0:
        raise RecursionError(
            "{} runs inside each other leave Python no room for another".format(runs)
            if runs
            else "Python's recursion limit leaves no room for a run"
        )


def refuse_own(loop, future):
    """Raise RuntimeError for a future that could only end when we have ended."""
    tasks = [*tasks_on_the_stack(loop)[0], *(task for run in _thread.runs for task in run.tasks)]
    if any(future is task for task in tasks) or selfwaits.waits_for(future, tasks):
        raise RuntimeError("{!r} would wait for itself".format(future))


def refuse_context(context):
    """Raise RuntimeError for a context that is entered: nothing else can run in it meanwhile."""
    if TASKS_HAVE_CONTEXTS and context is not None and is_entered(context):
        raise RuntimeError("cannot enter {!r}: what calls this runs in it".format(context))


def _until_left(context):
    """Return a future that ends when a run has ended that has suspended what is in a context."""
    for run in _thread.runs:
        if run.enters_more or any(context is each for each in run.contexts):
            future = asyncio.get_event_loop().create_future()
            run.waiting.append(future)
            return future
    return None


InContext.until_left = staticmethod(_until_left)


def _hand_on(task, message):
    """Cancel what a task waits for in a run, if it waits so; return whether that was done."""
    return any(run.handed_on.cancel(task, message) for run in _thread.runs)


if hasattr(Task, "_hand_on"):  # where tasks of ours are told apart
    Task._hand_on = staticmethod(_hand_on)


def end_leftovers():
    """Cancel what is left of runs whose future is done, and waits for a run inside of these.

    The other tasks that are left can be cancelled when that has ended, and not before.
    """
    for depth, run in enumerate(_thread.runs):
        if run.future.done() and run.born is not None and run.born.ends_with_run:
            for task in [task for each in _thread.runs[depth + 1 :] for task in each.tasks]:
                if task not in run.ended and run.born.has_task(task):
                    run.ended += (task,)
                    task.cancel()


def tell_left(run):
    """Tell who waits for the contexts of a run that they are left."""
    for future in run.waiting:
        if not future.done():
            future.set_result(None)
