"""Receivers whose type must be known: each `# blocks` is found, and nothing else."""

from __future__ import annotations

import sys

import pytest

PRELUDE = """\
import asyncio, contextlib, functools, sqlite3, threading, time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, Optional, TypeVar, Union, cast
import requests

class Client:
    def fetch(self):
        time.sleep(1)
    def harmless(self):
        return 1
"""

CASES = {
    "what a library's class has from the classes above it": """
from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from transformers import AutoModelForCausalLM, AutoTokenizer
from requests_oauthlib import OAuth2Session
async def load(name):
    User.objects.get(pk=1)  # blocks
    await User.objects.aget(pk=1)
    User.objects.filter(name=name)
    get_user_model().objects.create(name=name)  # blocks
    AutoModelForCausalLM.from_pretrained(name)  # blocks
    AutoTokenizer.register(name, name)
    OAuth2Session(name).get("https://example.org")  # blocks
""",
    "clients whose names are made when they are asked for": """
import ccxt, ccxt.async_support, xmlrpc.client
from googleapiclient.discovery import build
from supabase import acreate_client, create_client
drive = build("drive", "v3")
tables = create_client("url", "key")
proxy = xmlrpc.client.ServerProxy("url")
class Markets:
    def __init__(self):
        self.binance = ccxt.binance({"enableRateLimit": True})
        self.others = ccxt.async_support.binance()
    async def ask(self):
        self.binance.fetch_ticker("BTC/USDT")  # blocks
        self.binance.parse_ticker({})
        await self.others.fetch_ticker("BTC/USDT")
async def store(rows):
    drive.files().list(q="x").execute()  # blocks
    request = drive.files().list(q="x")
    request.execute()  # blocks
    tables.table("x").select("*").eq("id", 1).limit(1)
    tables.table("x").select("*").eq("id", 1).limit(1).execute()  # blocks
    tables.table("x").insert(rows).execute()  # blocks
    await (await acreate_client("url", "key")).table("x").select("*").execute()
    proxy.add(1, 2)  # blocks
    proxy.system.listMethods()  # blocks
    proxy.system
""",
    "databases and stores by their own clients": """
import apsw, fsspec, lancedb, mutagen, pulsar
import google.generativeai as genai
from databricks import sql
from upath import UPath
async def f(path: str):
    for row in apsw.Connection(":memory:").execute("select 1"): pass  # blocks
    with sql.connect() as connection, connection.cursor() as cursor:  # blocks
        cursor.execute("select 1")  # blocks
    files = fsspec.filesystem("s3")
    with files.open("x") as file:  # blocks
        file.read()  # blocks
    (UPath("s3://bucket") / "x").read_text()  # blocks
    mutagen.File(path).save()  # blocks
    model = genai.GenerativeModel("x")
    model.start_chat().send_message("x")  # blocks
    await model.generate_content_async("x")
    table = await (await lancedb.connect_async("x")).open_table("x")
    lancedb.connect("x").open_table("x").search([1]).limit(2).to_list()  # blocks
    pulsar.Client("x").subscribe("x", "y").receive()  # blocks
""",
    "what is declared a class and given one made from it": """
T = TypeVar("T")
class Store: ...
class InFile(Store):
    def load(self): return Path("x").read_text()
class InMemory(Store):
    def load(self): return ""
class Declared:
    def __init__(self): self.store: Store = InFile()
    async def go(self): self.store.load()  # blocks
class InBody:
    store: Store
    def __init__(self): self.store = InFile()
    async def go(self): self.store.load()  # blocks
class Either:
    def __init__(self, given: Store): self.store: Store = given
    def fall_back(self): self.store = InFile()
    async def go(self): self.store.load()
class Quick:
    def __init__(self): self.store: Store = InMemory()
    async def go(self): self.store.load()
@dataclasses.dataclass
class Made:
    store: Store
    def fall_back(self): self.store = InFile()
    async def go(self): self.store.load()
class First:
    store: Store = InMemory()
    def fall_back(self): self.store = InFile()
    async def go(self): self.store.load()
class Around(Store, Generic[T]):
    def __init__(self, inner: T): self.inner = inner
class OfItself:
    store: Store
    def __init__(self): self.store = Around(self.store)
    async def go(self): self.store.load()
kept: Store = InFile()
async def f():
    store: Store = InFile()
    store.load()  # blocks
    kept.load()  # blocks
""",
    "devices, containers, tracers and what speaks": """
import azure.cognitiveservices.speech as speech
import docker, instructor, psutil, tinytuya
from openai import AsyncOpenAI, OpenAI
from opentelemetry.sdk.trace import TracerProvider
async def f(synthesizer: speech.SpeechSynthesizer, tracers: TracerProvider):
    synthesizer.speak_ssml_async("x").get()  # blocks
    tracers.shutdown()  # blocks
    docker.from_env().api.pull("x")  # blocks
    docker.APIClient().containers()  # blocks
    tinytuya.BulbDevice("a", "b", "c").status()  # blocks
    psutil.Process().children()  # blocks
    instructor.from_openai(OpenAI()).chat.completions.create()  # blocks
    await instructor.from_openai(AsyncOpenAI()).chat.completions.create()
""",
    "parameters that are declared to be anything": """
def first(session: typing.Any): return session.get("url")
def second(path: object): return path.read_text()
def third(path: typing.Optional[typing.Any] = None): return path.read_text()
class Kept:
    def __init__(self, session: typing.Any | None): self.session = session
    async def ask(self): self.session.get("url")  # blocks
async def f():
    first(requests.Session())  # blocks
    second(Path("x"))  # blocks
    third(Path("x"))  # blocks
    Kept(requests.Session())
""",
    "what was declared, and is another thing by then": """
import anyio
async def f(path: Path, session: requests.Session, names):
    path = anyio.Path(path)
    path.read_text()
    for session in names:
        session.get("url")
""",
    "what goes through something of its own name": """
async def f(paths: list[Path], named: dict[str, Path]):
    paths = [path for path in paths if path.name]
    paths = sorted(
        path for path in paths if path.name
    )
    for path in paths:
        path.read_text()  # blocks
    named = {name: path for name, path in named.items() if name}
    for name, path in named.items():
        path.read_text()  # blocks
    texts = [path.read_text() for path in paths]  # blocks
    texts = [text.read_text() for text in texts]
""",
    "folders above, and files of packages": """
import importlib.resources, pkgutil
ROOT = Path(__file__).resolve().parents[1] / "data"
async def f():
    (ROOT / "x").read_text()  # blocks
    for folder in Path("x").parents:
        folder.mkdir()  # blocks
    importlib.resources.files("package").joinpath("x").read_text()  # blocks
    with importlib.resources.as_file(importlib.resources.files("package") / "x") as path:
        path.read_text()  # blocks
    pkgutil.get_data("package", "x")  # blocks
""",
    "tools of a server that calls them on the loop": """
from mcp.server.fastmcp import FastMCP
server = FastMCP("x")
@server.tool()
def run(command: str) -> str:
    time.sleep(1)  # blocks
@server.resource("file://{name}")
def read(name: str) -> str:
    return Path(name).read_text()  # blocks
@server.tool()
async def wait():
    await asyncio.to_thread(time.sleep, 1)
def other():
    time.sleep(1)
""",
    "methods that others have to replace, for they raise whatever": """
class Refused(Exception): ...
class Base:
    def wait(self):
        'Wait for it.'
        raise Refused("here")
class Slow(Base):
    def wait(self): time.sleep(1)
def refuse():
    raise Refused("here")
async def f(it: Base):
    it.wait()  # blocks
    refuse()
""",
    "unions of three, in any order": """
class Later:
    def fetch(self):
        time.sleep(2)
class Quick:
    def fetch(self): ...
class AsyncOne:
    async def fetch(self): ...
Known = Client | Later | Quick
async def f(a: Client | Later | Quick, b: Quick | Client | Later, c: "Known", d: Known):
    a.fetch()  # may block
    b.fetch()  # may block
    c.fetch()  # may block
    d.fetch()  # may block
async def g(a: Client | Later, b: Client | AsyncOne):
    a.fetch()  # blocks
    task = asyncio.create_task(b.fetch())
    await task
""",
    "what is passed to one of several": """
def work(): time.sleep(1)
class Plain:
    def run(self, function): return function()
class Printing:
    def run(self, function):
        open("x").close()
        return function()
async def f(either: Plain | Printing):
    either.run(work)  # blocks
""",
    "locks that are held for what may block": """
class Quick:
    def fetch(self): ...
lock, other = threading.Lock(), threading.Lock()
def hold(one: Client | Quick):
    with lock:
        one.fetch()
def hold_other(one: Client):
    with other:
        one.fetch()
async def f():
    with lock:
        pass
    with other:  # blocks
        pass
""",
    "objects of others that a method makes": """
class Other: ...
class Makes:
    def __init__(self, first):
        self.path = Path.__new__(Path)
        self.path.first = Client()
        made = cls = object.__new__(Other)
        made.second = Client()
    @staticmethod
    def build():
        made = Other.__new__(Other)
        made.third = Client()
        return made
    def copy(self):
        copied = type(self).__new__(type(self))
        copied.client = Client()
        return copied
    async def f(self):
        self.first.fetch()
        self.second.fetch()
        self.third.fetch()
        self.client.fetch()  # blocks
""",
    "what a method gives to an object that it makes": """
class Only:
    _only = None
    def __new__(cls):
        if cls._only is None:
            cls._only = super().__new__(cls)
            cls._only.session = requests.Session()
            cls.count = 0
        return cls._only
    async def load(self):
        self.session.get("https://example.org")  # blocks
class Slotted:
    def __new__(cls, path):
        made = object.__new__(cls)
        made.path = Path(path)
        return made
async def read():
    Slotted("x").path.read_text()  # blocks
class Opened:
    @classmethod
    async def open(cls, other):
        it = cls()
        it.connection = sqlite3.connect("x")  # blocks
        other.connection = None
        return it
    async def ask(self):
        self.connection.execute("x")  # blocks
class Others:
    def __init__(self, made):
        made.client = Client()
        local = Client()
        local.session = requests.Session()
        self.local = local
    async def ask(self):
        self.client.fetch()
        self.session.get("https://example.org")
""",
    "processes that are known to have ended": """
import multiprocessing
async def end():
    process = multiprocessing.Process(target=print)
    process.join()  # blocks
async def look():
    process = multiprocessing.Process(target=print)
    if not process.is_alive():
        process.join()
""",
    "what is put together with pipes": """
from langchain_core.output_parsers import StrOutputParser
from langchain_core.prompts import ChatPromptTemplate
from langchain_core.runnables import RunnableLambda, RunnablePassthrough
from langchain_openai import ChatOpenAI
prompt = ChatPromptTemplate.from_messages([])
chain = prompt | ChatOpenAI() | StrOutputParser()
class Answers:
    def __init__(self, model: ChatOpenAI | None = None):
        self.model = model or ChatOpenAI()
        self.chain = prompt | self.model.bind_tools([])
    async def answer(self):
        self.model.invoke("x")  # blocks
        self.chain.invoke("x")  # blocks
        await self.chain.ainvoke("x")
        for part in self.chain.stream("x"):  # blocks
            pass
        chain.invoke("x")  # blocks
        prompt.invoke("x")
        (prompt | StrOutputParser()).invoke("x")
        (prompt or ChatOpenAI()).bind_tools([]).invoke("x")
async def answer_by(model, text, data: dict):
    known = ChatPromptTemplate.from_template("x") | model | StrOutputParser()
    known.invoke("x")  # blocks
    (model | StrOutputParser()).invoke("x")  # blocks
    ({"x": model} | prompt).invoke("x")
    (model | prompt).invoke("x")
    (prompt | RunnableLambda(len)).invoke("x")
    (RunnablePassthrough() | prompt).invoke("x")
    (RunnablePassthrough() | prompt | model).invoke("x")  # blocks
    (data | {"a": 1}).invoke("x")
    (text | model).invoke("x")
""",
    "functions that say that they return anything": """
def make(kind: str) -> Any:
    return Client()
def make_one_of(kind: str) -> object:
    if kind:
        return Client()
    return Other()
def declared() -> "Other":
    return cast(Any, Client())
class Other:
    def fetch(self): ...
async def f():
    make("x").fetch()  # blocks
    make_one_of("x").fetch()  # may block
    declared().fetch()
""",
    "attributes of which isinstance is asked": """
class Holder:
    def __init__(self, client, other: Any):
        self.client = client
        self.other = other
    async def inside(self):
        if isinstance(self.client, Client):
            self.client.fetch()  # blocks
        else:
            self.client.fetch()
        self.client.fetch()
    async def behind(self):
        if not isinstance(self.other, Client):
            return
        self.other.fetch()  # blocks
    async def given_anew(self, holder: "Holder"):
        assert isinstance(self.other, Client)
        self.other.fetch()  # blocks
        self.other = str(self.other)
        self.other.fetch()
        assert isinstance(holder.other, Client)
        holder = holder.next
        holder.other.fetch()
    async def asserted(self, holder: "Holder"):
        assert isinstance(holder.other, Client)
        holder.other.fetch()  # blocks
        self.other.fetch()
""",
    "what one part of a program puts where another takes it out": """
from aiohttp import web
from discord.ext import commands
DB = web.AppKey("db", Client)
def setup(app: web.Application):
    app["client"] = Client()
    app["harmless"] = 3
    app[DB] = sqlite3.connect("x")
    app["none"] = None
    app["session"] = session = requests.Session()
    app.state.client = Client()
async def handler(request: web.Request):
    request.app["client"].fetch()  # blocks
    request.app["harmless"].fetch()
    request.app["none"].fetch()
    request.app["missing"].fetch()
    request.app[DB].execute("x")  # blocks
    request.app["session"].get("x")  # blocks
    request.app.state.client.fetch()  # blocks
    request.app.client.fetch()
class OwnBot:
    def __init__(self, db):
        self.db = db
state = web.Application()
state["client"] = Client()
bot = commands.Bot("!")
bot.db = sqlite3.connect("x")
bot.of_two = Client()
bot.of_two = Quick()
class Quick:
    def fetch(self): ...
class Cog(commands.Cog):
    def __init__(self, bot: commands.Bot, state):
        self.bot = bot
        self.state = state
    async def run(self, ctx, bot):
        self.bot.db.execute("x")  # blocks
        ctx.bot.db.cursor().execute("x")  # blocks
        self.bot.of_two.fetch()  # may block
        bot.harmless()
    async def others(self, bot: "OwnBot", state: dict):
        bot.db.execute("x")
        state["client"].fetch()
        self.state.db.execute("x")
""",
    "mixins, which other bases give what they ask for": """
import httpx
class Quick:
    async def fetch(self): ...
class Mixin:
    async def f(self):
        self.fetch()  # blocks
        self.one.get("x")
        self.both.get("x")  # blocks
        self.nothing.get("x")
class Between(Mixin): ...
class First(Mixin, Client):
    def __init__(self):
        self.one = requests.Session()
        self.both = requests.Session()
class Second(Between):
    def __init__(self):
        self.one = httpx.AsyncClient()
        self.both = httpx.Client()
class Part:
    def both(self): self.fetch()
class Harmless:
    def fetch(self): ...
class Plain(Part, Harmless): ...
class Slow(Part, Client): ...
async def g(plain: Plain, slow: Slow):
    plain.fetch()
    slow.fetch()  # blocks
class Either:
    async def f(self):
        self.fetch()
class Third(Either, Client): ...
class Fourth(Either, Quick): ...
""",
    "parts of containers, and containers made of others": """
import collections, heapq, itertools, random
def clients() -> list[Client]: ...
async def f(a: list[Client], b: list[Client], t: tuple[Client, ...], d: dict[str, Client]):
    for each in a[1:]:
        each.fetch()  # blocks
    a[:2][0].fetch()  # blocks
    first, *rest = clients()[2:]
    first.fetch()  # blocks
    rest[0].fetch()  # blocks
    t[1:][0].fetch()  # blocks
    a[1:].fetch()
    for each in (*a, *b):
        each.fetch()  # blocks
    for each in [None, *a]:
        each.fetch()  # blocks
    x, y = ["text", *a]
    x.harmless()
    for each in a + b:
        each.fetch()  # blocks
    {**d, "x": Client()}["x"].fetch()  # blocks
    {**d, "x": unknown}["x"].fetch()
    random.choice(a).fetch()  # blocks
    heapq.nlargest(2, a)[0].fetch()  # blocks
    collections.deque(a).popleft().fetch()  # blocks
    for one, other in itertools.product([1], a):
        other.fetch()  # blocks
        one.fetch()
    for each in itertools.chain.from_iterable({1: a}.values()):
        each.fetch()  # blocks
""",
    "containers in tables, and those that begin with none": """
import collections
class Kept:
    def __init__(self):
        self.by = collections.defaultdict(set)
        self.queue = collections.deque()
        self.mixed = collections.defaultdict(list)
    def add(self, key, given):
        self.by[key].add(Client())
        self.queue.append(Client())
        self.mixed[key].append(given)
    async def f(self):
        for several in self.by.values():
            for each in several:
                each.fetch()  # blocks
        self.queue.popleft().fetch()  # blocks
        self.queue.fetch()
        self.mixed["x"][0].fetch()
async def g(key):
    found = {}
    found.setdefault(key, []).append(Client())
    found[key][0].fetch()  # blocks
    found[key].fetch()
    other = collections.defaultdict(list)
    other[key].append(Client())
    for each in other[key]:
        each.fetch()  # blocks
""",
    "callables that are kept": """
def slow(): time.sleep(1)
def quick(): ...
class Kept:
    def __init__(self):
        self.listeners = []
        self.listeners.append(self.slow)
        self.mixed = [slow, quick]
        self.open = []
        self.open.append(slow)
        self.by_name = {}
    def slow(self): time.sleep(1)
    def add(self, listener):
        self.open.append(listener)
        self.by_name["x"] = slow
    async def f(self):
        for each in self.listeners:
            each()  # blocks
        for each in list(self.listeners[:]):
            each()  # blocks
        self.listeners.pop()()  # blocks
        for each in self.open:
            each()
        for name, each in self.by_name.items():
            each()  # blocks
async def g():
    kept = []
    kept.append(slow)
    for each in kept:
        each()  # blocks
""",
    "isinstance has said no": """
import httpx
class Heir(Client): ...
class Other:
    async def fetch(self): ...
async def f(one: Heir | Other, two: Heir | Other, three: Union[Client, Other, "Third"]):
    if isinstance(one, Other):
        await one.fetch()
    else:
        one.fetch()  # blocks
    if isinstance(two, Client):
        return
    await two.fetch()
    if isinstance(three, Other):
        await three.fetch()
    elif isinstance(three, Third):
        three.fetch()
    else:
        three.fetch()  # blocks
async def g(one: Client | Other, two: Client | Other, path: "str | Path"):
    if isinstance(one, (Other, Third)) or not two:
        return
    one.fetch()  # blocks
    if isinstance(two, Client):
        two = Client()
        two.fetch()  # blocks
    else:
        two = Client()
        two.fetch()  # blocks
    if isinstance(path, str):
        path = Path(path)
    path.read_text()  # blocks
class Third:
    def fetch(self): ...
""",
    "an annotation in a string": """
async def f(client: "Client"):
    client.fetch()  # blocks
""",
    "a context manager of nobody knows what": """
def bare() -> contextlib.AbstractContextManager: ...
def told() -> contextlib.AbstractContextManager[Client]: ...
async def f():
    with bare() as client:
        client.fetch()
    with told() as client:
        client.fetch()  # blocks
""",
    "containers that begin empty": """
class Registry:
    shared = {}
    def __init__(self):
        self.named = {}
        self.known = []
        self.mixed = {}
        self.others = [1]
    def add(self, name, client=None):
        made = Client()
        self.named[name] = made
        self.known.append(made)
        self.shared.setdefault(name, Client())
        self.mixed[name] = Client()
        self.mixed[name] = client
        self.others.append(Client())
    async def f(self):
        for name, client in self.named.items():
            client.fetch()  # blocks
        self.named["x"].fetch()  # blocks
        self.known[0].fetch()  # blocks
        self.known.pop().harmless()
        self.shared["x"].fetch()  # blocks
        self.mixed["x"].fetch()
        self.others[0].fetch()
clients = {}
def client_of(name):
    if name not in clients:
        clients[name] = Client()
    return clients[name]
async def f():
    client_of("x").fetch()  # blocks
    found = []
    for name in clients:
        found.append(Client())
    found[0].fetch()  # blocks
    nothing = []
    nothing[0].fetch()
""",
    "what constructors are passed": """
class Kept:
    def __init__(self, client, *, other=None, told: int = 0):
        self.client = client
        self.other = other
        self.told = told
    async def f(self):
        self.client.fetch()  # blocks
        self.other.fetch()  # blocks
        self.told.fetch()
class Heir(Kept): ...
class Unlike(Kept):
    def __init__(self, client):
        self.client = client
    async def g(self):
        self.client.fetch()
class Quick:
    def fetch(self): ...
class Either:
    def __init__(self, client):
        self.client = client
    async def f(self):
        self.client.fetch()  # may block
Heir(Client(), other=Client())
Kept(unknown)
Unlike(Quick())
Either(Client())
Either(Quick())
""",
    "members of enumerations": """
import enum
class Kind(enum.Enum):
    ONE = 1
    def fetch(self):
        time.sleep(1)
    @classmethod
    def all(cls):
        return list(cls)
class Plain:
    ONE = 1
    def fetch(self):
        time.sleep(1)
async def f(kind: Kind):
    Kind.ONE.fetch()  # blocks
    kind.fetch()  # blocks
    Plain.ONE.fetch()
""",
    "typed dictionaries, and copies with something else": """
from typing import TypedDict
import dataclasses
class Known(TypedDict, total=False):
    client: Client
    other: int
class More(Known): ...
@dataclass
class Data:
    client: Client
async def f(known: Known, more: More, data: Data):
    known["client"].fetch()  # blocks
    more["client"].fetch()  # blocks
    known["other"].fetch()
    dataclasses.replace(data, client=None).client.fetch()  # blocks
""",
    "Optional and unions with None": """
async def f(a: Optional[Client], b: Client | None, c: Union[Client, None]):
    a.fetch()  # blocks
    b.fetch()  # blocks
    c.fetch()  # blocks
""",
    "one of several that do not all block": """
class Quick:
    def fetch(self): ...
async def f(either: Client | Quick):
    either.fetch()  # may block
""",
    "a class that lacks the method is not meant": """
async def f(path: str | Path):
    path.read_text()  # blocks
""",
    "elements of a container": """
async def f(clients: list[Client], by_name: dict[str, Client]):
    for client in clients:
        client.fetch()  # blocks
    clients[0].fetch()  # blocks
    by_name["a"].fetch()  # blocks
    by_name.get("a").fetch()  # blocks
    for name, client in by_name.items():
        name.fetch()
        client.fetch()  # blocks
    for number, client in enumerate(clients):
        client.fetch()  # blocks
    [each.fetch() for each in clients]  # blocks
    {key: each.fetch() for key, each in by_name.items()}  # blocks
""",
    "a display": """
async def f():
    for client in [Client(), Client()]:
        client.fetch()  # blocks
    {"a": Client()}["a"].fetch()  # blocks
""",
    "tuple unpacking": """
def pair() -> tuple[int, Client]: ...
async def f(both: tuple[Client, int]):
    client, number = both
    client.fetch()  # blocks
    number, client = pair()
    client.fetch()  # blocks
    (a, b), c = (1, Client()), 2
    b.fetch()  # blocks
    a.fetch()
""",
    "attributes of self": """
class Service:
    shared: Client
    def __init__(self, client: Client):
        self.given = client
        self.made = Client()
        self.declared: Client = client.other
    def later(self):
        self.late = Client()
    async def f(self):
        self.shared.fetch()  # blocks
        self.given.fetch()  # blocks
        self.made.fetch()  # blocks
        self.declared.fetch()  # blocks
        self.late.fetch()  # blocks
        self.unknown.fetch()
class Heir(Service):
    async def g(self):
        self.given.fetch()  # blocks
""",
    "dataclasses": """
@dataclass
class Data:
    client: Client
    more: list[Client] = field(default_factory=list)
async def f(data: Data):
    data.client.fetch()  # blocks
    data.more[0].fetch()  # blocks
""",
    "generic classes": """
T = TypeVar("T")
class Box(Generic[T]):
    item: T
    def __init__(self, item: T):
        self.kept = item
    def get(self) -> T: ...
    def all(self) -> list[T]: ...
class ClientBox(Box[Client]):
    async def own(self):
        self.item.fetch()  # blocks
async def f(box: Box[Client], heir: ClientBox, other: Box[int]):
    box.item.fetch()  # blocks
    box.kept.fetch()  # blocks
    box.get().fetch()  # blocks
    box.all()[0].fetch()  # blocks
    heir.get().fetch()  # blocks
    other.get().fetch()
""",
    "a bound of a type variable": """
C = TypeVar("C", bound=Client)
class Box(Generic[C]):
    item: C
    async def f(self):
        self.item.fetch()  # blocks
""",
    "a generic function": """
T = TypeVar("T")
def first(items: list[T]) -> T: ...
def make(kind: type[T]) -> T: ...
async def f(clients: list[Client]):
    first(clients).fetch()  # blocks
    make(Client).fetch()  # blocks
""",
    "what functions return": """
def declared() -> Client: ...
def inferred():
    client = Client()
    return client
async def awaited() -> Client: ...
async def f():
    declared().fetch()  # blocks
    inferred().fetch()  # blocks
    (await awaited()).fetch()  # blocks
    awaited().fetch()
    (await asyncio.wait_for(awaited(), 1)).fetch()  # blocks
    (await asyncio.create_task(awaited())).fetch()  # blocks
    (await asyncio.to_thread(declared)).fetch()  # blocks
""",
    "Self, cls and alternative constructors": """
from typing import Self
class Made(Client):
    @classmethod
    def make(cls) -> "Made": return cls()
    @classmethod
    def create(cls): return cls()
    def itself(self) -> Self: return self
async def f(made: Made):
    Made.make().fetch()  # blocks
    Made.create().fetch()  # blocks
    made.itself().fetch()  # blocks
""",
    "factories of libraries": """
async def f():
    sqlite3.connect("x").cursor().execute("")  # blocks
    (Path.home() / "x" / "y").with_suffix(".z").read_text()  # blocks
    requests.Session().get("")  # blocks
""",
    "with, async with": """
@contextlib.contextmanager
def client_of() -> Iterator[Client]:
    yield Client()
class Manager:
    def __enter__(self) -> Client: ...
    def __exit__(self, *args): ...
    async def __aenter__(self) -> Client: ...
    async def __aexit__(self, *args): ...
async def f():
    with client_of() as client:
        client.fetch()  # blocks
    with Manager() as client:
        client.fetch()  # blocks
    async with Manager() as client:
        client.fetch()  # blocks
    with contextlib.closing(Client()) as client:
        client.fetch()  # blocks
    with contextlib.ExitStack() as stack:
        stack.enter_context(Manager()).fetch()  # blocks
""",
    "partial, getattr, cast, walrus": """
async def f(thing):
    work = functools.partial(time.sleep, 1)
    work()  # blocks
    getattr(time, "sleep")(1)  # blocks
    cast(Client, thing).fetch()  # blocks
    cast("Client", thing).fetch()  # blocks
    if (client := Client()):
        client.fetch()  # blocks
""",
    "what partial objects were given": """
import queue, concurrent.futures
nap = functools.partial(time.sleep, 2)
q = queue.Queue()
poll = functools.partial(q.get, block=False)
class Own:
    tick = functools.partial(time.sleep, 1)
    def __init__(self): self.nap = functools.partial(time.sleep, 1)
    async def f(self):
        self.nap()  # blocks
        self.tick()  # blocks
async def f(future: concurrent.futures.Future, event: threading.Event):
    nap()  # blocks
    functools.partial(time.sleep, 2)()  # blocks
    poll()
    functools.partial(q.get)(block=False)
    functools.partial(q.get, True)(timeout=0)
    functools.partial(q.get, True)()  # blocks
    functools.partial(future.result, 0)()
    functools.partial(future.result)(0)
    functools.partial(event.wait, timeout=0)()
    functools.partial(event.wait, timeout=1)()  # blocks
""",
    "isinstance": """
class Quick:
    def fetch(self): ...
async def f(thing, other, third):
    if isinstance(thing, Client):
        thing.fetch()  # blocks
    else:
        thing.fetch()
    thing.fetch()
    if not isinstance(other, Client):
        other.fetch()
        return
    other.fetch()  # blocks
    assert isinstance(third, Client)
    third.fetch()  # blocks
""",
    "match": """
async def f(thing):
    match thing:
        case Client():
            thing.fetch()  # blocks
        case _:
            thing.fetch()
""",
    "what patterns take apart": """
class Has:
    client: Client
async def f(thing, has: Has, pair: tuple[int, Client], table: dict[str, Client]):
    match thing:
        case Has(client=one) | [_, Has(client=one)]:
            one.fetch()  # blocks
        case {"has": Has(client=one), **rest}:
            one.fetch()  # blocks
            rest.fetch()
    match has.client:
        case two:
            two.fetch()  # blocks
    match (thing, has.client):
        case (1, three):
            three.fetch()  # blocks
        case (first, *_):
            first.fetch()
    match pair:
        case [number, four]:
            number.fetch()
            four.fetch()  # blocks
    match table:
        case {"x": five}:
            five.fetch()  # blocks
    match Client():
        case Has() | six:
            six.fetch()  # blocks
""",
    "reassigned names": """
class Quick:
    def fetch(self): ...
async def f(flag):
    client = Client()
    client.fetch()  # blocks
    client = Quick()
    client.fetch()
    if flag:
        one = Client()
    else:
        one = Quick()
    one.fetch()  # may block
    if flag:
        two = Client()
        two.fetch()  # blocks
    else:
        two = Quick()
        two.fetch()
    three = None
    if flag:
        three = Client()
    three.fetch()  # blocks
""",
    "a name that is changed": """
async def f(path: str):
    path = Path(path)
    path = path / "x"
    path.read_text()  # blocks
""",
    "a parameter named like its type": """
from datetime import date
class Owner:
    async def f(self, Client: Client, date: date):
        Client.fetch()  # blocks
        date.fetch()
""",
    "properties": """
class Owner:
    @property
    def client(self) -> Client: ...
    @functools.cached_property
    def other(self):
        return Client()
async def f(owner: Owner):
    owner.client.fetch()  # blocks
    owner.other.fetch()  # blocks
    owner.other.harmless()
""",
    "iterators of one's own": """
class Clients:
    def __iter__(self) -> Iterator[Client]: ...
class Counting:
    def __iter__(self): return self
    def __next__(self) -> Client: ...
def made():
    yield Client()
async def made_later():
    yield Client()
async def f(clients: Clients, counting: Counting):
    for client in clients:
        client.fetch()  # blocks
    for client in counting:
        client.fetch()  # blocks
    for client in made():
        client.fetch()  # blocks
    async for client in made_later():
        client.fetch()  # blocks
""",
    "a class that is passed": """
async def f(kind: type[Client]):
    kind().fetch()  # blocks
""",
    "an alias of a type": """
Clients = list[Client]
Maybe = Optional[Client]
async def f(clients: Clients, maybe: Maybe):
    clients[0].fetch()  # blocks
    maybe.fetch()  # blocks
""",
    "callables by annotation": """
async def f(make: Callable[[], Client]):
    make().fetch()  # blocks
""",
    "the default of a parameter": """
async def f(client=Client()):
    client.fetch()  # blocks
""",
    "what is given, or a default": """
class Service:
    def __init__(self, client=None, other=None):
        self.client = client or Client()
        if other is None:
            self.other = Client()
        else:
            self.other = other
    async def f(self):
        self.client.fetch()  # blocks
        self.other.fetch()  # blocks
async def f(client=None, flag=1, thing=None):
    client = client or Client()
    client.fetch()  # blocks
    thing = thing.other or Client()
    thing.fetch()
""",
    "the library's async twin": """
import httpx
async def f(sync: httpx.Client, client: httpx.AsyncClient):
    sync.get("")  # blocks
    await client.get("")
""",
    "a library that gives instances of the project's class": """
from django.db import models
class Book(models.Model):
    def wait(self): time.sleep(1)
async def f(books: list[Book]):
    book = await Book.objects.aget(pk=1)
    book.wait()  # blocks
    for book in books:
        book.wait()  # blocks
    async for book in Book.objects.filter(x=1):
        book.wait()  # blocks
""",
    "names that lead to themselves": """
a = b
b = a
class Loop(Loop2): ...
class Loop2(Loop): ...
async def f(loop: Loop):
    a.fetch()
    loop.fetch()
    x = x.y
    x.fetch()
""",
    "what a function gives to a name outside of it": """
session = None
def get_session():
    global session
    if session is None:
        session = requests.Session()
    return session
def start():
    global pool
    pool = Client()
async def f():
    get_session().get("u")  # blocks
    pool.fetch()  # blocks
    client = None
    def connect():
        nonlocal client
        client = Client()
    connect()
    client.fetch()  # blocks
def end():
    global session
    session = None
""",
    "alternative constructors that say Self, and the only instance": """
from typing import Self
class Service(Client):
    only = None
    @classmethod
    def load(cls) -> Self: return cls()
    @classmethod
    async def connect(cls) -> Self: return cls()
    @classmethod
    def get(cls):
        if not cls.only:
            cls.only = Service()
        return cls.only
class Quick(Service):
    def fetch(self): ...
async def f():
    Service.load().fetch()  # blocks
    (await Service.connect()).fetch()  # blocks
    Service.get().fetch()  # blocks
    Service.only.fetch()  # blocks
    Quick.load().fetch()
""",
    "what is injected": """
from fastapi import Depends
def get_client() -> Client: ...
def get_session():
    with contextlib.closing(Client()) as client:
        yield client
async def get_later():
    return Client()
async def get_number():
    yield 3
async def f(
    a=Depends(get_client), b=Depends(get_session), c=Depends(get_later), d=Depends(get_number)
):
    a.fetch()  # blocks
    b.fetch()  # blocks
    c.fetch()  # blocks
    d.fetch()
""",
    "several at once, by stars, patterns and numbers": """
from typing import NamedTuple
class Pair(NamedTuple):
    number: int
    client: Client
    def twice(self): return 2 * self.number
async def f(clients: list[Client], pair: Pair, anything):
    first, *rest = clients
    first.fetch()  # blocks
    rest[0].fetch()  # blocks
    *others, last = clients
    last.fetch()  # blocks
    number, client = pair
    number.fetch()
    client.fetch()  # blocks
    pair[1].fetch()  # blocks
    pair[-2].fetch()
    match anything:
        case Client() as it:
            it.fetch()  # blocks
        case int() as it:
            it.fetch()
""",
    "what is nothing at first": """
async def f():
    client = None
    client = client or Client()
    client.fetch()  # blocks
    other = None
    if threading.active_count():
        other = unknown()
    other = other or Client()
    other.fetch()
""",
    "an object's class": """
class Static:
    @staticmethod
    def wait(client: Client): client.fetch()
    async def f(self):
        type(self).wait(Client())  # blocks
""",
    "what may be there, or else nothing": """
def all_() -> list[Client] | None: ...
async def f(some: list[Client] | None, by_name: dict[str, Client] | None):
    for each in some or []:
        each.fetch()  # blocks
    for _, each in (by_name or {}).items():
        each.fetch()  # blocks
    for each in all_() or ():
        each.fetch()  # blocks
    (all_() or [])[0].fetch()  # blocks
    for each in [] or ():
        each.fetch()
""",
    "an object's own class, and the object itself": """
class Made:
    def __init__(self): time.sleep(1)
    @classmethod
    def make(cls): return cls()
    def again(self): return type(self)()
    def more(self): return self.__class__()
class Itself:
    def __enter__(self): time.sleep(1)
    def __exit__(self, *exc_info): ...
    def __call__(self): time.sleep(1)
    def __iter__(self):
        time.sleep(1)
        yield
    def to_list(self): return list(self)
    def update(self):
        with self: ...
    async def f(self):
        self()  # blocks
        with self: ...  # blocks
        for _ in self: ...  # blocks
class Quick:
    def __init__(self): ...
    @classmethod
    def make(cls): return cls()
async def f(made: Made, itself: Itself):
    Made.make()  # blocks
    made.again()  # blocks
    made.more()  # blocks
    itself.to_list()  # blocks
    itself.update()  # blocks
    Quick.make()
""",
    "fields that are made by factories": """
import attrs, dataclasses, pydantic
@attrs.define
class Attrs:
    client = attrs.field(factory=Client)
    number = attrs.field(factory=int)
    def __attrs_post_init__(self): time.sleep(1)
class Model(pydantic.BaseModel):
    def model_post_init(self, context): time.sleep(1)
class Plain:
    def model_post_init(self, context): time.sleep(1)
    def __post_init__(self): time.sleep(1)
class Below(Plain): ...
@dataclasses.dataclass
class Data(Plain): ...
async def f(it: Attrs):
    it.client.fetch()  # blocks
    it.number.fetch()
    Attrs()  # blocks
    Model()  # blocks
    Plain()
    Below()
    Data()  # blocks
""",
    "what a function is passed, where it says nothing of it": """
class Quick:
    def fetch(self): ...
def load(client): client.fetch()
def through(client, times=1): return load_again(client)
def load_again(it):
    for _ in range(3):
        it.fetch()
def each(clients):
    for client in clients:
        client.fetch()
def either(client): client.fetch()
def anything(client): client.fetch()
class Repository:
    def read(self, client): client.fetch()
    @staticmethod
    def read_static(client): client.fetch()
    def passed_on(self, other): return other.read(Client())
async def f(unknown):
    load(Client())  # blocks
    load(client=Client())  # blocks
    through(Client())  # blocks
    each([Client(), Client()])  # blocks
    either(Client())  # may block
    either(Quick())  # may block
    anything(Client())
    anything(unknown)
    Repository().read(Client())  # blocks
    Repository.read_static(Client())  # blocks
    Repository().passed_on(Repository())  # blocks
""",
    "objects that libraries make of one's own classes": """
import copy, queue, weakref
import attrs, cattrs, dacite, msgspec
from dependency_injector import containers, providers
from pydantic import TypeAdapter, parse_obj_as
class Container(containers.DeclarativeContainer):
    client = providers.Singleton(Client)
async def f(x, client: Client, q: "queue.Queue[Client]"):
    attrs.evolve(client, x=1).fetch()  # blocks
    copy.replace(client, x=1).fetch()  # blocks
    cattrs.structure(x, Client).fetch()  # blocks
    cattrs.structure(x, cl=Client).harmless()
    dacite.from_dict(Client, x).fetch()  # blocks
    dacite.from_dict(data=x, data_class=Client).fetch()  # blocks
    msgspec.convert(x, type=Client).fetch()  # blocks
    msgspec.convert(x, type=unknown).fetch()
    msgspec.convert(x).fetch()
    for each in msgspec.json.decode(x, type=list[Client]):
        each.fetch()  # blocks
    msgspec.json.Decoder(type=Client).decode(x).fetch()  # blocks
    TypeAdapter(list[Client]).validate_python(x)[0].fetch()  # blocks
    parse_obj_as(Client, x).fetch()  # blocks
    Container.client().fetch()  # blocks
    Container().client().fetch()  # blocks
    Container.client.fetch()
    weakref.ref(client)().fetch()  # blocks
    weakref.ref(client).fetch()
    weakref.proxy(client).fetch()  # blocks
    q.get_nowait().fetch()  # blocks
""",
    "what a library's class gives of the one below it": """
from django.db import models
from pydantic import BaseModel
from sqlmodel import SQLModel
from typing import NamedTuple
class Base(BaseModel): ...
class Config(Base):
    client: Client
    def fetch(self): self.client.fetch()
    @classmethod
    def parse(cls, text): return cls.model_validate(text)
    @classmethod
    def read(cls, text): return super().model_validate_json(text)
class Table(SQLModel, table=True):
    def fetch(self): time.sleep(1)
class Pair(NamedTuple):
    client: Client
    def fetch(self): time.sleep(1)
class Timed(models.Model): ...
class Row(Timed):
    def fetch(self): time.sleep(1)
class Rows(models.QuerySet):
    def active(self): return self.filter(active=True)
    def fetch(self): time.sleep(1)
async def f(x, config: Config, rows: Rows):
    Config.model_validate(x).fetch()  # blocks
    Config.parse(x).client.fetch()  # blocks
    Config.read(x).fetch()  # blocks
    Base.model_validate(x).fetch()
    config.model_copy(update=x).fetch()  # blocks
    config.copy().client.fetch()  # blocks
    config.model_dump().fetch()
    Table.model_validate(x).fetch()  # blocks
    Pair._make(x).fetch()  # blocks
    Pair(x)._replace(client=x).client.fetch()  # blocks
    (await Row.objects.aget(id=x)).fetch()  # blocks
    (await Timed.objects.aget(id=x)).fetch()
    async for row in Row.objects.filter(id=x):
        row.fetch()  # blocks
    rows.active().fetch()  # blocks
    rows.filter(id=x).exclude(id=x).fetch()  # blocks
""",
    "relations of tables, and functions from tables that say nothing of themselves": """
from sqlalchemy.orm import DeclarativeBase, Mapped, relationship
class Base(DeclarativeBase): ...
class User(Base):
    posts: Mapped[list["Post"]] = relationship(back_populates="user")
    def fetch(self): time.sleep(1)
class Post(Base):
    user: Mapped["User"] = relationship(back_populates="posts")
    def fetch(self): time.sleep(1)
def slow(x): time.sleep(1)
def slower(x): time.sleep(2)
def quick(x): ...
def one(kind: str) -> Callable[[str], None]: return {"a": slow, "b": slower}[kind]
def either(kind: str) -> Callable[[str], None]: return {"a": slow, "b": quick}[kind]
async def f(user: User):
    user.posts[0].fetch()  # blocks
    for post in user.posts:
        post.user.fetch()  # blocks
        post.user.posts.fetch()
    one("a")("x")  # blocks
    handler = one("a")
    handler("x")  # blocks
    either("a")("x")  # may block
""",
    "objects that are defaults, and classes that only checkers have": """
from typing import TYPE_CHECKING
import boto3
if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from types_boto3_s3.client import S3Client as Other
    from somelib import Session
client = Client()
def sleeps(): time.sleep(1)
class Kept:
    def __init__(self, x, client=client, wait=sleeps):
        self.client = client
        self.wait = wait
    async def f(self):
        self.client.fetch()  # blocks
        self.wait()
async def g(client=client, other=None):
    client.fetch()  # blocks
    other.fetch()
class Quick:
    def fetch(self): ...
def use(client=client): client.fetch()
async def passes(x):
    use(Quick())
    use(x)
class Unset:
    def __bool__(self): return False
UNSET = Unset()
class Perhaps:
    def __init__(self, client=UNSET):
        self.client = client or Client()
    async def f(self):
        self.client.fetch()  # blocks
async def h(one: "S3Client", other: Other, unknown: "Session"):
    one.put_object(x=1)  # blocks
    other.put_object(x=1)  # blocks
    one.generate_presigned_url(x=1)
    unknown.get(x=1)
def make() -> "Session": return requests.Session()
def make_other() -> "Session": return anything()
async def i():
    make().get("u")  # blocks
    make_other().get("u")
""",
    "the mapper peewee": """
import peewee
from playhouse.sqliteq import SqliteQueueDatabase
db = SqliteQueueDatabase("x")
class Event(peewee.Model):
    def fetch(self): time.sleep(1)
async def f(x):
    event = Event.get(Event.id == x)  # blocks
    event.save()  # blocks
    event.fetch()  # blocks
    query = Event.select().where(x).left_outer_join(x).group_by(x)
    for each in query:  # blocks
        each.fetch()  # blocks
    for each in query.iterator():  # blocks
        each.delete_instance()  # blocks
    query.dicts().scalar()  # blocks
    Event.update(a=1).where(x)
    Event.update(a=1).where(x).execute()  # blocks
    Event.delete().where(x).execute()  # blocks
    db.execute_sql("x").fetchone()  # blocks
""",
    "files that are uploaded, batches, loaders of modules": """
import csv, importlib.util, itertools, multiprocessing, psutil
from fastapi import UploadFile
async def f(upload: UploadFile, file: Path, x):
    upload.file.read()  # blocks
    await upload.read()
    opened = file.open()  # blocks
    opened.flush()  # blocks
    for each in itertools.batched(csv.reader(opened), 9):  # blocks
        ...
    spec = importlib.util.spec_from_file_location("x", x)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)  # blocks
    for process in psutil.process_iter():  # blocks
        process.wait(timeout=5)  # blocks
from multiprocessing.connection import Connection
async def g(one: Connection, other: Connection):
    one.poll()
    other.poll(1)  # blocks
""",
    "a generic class by what one of it is made with": """
T = TypeVar("T")
U = TypeVar("U")
class Box(Generic[T, U]):
    def __init__(self, first: T, second: list[U] | None = None):
        self.first, self.second = first, second
    def get(self) -> T: ...
    def each(self) -> U: ...
class Full(Box[T, int]): ...
async def f(x):
    Box(Client()).get().fetch()  # blocks
    Box(Client()).first.fetch()  # blocks
    Box(Client()).each().fetch()
    Box(1, [Client()]).each().fetch()  # blocks
    Box(1, [Client()]).get().fetch()
    Box(x).get().fetch()
    Box[str, Client](Client()).get().fetch()
    Full(Client()).get().fetch()
    Box(*x, Client()).get().fetch()
""",
    "containers that make what they are asked for": """
import collections
async def f(x):
    made = collections.defaultdict(Client)
    made[x].fetch()  # blocks
    made.fetch()
""",
    "what tasks, queues and context variables hold": """
from contextvars import ContextVar
current: ContextVar[Client] = ContextVar("current")
async def make() -> Client: ...
async def number() -> int: ...
async def f(queue: asyncio.Queue[Client]):
    (await queue.get()).fetch()  # blocks
    queue.get_nowait().fetch()  # blocks
    current.get().fetch()  # blocks
    one, two = await asyncio.gather(make(), number())
    one.fetch()  # blocks
    two.fetch()
    async with asyncio.TaskGroup() as group:
        task = group.create_task(make())
    task.result().fetch()  # blocks
""",
    "what a class leaves to those below it": """
import abc
class Model:
    @classmethod
    def query(cls): time.sleep(1)
class Special(Model): ...
class Quick:
    def fetch(self): ...
class Service:
    model = None
    client = None
    @classmethod
    def query(cls): return cls.model.query()
    def run(self): return self.client.fetch()
class One(Service):
    model = Model
class Two(Service):
    model = Special
    client = Client()
class Base(abc.ABC):
    client = None
    def work(self): self.client.fetch()
class Slow(Base):
    def __init__(self, client):
        self.client = Client()
class Slower(Base):
    client = Client()
class Mixed(abc.ABC):
    client = None
    def work(self): self.client.fetch()
class MixedSlow(Mixed):
    client = Client()
class MixedQuick(Mixed):
    client = Quick()
async def f(two: Two, slow: Slow, mixed: MixedSlow):
    One.query()  # blocks
    Two.query()  # blocks
    two.run()
    slow.work()  # blocks
    mixed.work()  # may block
class Hooked:
    callback = None
    inst = None
    def run(self):
        if self.callback: self.callback()
class A(Hooked):
    def callback(self): time.sleep(1)
    def __init__(self): self.inst = Client()
class B(Hooked):
    def callback(self): time.sleep(1)
    def __init__(self): self.inst = Client()
async def g(a: A, hooked: Hooked):
    hooked.run()
    Hooked.inst.fetch()
    hooked.inst.fetch()  # blocks
""",
    "what is divided by a text is a path": """
class Store:
    def __init__(self, store, config):
        if store:
            self.path = store.path.parent / "data.json"
        else:
            self.path = Path.home() / "data.json"
        self.url = config.base_url / "data"
        self.half = config.size / 2
    async def f(self, root, name: str):
        (name / "x").exists()
        (self.config.endpoint / "a" / "b").open()
        self.path.exists()  # blocks
        self.url.exists()
        self.half.exists()
        (root / "a" / name).read_text()  # blocks
        (root / name).read_text()
        (root / f"{name}.txt").read_text()  # blocks
""",
    "what tasks come to that are gone through, or unpacked": """
async def make() -> Client: ...
async def number() -> int: ...
async def f(several: list[asyncio.Task[Client]], clients: list[Client]):
    tasks = [asyncio.create_task(make()) for _ in range(3)]
    for each in asyncio.as_completed(tasks):
        client = await each
        client.fetch()  # blocks
    done, pending = await asyncio.wait(several)
    for task in done:
        task.result().fetch()  # blocks
        (await task).fetch()  # blocks
    for client in await asyncio.gather(*tasks):
        client.fetch()  # blocks
    clients = await asyncio.gather(*[make() for _ in range(3)])
    clients[0].fetch()  # blocks
    one, two, three = await asyncio.gather(*[make(), make()], number())
    three.fetch()
    for count in await asyncio.gather(*[number() for _ in range(3)]):
        count.fetch()
    for client, other in zip(clients, range(3)):
        client.fetch()  # blocks
        other.fetch()
""",
}


