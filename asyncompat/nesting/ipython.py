"""``%load_ext asyncompat``: the patch for as long as the extension is loaded."""

from .patching import patch_asyncio

_patches = []


def load_ipython_extension(_shell):
    """Patch asyncio, for ``%load_ext asyncompat``. Source: asyncio documentation, "Runners"."""
    _patches.append(patch_asyncio())


def unload_ipython_extension(_shell):
    """Take it back, for ``%unload_ext asyncompat``. Source: asyncio documentation, "Runners"."""
    while _patches:
        _patches.pop().undo()
