"""libcst, loaded when something of it is first used.

To load it takes a third of a run that finds everything as it was, and uses nothing of it.
"""

from __future__ import annotations

import sys
from importlib import util
from typing import TYPE_CHECKING, Any

__all__ = ["cst"]


def _put_off(name: str) -> Any:
    """Return a library that is loaded where it is first asked for something."""
    spec = None if name in sys.modules else util.find_spec(name)
    if spec is None or spec.loader is None:
        return __import__(name)
    spec.loader = util.LazyLoader(spec.loader)
    module = sys.modules[name] = util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


if TYPE_CHECKING:
    import libcst as cst
else:
    cst = _put_off("libcst")