def test_all_of_typing(check_marked):
    check_marked(
        PRELUDE.replace("from typing import", "from typing import *\n#")
        + """
class Entry(TypedDict):
    client: Client
T = TypeVar("T")
class Box(Generic[T]):
    item: T
def maybe() -> Optional[Client]: ...
async def f(entry: Entry, box: Box[Client]):
    entry["client"].fetch()  # blocks
    box.item.fetch()  # blocks
    maybe().fetch()  # blocks
"""
    )


@pytest.mark.parametrize("title", CASES)
def test_receivers(title, check_marked):
    check_marked(PRELUDE + CASES[title])


@pytest.mark.skipif(sys.version_info < (3, 12), reason="the interpreter's own parser reads it")
def test_type_parameters_behind_a_name(check_marked):
    check_marked(
        PRELUDE
        + """
class Box[T]:
    def __init__(self, value: T): self.value = value
    def get(self) -> T: return self.value
class Clients(Box[Client]): ...
class Bound[C: Client]:
    def first(self, client: C):
        return client
def same[V](value: V) -> V: return value
type Maybe[T] = T | None
async def f(box: Box[Client], clients: Clients, bound: Bound, other: Box[int], client: Client):
    box.get().fetch()  # blocks
    clients.get().fetch()  # blocks
    other.get().fetch()
    same(client).fetch()  # blocks
    same(3).fetch()
class Uses[C: Client]:
    async def f(self, client: C):
        client.fetch()  # blocks
"""
    )


