"""Programs that are edited again and again: what is kept never changes what is found."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asyncompat_lint.cache import Cache
from asyncompat_lint.engine import Settings, check
from asyncompat_lint.rules import RULES

EXAMPLES = int(os.environ.get("ASYNCOMPAT_TRUST_EXAMPLES", "10"))
NAMES = "app Base call Client deco Heir load make Meta Mixin run session sleep".split()
MODULES = "first second third fourth".split()
HEAD = """\
import asyncio, functools, io, redis, requests, time
from typing import Any, Protocol, cast
"""
IMPORTS = [
    *(f"import {module}\n" for module in MODULES),
    *(f"from {module} import *\n" for module in MODULES),
    *(f"from {module} import {name}\n" for module in MODULES for name in NAMES),
    *(f"from {module} import {name} as run\n" for module in MODULES for name in ("load", "sleep")),
]
# Each is a part of a module, and means what the other parts, and modules, make of its names. MADE
# is one of some things: which may be all that an edit changes.
PARTS = """
class Client:
    def get(self, url):
        input()

class Client:
    async def get(self, url): ...

class Client(Base):
    session = MADE

class Client(Protocol):
    def get(self, url): ...

class Base:
    session = None
    def get(self, url):
        self.session.get(url)

class Base:
    def __init__(self, it=MADE):
        self.session = it
    async def get(self, url):
        self.session.get(url)

class Base:
    @property
    def session(self):
        client = MADE
        return client

class Base:
    session: Client
    def __init__(self, it=MADE):
        self.session = it
    def get(self, url):
        self.session.get(url)

class Base:
    session: requests.session
    def get(self, url):
        self.session.get(url)

class Base:
    def __init__(self):
        self.session = open("u") or MADE
    def get(self, url):
        self.session.read()

class Base:
    def __init__(self):
        self.session: Client = MADE
    async def get(self, url):
        self.session.get(url)

class Base:
    @property
    def session(self):
        return MADE
    @session.setter
    def session(self, it):
        if it is not None:
            input()

class Meta(type):
    def __call__(cls):
        return super().__call__()

class Meta(type):
    def go(cls): ...

class Client(Base, metaclass=Meta):
    def __init__(self):
        input()

class Mixin:
    async def go(self):
        self.client.get("u")

class Heir(asyncio.Protocol):
    def data_received(self, client):
        MADE.get("u")

class Heir(Base, asyncio.Protocol):
    def data_received(self, client):
        self.get("u")

class Heir(Mixin, Base):
    client = MADE

class Heir(Mixin):
    def __init__(self):
        client = MADE
        self.client = client

def make():
    return MADE

def make():
    made = MADE
    return made

def make() -> Client: ...

def make():
    made = [MADE]
    made = [each for each in made]
    return made[0]

def make():
    client = MADE
    def inner():
        found = client
        return found
    return inner()

async def load(it):
    it.get("u")

async def load(it):
    made = MADE
    other = it
    other.get("u")

async def load(it=MADE):
    it.get("u")

async def load(it: object):
    it.get("u")

def call(run):
    run()

def call(run):
    print(run)

def call(run):
    it = MADE
    it(run)

def deco(function):
    @functools.wraps(function)
    def wrapper(*given):
        it = MADE
        it.get("u")
        return function(*given)
    return wrapper

def deco(function):
    return function

@deco
def sleep(it): ...

@deco
async def sleep(it): ...

from time import sleep

def sleep(it):
    time.sleep(it)

def sleep(it):
    call(it)

def setup(app):
    client = MADE
    app["client"] = client

def setup(app, client):
    app["client"] = client

session = MADE

def start():
    global session
    it = MADE
    session = it

def outer():
    it = MADE
    load(it)

def outer(it):
    if isinstance(it, requests.Session):
        load(it)

def outer(it):
    if isinstance(it, requests.Session):
        print(it)
    load(it)

def outer():
    it = MADE
    def inner():
        load(it)
    return inner

async def use():
    Client().get("u")

async def use(client: Client):
    client.get("u")

async def use():
    MADE.get("u")

async def use():
    session.get("u")

async def use():
    it = MADE
    await load(it)

async def use():
    call(lambda: sleep(1))

async def use():
    call(sleep)

async def use():
    sleep(1)

async def use():
    first.sleep(1)
    second.sleep(1)

async def use():
    third.load(fourth.make())

async def use(app):
    app["client"].get("u")

async def use():
    await Heir().go()

async def use(it: Mixin):
    it.client.get("u")

async def use():
    Base(MADE)

async def use():
    Base().session = MADE

async def use():
    with make() as it:
        it.get("u")

async def use():
    functools.partial(load, make())()

async def use():
    make().xread("u")

async def use():
    load(cast(Any, session))
""".strip("\n").split("\n\n")
IS_MADE = re.compile(r"\([\w.]+(\(\))?\)$", re.MULTILINE)
MADE = "requests.Session() Client() make() session sleep load print None".split()
MADE += "requests io.BytesIO() redis.Redis() Base()".split()
LINES = [
    *(
        "it = make()",
        "it = it.get(it)",
        "session = session.get(1)",
        "session = None",
        "sleep = print",
        "run = call",
        "import first",
        "pass",
    ),
    *("call(lambda: session)", "it = lambda: make()", "[sleep(each) for each in it]"),
]
# What a function is given, and more of it.
GIVEN = re.compile(r"(?<=def )(\w+)\((\w+)\b([^()]*)\)")
GIVEN_MORE = [
    *(r"\1(\2\3, more=None)", r"\1(\2\3, *, more=None)", r"\1(\2, more=None)", r"\1(more, \2\3)"),
    *(r"\1(*, \2\3)", r"\1(\2)", r"\1(other\3)"),
]
METHODS = """
def get(self, url):
    MADE.get("u")

