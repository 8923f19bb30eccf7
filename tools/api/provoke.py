"""Provokes deprecation warnings: calls things with plausible arguments, and looks at what is said.

Runs on every interpreter from 3.6 on. It knows how to call something that it has never heard of, by
the names of its parameters; it does not know which things there are.
"""

import concurrent.futures
import contextlib
import inspect
import re
import signal
import sys
import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import asyncio

# These would stop the probing itself, or wait for ever.
UNTOUCHABLE = {
    "run_forever", "run_until_complete", "stop", "close", "serve_forever", "breakpoint",
    "set_event_loop", "_set_running_loop", "run", "run_coroutine_threadsafe", "chdir",
    "redirect_stdout", "redirect_stderr", "print_call_graph", "set_exception_handler",
    "call_exception_handler", "default_exception_handler", "shutdown_default_executor",
    "shutdown_asyncgens",
}  # fmt: skip
DEPRECATIONS = (DeprecationWarning, PendingDeprecationWarning)
SECONDS = 2
_NO_LOOP = re.compile("no (running|current) event loop")


class _TooLongError(BaseException):
    pass


def _too_long(*_):
    raise _TooLongError


async def _nothing(*_):
    return None


def _function(*_):
    return None


def _generator_function(*_):
    yield


def arguments_for(loop):
    """Give something for parameters of these names."""

    def future():
        return loop.create_future()

    simple = {
        "arg": _nothing, "aw": _nothing, "awaitable": _nothing, "coro": _nothing,
        "coro_or_future": _nothing, "coroutine": _nothing, "future": future, "fut": future,
        "main": _nothing, "fs": lambda: [future()], "aws": lambda: [future()],
        "delay": lambda: 0.001, "when": lambda: 0, "timeout": lambda: 0.001, "seconds": lambda: 0,
        "callback": lambda: _function, "fn": lambda: _function, "signal": lambda: 10,
        "sig": lambda: 10, "factory": lambda: None,
        "host": lambda: "127.0.0.1", "port": lambda: 1, "path": lambda: "/nowhere",
        "program": lambda: "true", "cmd": lambda: "true", "loop": lambda: loop,
        "executor": lambda: concurrent.futures.ThreadPoolExecutor(1),
        "limit": lambda: 10, "value": lambda: 1, "parties": lambda: 1, "name": lambda: "x",
        "result": lambda: 1, "exception": ValueError, "item": lambda: 1,
        "obj": lambda: _function, "parent": lambda: None, "watcher": lambda: None,
        "policy": lambda: None, "msg": lambda: "x", "lock": lambda: None, "maxsize": lambda: 1,
        "return_when": lambda: "ALL_COMPLETED", "return_exceptions": lambda: True,
        "debug": lambda: False, "enabled": lambda: False, "n": lambda: 1, "context": lambda: None,
        "eager_start": lambda: False, "loop_factory": lambda: None, "data": lambda: b"",
        "max_workers": lambda: 1, "protocol_factory": lambda: asyncio.Protocol,
        "client_connected_cb": lambda: _nothing, "custom_task_constructor": lambda: asyncio.Task,
        "depth": lambda: 1, "file": lambda: sys.stderr,
    }  # fmt: skip
    generators = {"func": _generator_function}
    return {**simple, **{name: lambda value=value: value for name, value in generators.items()}}


def signature(function):
    """Return a callable's parameters as ``[name, kind, default]``, or None if they are not told."""
    function = getattr(asyncio.tasks, "_Py" + getattr(function, "__name__", ""), function)
    function = getattr(asyncio.futures, "_Py" + getattr(function, "__name__", ""), function)
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return None
    found = []
    for each in parameters:
        default = None
        if each.default is not inspect.Parameter.empty:
            default = re.sub(
                r" at 0x[0-9a-f]+|<(?:function|class|object) | object", "", repr(each.default)
            )
        found.append([each.name, each.kind.name, default])
    return found