def test_classes_that_make_each_other_with_what_they_are_made_with(check_marked):
    """Each way from one to another is gone once, however many there are (botocore's are such)."""
    names = [f"C{number}" for number in range(12)]
    made = "".join(f"        {name}(self.client)\n" for name in names)
    code = "".join(
        f"class {name}:\n    def __init__(self, client): self.client = client\n"
        f"    def go(self):\n        self.client.fetch()\n{made}"
        for name in names
    )
    check_marked(
        f"{PRELUDE}{code}async def f():\n    C0(Client())\n"
        "async def g(c: C0):\n    c.go()  # blocks\n"
    )


@pytest.mark.timeout(20)
def test_attributes_that_are_all_given_each_other(check_marked):
    """There are as many ways through them as there are orders of them."""
    either = " or ".join(f"self.k_{number}" for number in range(12))
    given = "".join(f"        self.k_{number} = {either}\n" for number in range(11))
    check_marked(
        f"{PRELUDE}class K:\n    def __init__(self):\n{given}        self.k_11 = Client()\n"
        "    async def f(self):\n        self.k_0.fetch()\n        self.k_11.fetch()  # blocks\n"
    )


@pytest.mark.timeout(20)
def test_a_name_that_is_given_itself_again_and_again(check_marked):
    """Each time is found out once: a query with many optional filters is no maze."""
    filters = "    q = q.where(a) if a else q\n" * 30
    made = "    q = Client()\n" + "    q = q or q\n" * 30
    check_marked(
        f"{PRELUDE}async def f(a):\n    q = requests.Session()\n{filters}    q.get(1)\n"
        f"async def g():\n{made}    q.fetch()  # blocks\n"
    )