async def get(self, url): ...

async def go(self):
    self.session.get("u")

@property
def client(self):
    return MADE

def __init__(self, it=MADE):
    self.session = it

def __enter__(self):
    return MADE

def close(self):
    del self.session

def use(self):
    self.client = MADE

@staticmethod
def load(it):
    return it
""".strip("\n").split("\n\n")


def _name(part: str) -> str:
    """What a part gives to others."""
    found = re.search(r"^(?:async def|class|def|from time import)? *(\w+)", part, re.MULTILINE)
    return found[1] if found else ""


BY_NAME = {name: [each for each in PARTS if _name(each) == name] for name in map(_name, PARTS)}


def _part(parts: Sequence[str], text: int) -> str:
    """One of some parts, with one of what it may make."""
    made = MADE[text // 100 % len(MADE)]
    return parts[text % len(parts)].replace("MADE", f"({made})")


class Program:
    """Modules, each of imports and parts, in the order in which they stand.

    It begins with one part of each name, and some that use them, in modules that are ``drawn``.
    """

    def __init__(self, drawn: Sequence[tuple[int, int]]) -> None:
        self.modules: list[list[str]] = [[] for _ in MODULES]
        for name, (module, text) in zip([*BY_NAME, *USING], drawn, strict=True):
            parts = BY_NAME[name]
            self.modules[module].append(_part(parts, text))

    def edit(self, module: int, how: str, at: int, text: int) -> None:
        """Change something in a module; ``at`` and ``text`` are any numbers."""
        parts = self.modules[module]
        place = at % (len(parts) + 1)
        if how == "import":
            parts.insert(0, IMPORTS[text % len(IMPORTS)])
        elif how == "add":
            parts.append(_part(PARTS, text))
        elif how == "insert":
            parts.insert(place, _part(PARTS, text))
        elif place == len(parts):
            parts.append(f"# {text}")
        elif how == "remove":
            del parts[place]
        elif how == "put":
            parts[place] = _part(BY_NAME.get(_name(parts[place]), PARTS), text)
        elif how == "make":
            made = f"({MADE[text % len(MADE)]})"
            parts[place] = IS_MADE.sub(made, parts[place])
        elif how == "move":
            parts.append(parts.pop(place))
        elif how == "parameter":
            parts[place] = GIVEN.sub(GIVEN_MORE[text % len(GIVEN_MORE)], parts[place], count=1)
        elif how == "method":
            method = _part(METHODS, text).replace("\n", "\n    ")
            parts[place] = re.sub(r"^(class .*:)$", rf"\1\n    {method}", parts[place])
        else:
            self._add_line(parts, place, LINES[text % len(LINES)])

    @staticmethod
    def _add_line(parts: list[str], place: int, line: str) -> None:
        lines = parts[place].split("\n")
        indented = [number for number, each in enumerate(lines) if each.startswith("    ")]
        last = indented[-1] if indented else 0
        indent = lines[last][: len(lines[last]) - len(lines[last].lstrip())]
        parts[place] = "\n".join([*lines[:last], indent + line, *lines[last:]])

    def write(self, folder: Path) -> None:
        """Write its files."""
        for number, (name, parts) in enumerate(zip(MODULES, self.modules, strict=True)):
            # Each has what those behind it have, and is told by those before it what they pass.
            imports = [f"import {each}\nfrom {each} import *" for each in MODULES[number + 1 :]]
            text = "\n".join([HEAD, *reversed(imports), *parts, ""])
            (folder / f"{name}.py").write_text(text)


USING = ["use"] * 7
WAYS = ["import", "add", "insert", "remove", "put", "make", "make", "make", "move", "line", "line"]
WAYS += ["method"] * 3 + ["parameter"] * 2
MODULE, NUMBER = st.integers(0, len(MODULES) - 1), st.integers(0, 1000)
PARTS_DRAWN = [st.tuples(MODULE, NUMBER) for _ in [*BY_NAME, *USING]]
EDIT = st.tuples(MODULE, st.sampled_from(WAYS), NUMBER, NUMBER)
EDITS = st.lists(EDIT, min_size=1, max_size=3)


@pytest.mark.timeout(3600)
@pytest.mark.filterwarnings("ignore:The recursion limit")  # which a check may raise
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    database=None,
    suppress_health_check=list(HealthCheck),
)
@given(first=st.tuples(*PARTS_DRAWN), then=st.lists(EDITS, min_size=5, max_size=15))
def test_what_is_kept_changes_no_finding(first, then, tmp_path_factory):
    folder = tmp_path_factory.mktemp("edited")
    program = Program(first)
    for edits in [[], *then]:
        for edit in edits:
            program.edit(*edit)
        program.write(folder)
        fresh = check([str(folder)], Settings(RULES))
        assert check([str(folder)], Settings(RULES), Cache(folder / "kept")) == fresh
