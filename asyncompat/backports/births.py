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

    ``before`` is the factory that the loop had.
    """

    __slots__ = ("_early", "_known", "_made", "_most", "before")

    def __init__(self, before):
        self.before = before
        # By their ids those that are kept, but for the last: not all are done.
        self._known = {}
        self._most = _FEW
        self._made = []
        # While a task is made to be kept: what is made meanwhile, and by whom.
        self._early = None

    def __call__(self, loop, coro):
        factory = self.factory()
        if loop.get_task_factory() is self:
            loop.set_task_factory(factory)
        return factory(loop, coro)

    def factory(self):
        """Return the same as a function: nearly all tasks come by here, and it is the quickest."""
        if type(self.before) is Births:
            self.before = self.before.factory()
        made, task_class, current_task = self._made, asyncio.Task, _current_task
        # Nearly always the one that made a task makes the next.
        maker = self

        def factory(loop, coro):
            nonlocal maker
            before = self.before
            task = task_class(coro, loop=loop) if before is None else before(loop, coro)
            if current_task(loop) is maker:
                made.append(task)
                if len(made) > _FEW:
                    self._forget()
            elif self.note(loop, task):
                maker = current_task(loop) or self
            return task

        factory.births = self
        return factory

    def note(self, loop, task):
        """Keep a task if one of those that are kept makes it, and return whether one does."""
        maker = _current_task(loop) or task_now(loop)
        # Who makes a task runs, and so is not done: its id is nobody else's.
        is_ours = id(maker) in self._all()
        if is_ours:
            self._keep(task)
        elif self._early is not None:
            self._early.append((maker, task))
        return is_ours

    def keep(self, make):
        """Keep the task that ``make`` makes, and what that has made by then, if it is eager."""
        self._early = early = []
        try:
            task = make()
        finally:
            self._early = None
        self._keep(task)
        for maker, made in early:
            if id(maker) in self._all():
                self._keep(made)
        return task

    def _keep(self, task):
        self._made.append(task)
        if len(self._made) > _FEW:
            self._forget()

    def tasks(self):
        """Return what is kept: all that are not done, and some that are."""
        return [*self._known.values(), *self._made]

    def _all(self):
        self._known.update([(id(task), task) for task in self._made])
        self._made.clear()
        if len(self._known) > self._most:
            self._forget()
        return self._known

    def _forget(self):
        """Let go of those that are done: soon, for new ones are made where they were."""
        self._made[:] = [task for task in self._made if not task.done()]
        if len(self._made) > _FEW // 2:
            self._known.update([(id(task), task) for task in self._made])
            self._made.clear()
        if len(self._known) > self._most:
            self._known = {key: task for key, task in self._known.items() if not task.done()}
            self._most = max(_FEW, 2 * len(self._known))


def births_of(factory):
    """Return the births that a task factory notes, or None if it is another's."""
    if type(factory) is Births or factory is None:
        return factory
    births = getattr(factory, "births", None)
    return births if type(births) is Births else None