def test_a_default_says_nothing_where_more_modules_call_than_are_looked_at(check_code):
    code = """
import requests

SESSION = requests.Session()

def load(session=SESSION):
    return session.get("https://example.org")

async def main():
    load()
"""
    assert [finding.code for finding in check_code(code)] == ["AC102"]
    caller = "from code import load\n\ndef use(other):\n    load(other)\n"
    many = {f"caller_{number}": caller for number in range(60)}
    assert check_code(code, **many) == []


def test_a_class_may_be_written_to_be_made_from_itself(check_code):
    code = """
import requests

class K(K):
    def __init__(self):
        self.c = requests.Session()

async def f():
    K().c.get("u")
"""
    assert [finding.code for finding in check_code(code)] == ["AC102"]


def test_what_is_deleted_is_nothing_else(check_marked):
    check_marked(
        """\
import requests
class Kept:
    def __init__(self):
        self.session = requests.Session()
    def close(self):
        del self.session
    def close_all(self):
        del (self.session, self)
    async def go(self):
        self.session.get("a") # blocks
"""
    )


def test_an_annotation_that_names_a_function_means_what_that_gives(check_marked):
    check_marked(
        """\
import boto3, weakref
class Store:
    resource: boto3.resource
    def __init__(self, client: boto3.client):
        self.resource = boto3.resource("s3")
        self.client = client
    async def go(self):
        self.resource.Bucket("a").upload_file("b", "c") # blocks
        self.client.get_object() # blocks
    def of(self) -> "boto3.client": ...
    async def several(self, all: list[boto3.client], other: weakref.ref[boto3.Session]):
        all[0].get_object() # blocks
        self.of().get_object() # blocks
        other().client("s3") # blocks
"""
    )


