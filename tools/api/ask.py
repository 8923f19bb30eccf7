"""What an interpreter says of its own asynchronous API: names, parameters, defaults, deprecations.

Runs on every interpreter from 3.6 on, with nothing but its standard library, and prints JSON. It
knows which things there are; it compares nothing. Deprecations are provoked (``provoke.py``): what
can be called is called, with a running event loop and without, with each of its optional parameters
in turn.
"""

import importlib
import inspect
import json
import os
import re
import sys
import traceback
import types
import warnings

from provoke import UNTOUCHABLE, Asker, signature, warned

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import asyncio

# Modules that are asked for all that is public in them, and those of which only some is wanted.
WHOLE = ["asyncio", "asyncio.subprocess", "contextlib", "contextvars"]
PARTLY = {
    "builtins": ["BaseExceptionGroup", "ExceptionGroup", "aiter", "anext"],
    "inspect": [
        "AGEN_CLOSED", "AGEN_CREATED", "AGEN_RUNNING", "AGEN_SUSPENDED",
        "getasyncgenlocals", "getasyncgenstate", "getcoroutinelocals", "getcoroutinestate",
        "isasyncgen", "isasyncgenfunction", "isawaitable", "iscoroutine", "iscoroutinefunction",
        "markcoroutinefunction",
    ],
    "types": ["coroutine"],
    "unittest": ["IsolatedAsyncioTestCase"],
    "unittest.mock": ["AsyncMock"],
}  # fmt: skip
# Of these special methods it matters whether a class has them.
SPECIAL = set(
    "__aenter__ __aexit__ __aiter__ __anext__ __await__ __class_getitem__ __enter__"
    " __exit__".split()
)
GENERIC = (type(list[int]),) if sys.version_info >= (3, 9) else ()


def kind_of(value):
    if isinstance(value, type):
        return "exception" if issubclass(value, BaseException) else "class"
    if callable(value):
        return "function"
    return "value"


def of_class(class_, others, asker):
    """Give the public members of a class, asked of an instance where one can be made."""
    source = class_
    if class_ is asyncio.AbstractEventLoop:
        source = asyncio.SelectorEventLoop  # the abstract methods do not tell their parameters
        instance = asker.loop
    else:
        instance = instance_of(class_, asker)
    base = BaseException if issubclass(class_, BaseException) else object
    members = {}
    for name in sorted(dir(source)):
        special = name in SPECIAL
        if (name.startswith("_") and not special) or (name in dir(base) and not special):
            continue
        member = inspect.getattr_static(source, name)
        entry = members[name] = {"kind": "attribute"}
        if special or isinstance(member, (property, *GENERIC)):
            continue
        method = getattr(source, name, None)
        if callable(method):
            entry["kind"] = "method"
            bound = isinstance(member, (staticmethod, classmethod))
            python = getattr(asyncio.tasks, "_Py" + class_.__name__, None) or getattr(
                asyncio.futures, "_Py" + class_.__name__, source
            )
            parameters = signature(getattr(python, name, method))
            if parameters is not None:
                entry["parameters"] = parameters if bound else parameters[1:]
            if inspect.iscoroutinefunction(method):
                entry["is_async"] = True
            if name not in UNTOUCHABLE and (instance is not None or bound):
                target = method if bound else getattr(instance, name, None)
                if target is not None:
                    asker.ask(entry, target, others.get(name, ()))
                    if class_ is not asyncio.AbstractEventLoop and not bound:
                        instance = instance_of(class_, asker)
    return members


def instance_of(class_, asker):
    made = []

    more = ("loop",) if class_ in (asyncio.Task, asyncio.Future) else ()

    async def main():
        made.append(asker.call(class_, signature(class_), more))

    warned(lambda: asker.loop.run_until_complete(main()))
    return made[0] if made else None


def of_module(name, names, others, asker):
    try:
        module = importlib.import_module(name)
    except ImportError:
        return {}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        public = {*getattr(module, "__all__", ())}
        public.update(n for n in dir(module) if not n.startswith("_"))
        # Some are there, and not told of: deprecated names, made when they are asked for.
        public.update(n for n in names or others.get(name, ()) if hasattr(module, n))
    found = {}
    for each in sorted(public if names is None else set(names) & public):
        accessing, _ = warned(lambda each=each: getattr(module, each))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            value = getattr(module, each, None)
        home = getattr(value, "__module__", name) or name
        is_public = each in getattr(module, "__all__", ())
        if isinstance(value, types.ModuleType) or value is None:
            continue
        told = is_public or each in others.get(name, ())
        if names is None and "." in name and callable(value) and home != name:
            continue  # what a part of a package has from another part
        if names is None and not told and not home.startswith(name.partition(".")[0]):
            continue  # what the module itself has imported
        if type(value).__name__ in ("_Feature", "_GenericAlias"):
            continue
        entry = found[each] = {"kind": kind_of(value)}
        if accessing:
            entry["deprecated"] = accessing
        if isinstance(value, type):
            if not issubclass(value, BaseException):
                parameters = signature(value)
                if parameters is not None:
                    entry["parameters"] = parameters
                if each not in UNTOUCHABLE:
                    asker.ask(entry, value)
                if names is None:
                    entry["members"] = of_class(value, others.get(name, {}).get(each, {}), asker)
            entry["bases"] = [
                "{}.{}".format(_public_module(b), b.__name__.lstrip("_"))
                for b in value.__mro__[1:]
                if b is not object
            ]
        elif callable(value):
            parameters = signature(value)
            if parameters is not None:
                entry["parameters"] = parameters
            if inspect.iscoroutinefunction(value):
                entry["is_async"] = True
            if each not in UNTOUCHABLE:
                asker.ask(entry, value, others.get(name, {}).get(each, {}).get("", ()))
    return found


def _public_module(class_):
    return re.sub(r"^_|\.\w+$", "", class_.__module__)


def shim():
    """Return the names that asyncompat offers, each with whether it is its own."""
    try:
        import asyncompat
    except ImportError:
        return None
    names = {}
    for name in asyncompat.__all__:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                value = getattr(asyncompat, name)
            except AttributeError:
                continue
        names[name] = getattr(asyncio, name, None) is not value
    return names


def main():
    others = json.loads(sys.argv[1]) if len(sys.argv) > 1 else {}
    # What is called may print, and so may the programs that it starts.
    answers, complaints = os.fdopen(os.dup(1), "w"), os.fdopen(os.dup(2), "w")
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)
    sys.unraisablehook = lambda _: None
    try:
        answers.write(json.dumps(answer(others), indent=1, sort_keys=True))
        status = 0
    except BaseException:
        complaints.write(traceback.format_exc())
        status = 1
    answers.flush()
    complaints.flush()
    os._exit(status)  # what the probing has left behind is of no interest


def answer(others):
    """Return all of it.

    ``others`` has, by module and name, what other interpreters have: the parameters of a function
    under ``""``, those of a class's methods under their names.
    """
    asker = Asker()
    asker.loop.set_exception_handler(lambda *_: None)
    modules = {}
    for name in WHOLE:
        modules[name] = of_module(name, None, others, asker)
    for name, names in PARTLY.items():
        modules[name] = of_module(name, names, others, asker)
    return {
        "version": "%d.%d" % sys.version_info[:2],
        "micro": "%d.%d.%d" % sys.version_info[:3],
        "modules": modules,
        "shim": shim(),
    }


if __name__ == "__main__":
    main()
