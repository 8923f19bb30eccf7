# What type checkers see: asyncio's names as they know them, and ours with today's signatures.
import asyncio
import sys
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
from types import FrameType
from typing import (
    Any,
    AsyncGenerator,
    AsyncIterable,
    AsyncIterator,
    Awaitable,
    Callable,
    Coroutine,
    Generator,
    Generic,
    Iterable,
    Iterator,
    Literal,
    NamedTuple,
    Sequence,
    TextIO,
    TypeVar,
    overload,
)

from typing_extensions import ParamSpec, Self, TypeIs

if sys.version_info < (3, 11):
    from asyncio import coroutine as coroutine

if sys.version_info < (3, 14):
    from asyncio import AbstractChildWatcher as AbstractChildWatcher
    from asyncio import AbstractEventLoopPolicy as AbstractEventLoopPolicy
    from asyncio import DefaultEventLoopPolicy as DefaultEventLoopPolicy
    from asyncio import FastChildWatcher as FastChildWatcher
    from asyncio import MultiLoopChildWatcher as MultiLoopChildWatcher
    from asyncio import SafeChildWatcher as SafeChildWatcher
    from asyncio import ThreadedChildWatcher as ThreadedChildWatcher
    from asyncio import get_child_watcher as get_child_watcher
    from asyncio import set_child_watcher as set_child_watcher

from asyncio import ALL_COMPLETED as ALL_COMPLETED
from asyncio import FIRST_COMPLETED as FIRST_COMPLETED
from asyncio import FIRST_EXCEPTION as FIRST_EXCEPTION
from asyncio import AbstractEventLoop as AbstractEventLoop
from asyncio import AbstractServer as AbstractServer
from asyncio import BaseEventLoop as BaseEventLoop
from asyncio import BaseProtocol as BaseProtocol
from asyncio import BaseTransport as BaseTransport
from asyncio import BufferedProtocol as BufferedProtocol
from asyncio import CancelledError as CancelledError
from asyncio import DatagramProtocol as DatagramProtocol
from asyncio import DatagramTransport as DatagramTransport
from asyncio import Future as Future
from asyncio import Handle as Handle
from asyncio import IncompleteReadError as IncompleteReadError
from asyncio import InvalidStateError as InvalidStateError
from asyncio import LimitOverrunError as LimitOverrunError
from asyncio import Protocol as Protocol
from asyncio import QueueEmpty as QueueEmpty
from asyncio import QueueFull as QueueFull
from asyncio import ReadTransport as ReadTransport
from asyncio import SelectorEventLoop as SelectorEventLoop
from asyncio import StreamReader as StreamReader
from asyncio import StreamReaderProtocol as StreamReaderProtocol
from asyncio import StreamWriter as StreamWriter
from asyncio import SubprocessProtocol as SubprocessProtocol
from asyncio import SubprocessTransport as SubprocessTransport
from asyncio import TimeoutError as TimeoutError
from asyncio import TimerHandle as TimerHandle
from asyncio import Transport as Transport
from asyncio import WriteTransport as WriteTransport
from asyncio import create_subprocess_exec as create_subprocess_exec
from asyncio import create_subprocess_shell as create_subprocess_shell
from asyncio import ensure_future as ensure_future
from asyncio import get_event_loop_policy as get_event_loop_policy
from asyncio import isfuture as isfuture
from asyncio import new_event_loop as new_event_loop
from asyncio import open_connection as open_connection
from asyncio import open_unix_connection as open_unix_connection
from asyncio import run_coroutine_threadsafe as run_coroutine_threadsafe
from asyncio import set_event_loop as set_event_loop
from asyncio import set_event_loop_policy as set_event_loop_policy
from asyncio import start_server as start_server
from asyncio import start_unix_server as start_unix_server
from asyncio import wrap_future as wrap_future
from asyncio.base_events import Server as Server

if sys.version_info >= (3, 9) and sys.version_info < (3, 14):
    from asyncio import PidfdChildWatcher as PidfdChildWatcher