def test_a_cast_to_anything_says_nothing(check_marked):
    check_marked(
        """\
from typing import Any, cast
import requests
async def main():
    cast(Any, requests).get("a") # blocks
    cast("Any", requests.Session()).get("a") # blocks
    cast(int, requests).get("a")
    cast(table.c.object, requests).get("a")
"""
    )


def test_a_module_that_a_function_is_passed(check_marked):
    check_marked(
        """\
import requests
async def main():
    load(requests) # blocks
    twice(requests)
    twice(open)
def load(library):
    library.get("a")
def twice(library):
    library.get("a")
async def by_default(library=requests):
    library.get("a") # blocks
class Client:
    def __init__(self, library): self.library = library
    async def go(self):
        await self.library.get("a")
        self.library.get("a") # blocks
    @staticmethod
    async def taking(function):
        function("a")
Client(requests), Client(load)
async def handed_over():
    await Client.taking(requests.get)  # blocks
async def deep():
    import urllib.request
    opened(urllib.request) # blocks
def opened(module):
    module.urlopen("a")
"""
    )


def test_what_gives_a_name_something_new_asks_what_it_was(check_marked):
    check_marked(
        """\
import pathlib
import requests
async def read(path):
    file = open(path)  # blocks
    file = file.read()  # blocks
    return file
async def asked(session: requests.Session):
    session = session.get("a")  # blocks
    session = session.json()
async def branches(path):
    path = pathlib.Path(path)
    if path:
        path = path.read_text()  # blocks
    else:
        path = (
            path.read_text()  # blocks
        )
async def several(session: requests.Session):
    session, number = session.get("a"), 3  # blocks
async def loop(session: requests.Session):
    for session in session.get("a"):  # blocks
        pass
async def entered(session: requests.Session):
    with session.get("a") as session:  # blocks
        pass
async def walrus(session: requests.Session):
    if (session := session.get("a")):  # blocks
        session.json()
async def swapped(one: requests.Session, other: int):
    one, other = other, one
    one.get("a")
    other.get("a")  # blocks
"""
    )
