# What type checkers see: asyncio's names as they know them, and ours with today's signatures.
from asyncio import *
from asyncio import AbstractEventLoop, Future, Task
from asyncio import base_events as base_events
from asyncio import coroutines as coroutines
from asyncio import events as events
from asyncio import exceptions as exceptions
from asyncio import futures as futures
from asyncio import locks as locks
from asyncio import queues as queues
from asyncio import streams as streams
from asyncio import subprocess as subprocess
from asyncio import tasks as tasks
from asyncio import transports as transports
from contextvars import Context
from typing import (
    Any,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Generic,
    Iterable,
    Iterator,
    Literal,
    TypeVar,
    overload,
)

from typing_extensions import ParamSpec

_T = TypeVar("_T")
_T1 = TypeVar("_T1")
_T2 = TypeVar("_T2")
_T3 = TypeVar("_T3")
_P = ParamSpec("_P")

__version__: str

class _AsCompleted(Generic[_T], Iterator[Coroutine[Any, Any, _T]], AsyncIterator[Future[_T]]):
    def __iter__(self) -> _AsCompleted[_T]: ...
    def __next__(self) -> Coroutine[Any, Any, _T]: ...
    def __aiter__(self) -> _AsCompleted[_T]: ...
    async def __anext__(self) -> Future[_T]: ...

def all_tasks(loop: AbstractEventLoop | None = None) -> set[Task[Any]]: ...
def as_completed(
    fs: Iterable[Awaitable[_T]], *, timeout: float | None = None
) -> _AsCompleted[_T]: ...
def create_task(
    coro: Generator[Any, None, _T] | Coroutine[Any, Any, _T],
    *,
    name: object | None = None,
    context: Context | None = None,
) -> Task[_T]: ...
def current_task(loop: AbstractEventLoop | None = None) -> Task[Any] | None: ...
@overload
def gather(
    first: Awaitable[_T1], /, *, return_exceptions: Literal[False] = False
) -> Future[tuple[_T1]]: ...
@overload
def gather(
    first: Awaitable[_T1], second: Awaitable[_T2], /, *, return_exceptions: Literal[False] = False
) -> Future[tuple[_T1, _T2]]: ...
@overload
def gather(
    first: Awaitable[_T1],
    second: Awaitable[_T2],
    third: Awaitable[_T3],
    /,
    *,
    return_exceptions: Literal[False] = False,
) -> Future[tuple[_T1, _T2, _T3]]: ...
@overload
def gather(
    *coros_or_futures: Awaitable[_T], return_exceptions: Literal[False] = False
) -> Future[list[_T]]: ...
@overload
def gather(
    *coros_or_futures: Awaitable[_T], return_exceptions: bool
) -> Future[list[_T | BaseException]]: ...
def get_event_loop() -> AbstractEventLoop: ...
def get_running_loop() -> AbstractEventLoop: ...
def run(
    main: Awaitable[_T],
    *,
    debug: bool | None = None,
    loop_factory: Callable[[], AbstractEventLoop] | None = None,
) -> _T: ...
@overload
async def sleep(delay: float) -> None: ...
@overload
async def sleep(delay: float, result: _T) -> _T: ...
def task_name(task: Task[Any]) -> str: ...
async def to_thread(func: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T: ...
@overload
async def wait(
    fs: Iterable[Task[_T]], *, timeout: float | None = None, return_when: str = ...
) -> tuple[set[Task[_T]], set[Task[_T]]]: ...
@overload
async def wait(
    fs: Iterable[Awaitable[_T]], *, timeout: float | None = None, return_when: str = ...
) -> tuple[set[Future[_T]], set[Future[_T]]]: ...