_E = TypeVar("_E", bound=BaseException)
_E_co = TypeVar("_E_co", bound=BaseException, covariant=True)
_F = TypeVar("_F", bound=Callable[..., Any])
_T = TypeVar("_T")
_T1 = TypeVar("_T1")
_T2 = TypeVar("_T2")
_T3 = TypeVar("_T3")
_P = ParamSpec("_P")

__version__: str

if sys.version_info >= (3, 11):
    from asyncio import Barrier as Barrier
    from asyncio import BrokenBarrierError as BrokenBarrierError
    from asyncio import Event as Event
    from builtins import BaseExceptionGroup as BaseExceptionGroup
    from builtins import ExceptionGroup as ExceptionGroup
else:
    class Barrier:
        def __init__(self, parties: int) -> None: ...
        @property
        def parties(self) -> int: ...
        @property
        def n_waiting(self) -> int: ...
        @property
        def broken(self) -> bool: ...
        async def __aenter__(self) -> int: ...
        async def __aexit__(
            self, kind: type[BaseException] | None, error: BaseException | None, tb: object
        ) -> None: ...
        async def wait(self) -> int: ...
        async def reset(self) -> None: ...
        async def abort(self) -> None: ...

    class BrokenBarrierError(RuntimeError): ...

    class Event:
        def __init__(self) -> None: ...
        def is_set(self) -> bool: ...
        def set(self) -> None: ...
        def clear(self) -> None: ...
        async def wait(self) -> Literal[True]: ...

    class BaseExceptionGroup(BaseException, Generic[_E_co]):
        def __init__(self, message: str, exceptions: Sequence[_E_co]) -> None: ...
        @property
        def message(self) -> str: ...
        @property
        def exceptions(self) -> tuple[_E_co | BaseExceptionGroup[_E_co], ...]: ...
        def derive(self, excs: Sequence[_E]) -> BaseExceptionGroup[_E]: ...
        def subgroup(
            self, condition: type[_E] | tuple[type[_E], ...] | Callable[[Any], bool]
        ) -> BaseExceptionGroup[_E] | None: ...
        def split(
            self, condition: type[_E] | tuple[type[_E], ...] | Callable[[Any], bool]
        ) -> tuple[BaseExceptionGroup[_E] | None, BaseExceptionGroup[_E_co] | None]: ...

    class ExceptionGroup(BaseExceptionGroup[_E_co], Exception): ...  # noqa: N818

if sys.version_info >= (3, 12):
    from asyncio import Task as Task
else:
    class Task(asyncio.Task[_T]):
        def __init__(
            self,
            coro: Generator[Any, None, _T] | Coroutine[Any, Any, _T],
            *,
            loop: AbstractEventLoop | None = None,
            name: object | None = None,
            context: Context | None = None,
            eager_start: bool = False,
        ) -> None: ...
        def cancelling(self) -> int: ...
        def uncancel(self) -> int: ...
        def get_context(self) -> Context: ...

if sys.version_info >= (3, 13):
    from asyncio import BoundedSemaphore as BoundedSemaphore
    from asyncio import Condition as Condition
    from asyncio import EventLoop as EventLoop
    from asyncio import LifoQueue as LifoQueue
    from asyncio import Lock as Lock
    from asyncio import PriorityQueue as PriorityQueue
    from asyncio import Queue as Queue
    from asyncio import QueueShutDown as QueueShutDown
    from asyncio import Semaphore as Semaphore
    from asyncio import Timeout as Timeout
    from asyncio import timeout as timeout
    from asyncio import timeout_at as timeout_at
    from asyncio import wait_for as wait_for
