"""What Ctrl-C does while something runs: it is cancelled, and then KeyboardInterrupt raised.

Knows signals, and the handlers of those who do the same around us: asyncio's Runner, and ipykernel
for each cell that awaits. It must not know how something is run.
"""

# The public functions make enums of all that they are given and give, for every run.
import _signal
import asyncio
import contextlib
import signal
import sys
import threading


def run_interruptibly(loop, task, complete):
    """Run a task to its end with a function; in the main thread, let Ctrl-C cancel it first."""
    __tracebackhide__ = True
    on_interrupt = _OnInterrupt(loop, task)
    try:
        on_interrupt.install()
        return complete(task)
    except asyncio.CancelledError:
        if on_interrupt.count:
            # A custom factory's task may not tell who else asked for it; asyncio's own of old do
            # not, and there is nobody else who could have.
            uncancel = getattr(task, "uncancel", None)
            if uncancel is None and type(task) is asyncio.Task:
                raise KeyboardInterrupt from None
            if uncancel is not None and uncancel() == 0:
                raise KeyboardInterrupt from None
        raise
    finally:
        if task.done() and not task.cancelled():
            task.exception()  # 3.6 complains of a KeyboardInterrupt that nobody asked for
        on_interrupt.uninstall()


@contextlib.contextmanager
def interrupts_raise():
    """Have Ctrl-C raise KeyboardInterrupt here, inside a run too, for what handles it itself.

    Where that would end a kernel, it goes no further: the cell is told, and CancelledError raised.
    """
    handler = signal.getsignal(signal.SIGINT)
    if threading.current_thread() is not threading.main_thread() or not _is_of_a_run(handler):
        yield
        return
    told = _cells_handler(handler)
    try:
        _signal.signal(signal.SIGINT, signal.default_int_handler)
        yield
    except KeyboardInterrupt:
        if told is None:
            raise
        told(signal.SIGINT, None)
        raise asyncio.CancelledError from None
    finally:
        if _signal.getsignal(signal.SIGINT) is signal.default_int_handler:
            _signal.signal(signal.SIGINT, handler)


def _is_of_a_run(handler):
    """Whether a handler of Ctrl-C is that of a run around this one, ours or somebody else's.

    These cancel what is suspended now.
    """
    if isinstance(handler, _OnInterrupt):
        return True
    module = getattr(getattr(handler, "func", handler), "__module__", None) or ""
    return callable(handler) and (module == "asyncio.runners" or _is_of_a_kernel(handler))


def _is_of_a_kernel(handler):
    module = getattr(handler, "__module__", None) or ""
    return module.partition(".")[0] == "ipykernel"


def _cells_handler(handler):
    """Return the handler that a kernel has for a cell that awaits, if the cell has to be told.

    That is where something else calls us than the cell: a task that the cell awaits, or that goes
    on beside it, or a callback. KeyboardInterrupt from there would end the loop, and the kernel.
    """
    if isinstance(handler, _OnInterrupt):
        handler = handler.cells_handler
    if handler is None or not _is_of_a_kernel(handler):
        return None
    return None if _is_called_by_a_cell() else handler


def _is_called_by_a_cell():
    frame = sys._getframe(1)
    while frame is not None:
        module, function = frame.f_globals.get("__name__"), frame.f_code.co_name
        if (module, function) == ("IPython.core.interactiveshell", "run_code"):
            return True
        if (module, function) == ("asyncio.events", "_run"):  # what the loop calls
            return False
        frame = frame.f_back
    return False


class _OnInterrupt:
    """What Ctrl-C does while a task runs: the first one cancels it, another does not wait.

    Where a cell has to be told, no KeyboardInterrupt comes: it is cancelled, too.
    """

    def __init__(self, loop, task):
        self.count = 0
        self.cells_handler = None
        self._loop = loop
        self._task = task
        self._replaced = None

    def __call__(self, signum, frame):
        if self.cells_handler is not None:
            self.cells_handler(signum, frame)
        else:
            self.count += 1
            if self.count > 1 or self._task.done():
                raise KeyboardInterrupt
        self._task.cancel()
        self._loop.call_soon_threadsafe(lambda: None)  # wake it where it waits for events

    def install(self):
        if threading.current_thread() is not threading.main_thread():
            return
        handler = _signal.getsignal(signal.SIGINT)
        # Not where the program has its own way with Ctrl-C; a run around this one is no such.
        if handler is signal.default_int_handler or _is_of_a_run(handler):
            self.cells_handler = _cells_handler(handler)
            try:
                _signal.signal(signal.SIGINT, self)
            except ValueError:  # an embedded interpreter without signals
                return
            self._replaced = handler

    def uninstall(self):
        if self._replaced is not None and _signal.getsignal(signal.SIGINT) is self:
            _signal.signal(signal.SIGINT, self._replaced)