def warned(call):
    """Return the deprecation warnings of a call, and the exception that it ended with."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        previous = signal.signal(signal.SIGALRM, _too_long)
        signal.alarm(SECONDS)
        error = None
        try:
            call()
        except _TooLongError:
            error = "too long"
        except BaseException as problem:
            error = "{}: {}".format(type(problem).__name__, problem)
        finally:
            signal.alarm(0)
            signal.signal(signal.SIGALRM, previous)
    messages = [str(each.message) for each in caught if issubclass(each.category, DEPRECATIONS)]
    return sorted(set(messages)), error


def _fresh_policy():
    """No event loop is set, as in a program that has just begun."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        reset = (
            getattr(asyncio.events, "_set_event_loop_policy", None) or asyncio.set_event_loop_policy
        )
        reset(None)


def _finish(value):
    """Let what a call has given come to its end, so that nothing complains of it later."""
    if inspect.iscoroutine(value):
        value.close()
    elif isinstance(value, asyncio.Future):
        value.cancel()


class Asker:
    """Asks one callable after the other; what is given to it is made anew each time."""

    def __init__(self):
        self.loop = asyncio.new_event_loop()
        self.values = arguments_for(self.loop)

    def _arguments(self, parameters, more):
        args, kwargs = [], {}
        for name, kind, default in parameters or []:
            wanted = default is None and kind != "VAR_KEYWORD"
            if name in more or (wanted and name in self.values):
                value = self.values[name]()
                value = value if not inspect.iscoroutinefunction(value) else value()
                in_order = kind == "POSITIONAL_OR_KEYWORD" and default is None and not kwargs
                if in_order or kind in ("POSITIONAL_ONLY", "VAR_POSITIONAL"):
                    args.append(value)
                else:
                    kwargs[name] = value
            elif kind == "VAR_POSITIONAL" and name in ("coros_or_futures", "coros", "aws"):
                args.append(_nothing())
        return args, kwargs

    def call(self, function, parameters, more):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            args, kwargs = self._arguments(parameters, more)
        value = function(*args, **kwargs)
        if inspect.isgenerator(value):
            next(value, None)
        if inspect.iscoroutine(value):
            with contextlib.suppress(StopIteration):
                value.send(None)
        _finish(value)
        return value

    def inside(self, function, parameters, more=()):
        """Call with a running event loop."""

        async def main():
            self.call(function, parameters, more)

        return warned(lambda: self.loop.run_until_complete(main()))

    def outside(self, function, parameters):
        """Call where no event loop runs, and none is set."""
        _fresh_policy()
        return warned(lambda: self.call(function, parameters, ()))

    def ask(self, entry, function, others=()):
        """Add to an entry what calling shows. ``others`` are parameters of other interpreters."""
        parameters = entry.get("parameters")
        messages, error = self.inside(function, parameters)
        if any(kind == "VAR_KEYWORD" for _, kind, _ in parameters or ()):
            known = {name for name, _, _ in parameters}
            if "task" in getattr(function, "__name__", ""):
                others = {"eager_start", *others}  # which no signature tells of
            for name in sorted({*others} - known):
                if name in self.values:
                    more = [*parameters, [name, "KEYWORD_ONLY", "..."]]
                    _, problem = self.inside(function, more, (name,))
                    if problem == error:
                        parameters.append(more[-1])
        if messages:
            entry["deprecated"] = messages
        for name, _kind, default in parameters or []:
            if default is not None and name in self.values:
                more, problem = self.inside(function, parameters, (name,))
                if problem and not error and re.search("TypeError.*" + name, problem):
                    entry.setdefault("refused_parameters", []).append(name)
                elif set(more) - set(messages):
                    entry.setdefault("deprecated_parameters", []).append(name)
        messages_outside, error_outside = self.outside(function, parameters)
        if set(messages_outside) - set(messages):
            entry["outside"] = "deprecated"
        elif entry.get("is_async"):
            pass  # it is not run before it is awaited
        elif error_outside and error_outside != error and _NO_LOOP.search(error_outside):
            entry["outside"] = "error"
