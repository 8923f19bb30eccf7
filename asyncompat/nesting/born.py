"""Which tasks were born in a run, and so end with it.

Knows tasks and their contexts. It must not know how the run goes.
"""

from ..backports.births import Births, births_of
from ..backports.contexts import TASKS_HAVE_CONTEXTS, copy_context, is_current
from ..backports.introspection import finishes_generator, task_now, tasks_now
from ..backports.tasks import new_task, task_context

if TASKS_HAVE_CONTEXTS:
    from contextvars import ContextVar


class Born:
    """The tasks that were born in the runs of one Runner, which end with it.

    Tasks tell by their context, which they inherit. 3.6 has no contexts: there the loop's task
    factory notes what a task of the run makes. ``ends_with_run`` is whether the Runner runs nothing
    else after this.
    """

    ends_with_run = False

    if TASKS_HAVE_CONTEXTS:
        _of = ContextVar("asyncompat's run")

        def __init__(self, loop):
            self._loop = loop
            self._marks = []
            self._others = set()
            self._is_closed = False
            self._caller = task_now(loop)  # it is not ours, and need not be asked
            self._around = self._of.get(None)
            while self._around is not None and self._around._is_closed:
                self._around = self._around._around

        def new_task(self, coro, context=None):
            """Make a run's first task."""
            if context is None:
                context = copy_context()
                context.run(self._of.set, self)
                return context.run(new_task, self._loop, coro)
            if context.get(self._of) is not self:
                # The tasks that it was given to before are not ours, nor is it for good.
                self._others.update(t for t in tasks_now(self._loop) if task_context(t) is context)
                self._marks.append((context, context.run(self._of.set, self)))
            return new_task(self._loop, coro, context=context)

        def has_task(self, task):
            """Return whether a task was born here, or in a run within this one."""
            context = task_context(task)
            born = None if context is None else context.get(self._of)
            while born not in (None, self):
                born = born._around
            return born is self and task not in self._others

        def unfinished(self):
            """Return the tasks that are not done."""
            others = (task for task in tasks_now(self._loop) if task is not self._caller)
            born = [task for task in others if self.has_task(task)]
            # Who finishes a generator does it for the loop, whoever has let go of that.
            goes_on = self._loop.is_running()
            return [task for task in born if not (goes_on and finishes_generator(task))]

        def close(self):
            """Leave the contexts that were given as they were."""
            self._is_closed = True
            self._caller = None
            self._others.clear()
            for context, mark in reversed(self._marks):
                if is_current(context):
                    self._of.reset(mark)
                else:
                    context.run(self._of.reset, mark)
            self._marks = []

    else:

        def __init__(self, loop):
            self._loop = loop
            self._births = Births(loop.get_task_factory())
            self._is_noting = False

        def new_task(self, coro, context=None):
            """Make a run's first task."""
            if not self._is_noting:
                self._is_noting = True
                self._loop.set_task_factory(self._births)
            return self._births.keep(lambda: new_task(self._loop, coro, context=context))

        def has_task(self, task):
            """Return whether a task was born here, or in a run within this one."""
            return any(task is each for each in self._births.tasks())

        def unfinished(self):
            """Return the tasks that are not done."""
            return [task for task in self._births.tasks() if not task.done()]

        def close(self):
            """Leave the loop as it was, but for runs that began later and go on."""
            births = births_of(self._loop.get_task_factory())
            if births is self._births:
                self._loop.set_task_factory(births.before)
            while births is not None:
                later, births = births, births_of(births.before)
                if births is self._births:
                    later.before = births.before
