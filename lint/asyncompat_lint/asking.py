"""Where code asks whether something is an async function, or what one gives. Knows facts only."""

from __future__ import annotations

import re

from asyncompat_lint.expressions import OPAQUE, last_names
from asyncompat_lint.facts import ModuleFacts

_OF_ASYNC = re.compile("async|awaitable|coroutine", re.IGNORECASE)
_FLAGS = "co_flags"


def asking_for_async(facts: ModuleFacts) -> list[int]:
    """Return the scopes of a module in which that is asked, by what is called, or by flags."""
    called = facts.names.called
    found = [
        facts.calls[number].scope
        for name, numbers in called.items()
        if _OF_ASYNC.search(name)
        for number in numbers
    ]
    for number in called.get("isinstance", ()):
        call = facts.calls[number]
        if any(map(_OF_ASYNC.search, last_names(call.arguments.get("1", OPAQUE)))):
            found.append(call.scope)
    return found + [facts.loads[number].scope for number in facts.names.read.get(_FLAGS, ())]
