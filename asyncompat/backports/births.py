"""Which tasks make which, on 3.6: its tasks have no context that would tell.

Knows task factories. What it is asked for is another's business: a run's tasks end with it.
"""

import asyncio

from .introspection import task_now

_current_task = getattr(asyncio.Task, "current_task", None)  # gone since 3.9
# So many tasks are kept before those that are done are forgotten.
_FEW = 200


class Births:
    """A task factory that keeps what some tasks make, and what that makes in turn.

    ``before`` is the factory that the loop had; ``tasks``, by their ids, are all that are not done,
    and some that are.
    """

    __slots__ = ("_most", "before", "tasks")

    def __init__(self, before):
        self.before = before
        self.tasks = {}
        self._most = _FEW

    def __call__(self, loop, coro):
        # Nearly all tasks come by here, and so it asks nobody that it need not ask.
        task = asyncio.Task(coro, loop=loop) if self.before is None else self.before(loop, coro)
        tasks = self.tasks
        if id(_current_task(loop) or task_now(loop)) in tasks:
            tasks[id(task)] = task
            if len(tasks) > self._most:
                self._forget()
        return task

    def note(self, loop, task):
        """Keep a task if one of those that are kept makes it."""
        # Who makes a task runs, and so is not done: its id is nobody else's.
        if id(_current_task(loop) or task_now(loop)) in self.tasks:
            self.keep(task)

    def keep(self, task):
        """Keep a task, whoever makes it."""
        self.tasks[id(task)] = task
        if len(self.tasks) > self._most:
            self._forget()

    def _forget(self):
        """Let go of those that are done."""
        self.tasks = {key: each for key, each in self.tasks.items() if not each.done()}
        self._most = max(_FEW, 2 * len(self.tasks))