else:
    class _Acquirable:
        async def __aenter__(self) -> None: ...
        async def __aexit__(
            self, kind: type[BaseException] | None, error: BaseException | None, tb: object
        ) -> None: ...
        def locked(self) -> bool: ...
        async def acquire(self) -> Literal[True]: ...
        def release(self) -> None: ...

    class Lock(_Acquirable): ...

    class Condition(_Acquirable):
        def __init__(self, lock: Lock | None = None) -> None: ...
        async def wait(self) -> Literal[True]: ...
        async def wait_for(self, predicate: Callable[[], _T]) -> _T: ...
        def notify(self, n: int = 1) -> None: ...
        def notify_all(self) -> None: ...

    class Semaphore(_Acquirable):
        def __init__(self, value: int = 1) -> None: ...

    class BoundedSemaphore(Semaphore): ...
    class QueueShutDown(Exception): ...  # noqa: N818

    class Queue(Generic[_T]):
        def __init__(self, maxsize: int = 0) -> None: ...
        @property
        def maxsize(self) -> int: ...
        def qsize(self) -> int: ...
        def empty(self) -> bool: ...
        def full(self) -> bool: ...
        async def put(self, item: _T) -> None: ...
        def put_nowait(self, item: _T) -> None: ...
        async def get(self) -> _T: ...
        def get_nowait(self) -> _T: ...
        def task_done(self) -> None: ...
        async def join(self) -> None: ...
        def shutdown(self, immediate: bool = False) -> None: ...

    class PriorityQueue(Queue[_T]): ...
    class LifoQueue(Queue[_T]): ...

    class Timeout:
        def __init__(self, when: float | None) -> None: ...
        def when(self) -> float | None: ...
        def reschedule(self, when: float | None) -> None: ...
        def expired(self) -> bool: ...
        async def __aenter__(self) -> Self: ...
        async def __aexit__(
            self, kind: type[BaseException] | None, error: BaseException | None, tb: object
        ) -> bool | None: ...

    EventLoop = SelectorEventLoop
    def timeout(delay: float | None) -> Timeout: ...
    def timeout_at(when: float | None) -> Timeout: ...
    async def wait_for(fut: Awaitable[_T], timeout: float | None) -> _T: ...

if sys.version_info >= (3, 14):
    from asyncio import FrameCallGraphEntry as FrameCallGraphEntry
    from asyncio import FutureCallGraph as FutureCallGraph
    from asyncio import capture_call_graph as capture_call_graph
    from asyncio import format_call_graph as format_call_graph
    from asyncio import future_add_to_awaited_by as future_add_to_awaited_by
    from asyncio import future_discard_from_awaited_by as future_discard_from_awaited_by
    from asyncio import print_call_graph as print_call_graph
else:
    class FrameCallGraphEntry(NamedTuple):
        frame: FrameType

    class FutureCallGraph(NamedTuple):
        future: Future[Any]
        call_stack: tuple[FrameCallGraphEntry, ...]
        awaited_by: tuple[FutureCallGraph, ...]

    def capture_call_graph(
        future: Future[Any] | None = None, /, *, depth: int = 1, limit: int | None = None
    ) -> FutureCallGraph | None: ...
    def format_call_graph(
        future: Future[Any] | None = None, /, *, depth: int = 1, limit: int | None = None
    ) -> str: ...
    def future_add_to_awaited_by(fut: Future[Any], waiter: Future[Any], /) -> None: ...
    def future_discard_from_awaited_by(fut: Future[Any], waiter: Future[Any], /) -> None: ...
    def print_call_graph(
        future: Future[Any] | None = None,
        /,
        *,
        file: TextIO | None = None,
        depth: int = 1,
        limit: int | None = None,
    ) -> None: ...

if sys.version_info >= (3, 15):
    from asyncio import TaskGroup as TaskGroup
else:
    class TaskGroup:
        async def __aenter__(self) -> Self: ...
        async def __aexit__(
            self, kind: type[BaseException] | None, error: BaseException | None, tb: object
        ) -> bool | None: ...
        def cancel(self) -> None: ...
        def create_task(
            self,
            coro: Generator[Any, None, _T] | Coroutine[Any, Any, _T],
            *,
            name: object | None = None,
            context: Context | None = None,
            eager_start: bool | None = None,
            **kwargs: Any,
        ) -> Task[_T]: ...

class Runner:
    def __init__(
        self,
        *,
        debug: bool | None = None,
        loop_factory: Callable[[], AbstractEventLoop] | None = None,
        nested: bool | None = None,
    ) -> None: ...
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: object
    ) -> None: ...
    def close(self) -> None: ...
    def get_loop(self) -> AbstractEventLoop: ...
    def run(self, coro: Awaitable[_T], *, context: Context | None = None) -> _T: ...

