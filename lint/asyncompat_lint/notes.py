"""What is noted of a module's sites once they were looked at, and saves a look in the next run.

Data only. It holds as long as what the sites run is the same.
"""

from __future__ import annotations

import msgspec


class Asked(msgspec.Struct, frozen=True, array_like=True):
    """What else than its targets a site may block by.

    ``methods`` are names of those that its object may have another one for. If it ``hands_on`` what
    it is passed, ``handed`` are the names of that. ``blocking`` is whether it does so by itself.
    """

    methods: list[str] = []
    hands_on: bool = False
    handed: list[str] = []
    blocking: bool = False


class Notes(msgspec.Struct, array_like=True):
    """What was found out of a module's sites that saves a look at them.

    Most turn out to run nothing that may ever be found to block; those are ``ruled_out``. Others
    are ``quiet``: they do not block by themselves, but may by what they run. ``fits`` is whether
    the module was found to have nothing that does not fit the project's versions, ``sound`` that it
    misuses no coroutine, task or lock, as long as no other calls than these may give a coroutine.
    """

    ruled_out: set[int] = set()
    quiet: dict[int, Asked] = {}
    fits: bool = False
    sound: set[int] | None = None
