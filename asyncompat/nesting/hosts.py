"""Where we are: which host runs the loop, what loop it is, and which way ``run`` takes there.

Knows hosts by what they leave in ``sys.modules``; it imports none of them.
"""

import asyncio
import platform
import sys
import threading

from ..backports.contexts import copy_context
from .passes import can_pass

# Which way an awaitable is run.
OWN_LOOP = "a loop of its own"
PASSES = "passes of the running loop"
REENTRANT = "the running loop, which nest_asyncio has made re-entrant"
THREAD = "a loop of its own in a thread"
STACK_SWITCHING = "Pyodide's stack switching"
HOSTS_LOOP = "the host's loop, which does not run just now"
REFUSED = "refused"


def host():
    """Return the interactive host that runs this process, or None: a program of its own."""
    for name, is_it in _HOSTS:
        if is_it():
            return name
    return None


def way(loop, nested, loop_factory=None):
    """Return which way ``run`` takes, and where it is refused, why.

    Parameters:
        loop (asyncio.AbstractEventLoop | None): the loop that runs here.
        nested (bool | None): what ``run`` was given.
        loop_factory (callable | None): what ``run`` was given.

    Returns:
        tuple[str, str | None]: one of this module's ways, and a reason.
    """
    if loop is None:
        return OWN_LOOP, None
    if not nested and (nested is not None or host() is None):
        return REFUSED, (
            "cannot be called from a running event loop: `await` the coroutine instead, run it "
            "inside the loop with `run(..., nested=True)`, or on a loop in another thread with "
            "`await to_thread(run, ...)`"
        )
    if loop_factory is None and not _in_greenlet():
        if can_pass(loop):
            return PASSES, None
        if hasattr(loop, "_nest_patched"):
            return REENTRANT, None
    if sys.platform != "emscripten":
        return THREAD, None
    if _can_switch_stacks():
        return STACK_SWITCHING, None
    return REFUSED, (
        "cannot be called from a running event loop where there are neither threads nor stack "
        "switching: `await` the coroutine instead"
    )


def _in_greenlet():
    """Whether others may go on, on the stack below, before what is run here has ended."""
    getcurrent = getattr(sys.modules.get("greenlet"), "getcurrent", None)
    return getcurrent is not None and getcurrent().parent is not None


def idle_loop():
    """Return the loop that an interactive host has for its awaits while it does not run, or None.

    IPython runs one for each cell that awaits, and none for others. It is not for other threads.
    """
    if threading.current_thread() is not threading.main_thread():
        return None
    helpers = sys.modules.get("IPython.core.async_helpers")
    if helpers is None or hasattr(_ipython(), "kernel") or _ipython() is None:
        return None
    get_loop = getattr(helpers, "get_asyncio_loop", None)
    loop = None if get_loop is None else get_loop()
    usable = loop is not None and not loop.is_closed() and not loop.is_running()
    return loop if usable else None


def where(*, file=None):
    """Print where this program runs, for a report of something that goes wrong.

    Parameters:
        file (TextIO): where to; by default the standard output.

    Source: asyncio documentation, "Runners". Not a name of asyncio's.
    """
    loop = asyncio._get_running_loop()
    chosen, reason = way(loop, None)
    nested_way, _ = way(loop, True)
    thread = threading.current_thread()
    is_main = thread is threading.main_thread()
    if loop is None and idle_loop() is not None:
        chosen = HOSTS_LOOP
    lines = [
        ("asyncompat", sys.modules["asyncompat"].__version__),
        ("Python", "{} {}".format(platform.python_implementation(), platform.python_version())),
        ("platform", sys.platform),
        ("host", host() or "none: a program of its own"),
        ("thread", "the main one" if is_main else thread.name),
        ("running loop", "none" if loop is None else _type_name(loop)),
        ("run() takes", chosen if reason is None else "{}: it {}".format(chosen, reason)),
    ]
    if chosen == REFUSED and nested_way != REFUSED:
        lines.append(("nested=True takes", nested_way))
    width = max(len(name) for name, _ in lines)
    print("\n".join("{:{}}  {}".format(name, width, value) for name, value in lines), file=file)


def run_sync(main):
    """Run an awaitable to its end by stack switching."""
    return sys.modules["pyodide.ffi"].run_sync(main)


def _can_switch_stacks():
    can_run_sync = getattr(sys.modules.get("pyodide.ffi"), "can_run_sync", None)
    return can_run_sync is not None and can_run_sync()


def _type_name(thing):
    return "{}.{}".format(type(thing).__module__, type(thing).__qualname__)


def _ipython():
    get_ipython = getattr(sys.modules.get("IPython"), "get_ipython", None)
    return None if get_ipython is None else get_ipython()


def _is_main(name):
    spec = getattr(sys.modules.get("__main__"), "__spec__", None)
    return spec is not None and spec.name == name


def _in_marimo():
    """Whether an app's cells are run: by the editor or a server, or as a script."""
    marimo = sys.modules.get("marimo")
    if hasattr(marimo, "app_meta"):  # older ones know only of the editor and the server
        return marimo.app_meta().mode in ("edit", "run", "script")
    return hasattr(marimo, "running_in_notebook") and marimo.running_in_notebook()


_HOSTS = [
    ("Jupyter kernel", lambda: hasattr(_ipython(), "kernel")),
    ("IPython", lambda: _ipython() is not None),
    ("marimo", _in_marimo),
    ("python -m asyncio", lambda: _is_main("asyncio.__main__")),
    ("Pyodide", lambda: sys.platform == "emscripten"),
    ("interactive Python", lambda: hasattr(sys, "ps1")),
]


# The context variables by which ipykernel knows whose output something is.
_OF_THE_CELL = frozenset({"parent_header", "shell_parent", "shell_parent_ident"})


def tell_cell(context):
    """Have a context know which cell is run now, so that what is printed in it is shown there.

    Parameters:
        context (contextvars.Context): one that is not entered, or the one that this is called in.
    """
    if "ipykernel" in sys.modules:
        for variable, value in copy_context().items():
            if variable.name in _OF_THE_CELL and context.get(variable) is not value:
                context.run(variable.set, value)