class SendfileNotAvailableError(RuntimeError): ...

class _AsCompleted(Generic[_T], Iterator[Coroutine[Any, Any, _T]], AsyncIterator[Future[_T]]):
    def __iter__(self) -> _AsCompleted[_T]: ...
    def __next__(self) -> Coroutine[Any, Any, _T]: ...
    def __aiter__(self) -> _AsCompleted[_T]: ...
    async def __anext__(self) -> Future[_T]: ...

def all_tasks(loop: AbstractEventLoop | None = None) -> set[asyncio.Task[Any]]: ...
def as_completed(
    fs: Iterable[Awaitable[_T]], *, timeout: float | None = None
) -> _AsCompleted[_T]: ...
def create_task(
    coro: Generator[Any, None, _T] | Coroutine[Any, Any, _T],
    *,
    name: object | None = None,
    context: Context | None = None,
    eager_start: bool | None = None,
    **kwargs: Any,
) -> Task[_T]: ...
def cancelling(task: asyncio.Task[Any]) -> int: ...
def concurrent_map(
    function: Callable[[_T1], Awaitable[_T2]],
    iterable: Iterable[_T1] | AsyncIterable[_T1],
    *,
    limit: int,
) -> AsyncGenerator[_T2, None]: ...
def create_eager_task_factory(
    custom_task_constructor: Callable[..., Future[Any]],
) -> Callable[..., Any]: ...
def current_task(loop: AbstractEventLoop | None = None) -> asyncio.Task[Any] | None: ...
def eager_task_factory(
    loop: AbstractEventLoop, coro: Generator[Any, None, _T] | Coroutine[Any, Any, _T], **kwargs: Any
) -> Task[_T]: ...
@overload
def gather(  # type: ignore[overload-overlap]  # pyright: ignore[reportOverlappingOverload]
    first: Awaitable[_T1], /, *, return_exceptions: Literal[False] = False
) -> Future[tuple[_T1]]: ...
@overload
def gather(  # type: ignore[overload-overlap]
    first: Awaitable[_T1], second: Awaitable[_T2], /, *, return_exceptions: Literal[False] = False
) -> Future[tuple[_T1, _T2]]: ...
@overload
def gather(  # type: ignore[overload-overlap]
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
def iscoroutine(obj: object) -> TypeIs[Coroutine[Any, Any, Any]]: ...
def iscoroutinefunction(func: object) -> bool: ...
def run(
    main: Awaitable[_T],
    *,
    debug: bool | None = None,
    loop_factory: Callable[[], AbstractEventLoop] | None = None,
    nested: bool | None = None,
) -> _T: ...

class _Patch:
    def __enter__(self) -> Self: ...
    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, tb: object
    ) -> None: ...
    def undo(self) -> None: ...

def patch_asyncio() -> _Patch: ...
def load_ipython_extension(shell: Any) -> None: ...
def unload_ipython_extension(shell: Any) -> None: ...
def where(*, file: TextIO | None = None) -> None: ...
@overload
async def sleep(delay: float) -> None: ...
@overload
async def sleep(delay: float, result: _T) -> _T: ...
@overload
def shield(arg: Future[_T]) -> Future[_T]: ...
@overload
def shield(arg: Awaitable[_T]) -> Future[_T]: ...
def task_context(task: asyncio.Task[Any]) -> Context | None: ...
def task_name(task: asyncio.Task[Any]) -> str: ...
def uncancel(task: asyncio.Task[Any]) -> int: ...
def blocking(function: _F) -> _F: ...
def nonblocking(function: _F) -> _F: ...
async def to_thread(func: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T: ...
@overload
async def wait(
    fs: Iterable[Task[_T]], *, timeout: float | None = None, return_when: str = ...
) -> tuple[set[Task[_T]], set[Task[_T]]]: ...
@overload
async def wait(
    fs: Iterable[Awaitable[_T]], *, timeout: float | None = None, return_when: str = ...
) -> tuple[set[Future[_T]], set[Future[_T]]]: ...
