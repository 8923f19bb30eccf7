# What type checkers see: asyncio's names as they know them, and ours with today's signatures.
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
from asyncio import BoundedSemaphore as BoundedSemaphore
from asyncio import BufferedProtocol as BufferedProtocol
from asyncio import CancelledError as CancelledError
from asyncio import Condition as Condition
from asyncio import DatagramProtocol as DatagramProtocol
from asyncio import DatagramTransport as DatagramTransport
from asyncio import Event as Event
from asyncio import Future as Future
from asyncio import Handle as Handle
from asyncio import IncompleteReadError as IncompleteReadError
from asyncio import InvalidStateError as InvalidStateError
from asyncio import LifoQueue as LifoQueue
from asyncio import LimitOverrunError as LimitOverrunError
from asyncio import Lock as Lock
from asyncio import PriorityQueue as PriorityQueue
from asyncio import Protocol as Protocol
from asyncio import Queue as Queue
from asyncio import QueueEmpty as QueueEmpty
from asyncio import QueueFull as QueueFull
from asyncio import ReadTransport as ReadTransport
from asyncio import SelectorEventLoop as SelectorEventLoop
from asyncio import Semaphore as Semaphore
from asyncio import SendfileNotAvailableError as SendfileNotAvailableError
from asyncio import StreamReader as StreamReader
from asyncio import StreamReaderProtocol as StreamReaderProtocol
from asyncio import StreamWriter as StreamWriter
from asyncio import SubprocessProtocol as SubprocessProtocol
from asyncio import SubprocessTransport as SubprocessTransport
from asyncio import Task as Task
from asyncio import TimeoutError as TimeoutError
from asyncio import TimerHandle as TimerHandle
from asyncio import Transport as Transport
from asyncio import WriteTransport as WriteTransport
from asyncio import create_subprocess_exec as create_subprocess_exec
from asyncio import create_subprocess_shell as create_subprocess_shell
from asyncio import ensure_future as ensure_future
from asyncio import get_event_loop_policy as get_event_loop_policy
from asyncio import iscoroutine as iscoroutine
from asyncio import iscoroutinefunction as iscoroutinefunction
from asyncio import isfuture as isfuture
from asyncio import new_event_loop as new_event_loop
from asyncio import open_connection as open_connection
from asyncio import open_unix_connection as open_unix_connection
from asyncio import run_coroutine_threadsafe as run_coroutine_threadsafe
from asyncio import set_event_loop as set_event_loop
from asyncio import set_event_loop_policy as set_event_loop_policy
from asyncio import shield as shield
from asyncio import start_server as start_server
from asyncio import start_unix_server as start_unix_server
from asyncio import wait_for as wait_for
from asyncio import wrap_future as wrap_future

if sys.version_info >= (3, 9) and sys.version_info < (3, 14):
    from asyncio import PidfdChildWatcher as PidfdChildWatcher

if sys.version_info >= (3, 9):
    from asyncio import Server as Server

if sys.version_info >= (3, 11):
    from asyncio import Barrier as Barrier
    from asyncio import BrokenBarrierError as BrokenBarrierError
    from asyncio import Runner as Runner
    from asyncio import Timeout as Timeout
    from asyncio import timeout as timeout
    from asyncio import timeout_at as timeout_at

if sys.version_info >= (3, 12):
    from asyncio import TaskGroup as TaskGroup
    from asyncio import create_eager_task_factory as create_eager_task_factory
    from asyncio import eager_task_factory as eager_task_factory

if sys.version_info >= (3, 13):
    from asyncio import EventLoop as EventLoop
    from asyncio import QueueShutDown as QueueShutDown

if sys.version_info >= (3, 14):
    from asyncio import FrameCallGraphEntry as FrameCallGraphEntry
    from asyncio import FutureCallGraph as FutureCallGraph
    from asyncio import capture_call_graph as capture_call_graph
    from asyncio import format_call_graph as format_call_graph
    from asyncio import future_add_to_awaited_by as future_add_to_awaited_by
    from asyncio import future_discard_from_awaited_by as future_discard_from_awaited_by
    from asyncio import print_call_graph as print_call_graph

_F = TypeVar("_F", bound=Callable[..., Any])
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
