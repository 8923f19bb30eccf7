"""What a loop calls again whenever something happens: a callback of it that runs something itself.

What a file or a signal is watched with is one handle, with one context, and while its callback is
called that context is entered. Should more happen meanwhile, the callback is called in a copy.

Knows where asyncio's loops keep such handles. It must not know what the callbacks do.
"""


class InCopies:
    """The handles that have copies of their contexts until ``put_back``.

    Parameters:
        loop (asyncio.BaseEventLoop): the loop.
        entered (list): the contexts that are entered.
    """

    def __init__(self, loop, entered):
        self._changed = []
        for handle in _watching(loop) if entered else ():
            context = handle._context
            if any(context is each for each in entered):
                self._changed.append((handle, context))
                handle._context = context.copy()

    def put_back(self):
        """Have them called as before."""
        for handle, context in self._changed:
            handle._context = context


def _watching(loop):
    """Give the handles by which a loop watches files and signals."""
    selector = getattr(loop, "_selector", None)  # the loop for Windows' own events has none
    for key in list(selector.get_map().values()) if selector is not None else ():
        if isinstance(key.data, tuple):
            yield from (handle for handle in key.data if handle is not None)
    yield from list((getattr(loop, "_signal_handlers", None) or {}).values())
