"""The rules, one a module. A new one is a module here and a line in ``RULES``."""

from __future__ import annotations

from asyncompat_lint.rules.await_holding_lock import AwaitHoldingLock
from asyncompat_lint.rules.base import Rule
from asyncompat_lint.rules.blocking_client import BlockingClient
from asyncompat_lint.rules.blocking_cpu import BlockingCpu
from asyncompat_lint.rules.blocking_database import BlockingDatabase
from asyncompat_lint.rules.blocking_file import BlockingFile
from asyncompat_lint.rules.blocking_file_metadata import BlockingFileMetadata
from asyncompat_lint.rules.blocking_http import BlockingHttp
from asyncompat_lint.rules.blocking_import import BlockingImport
from asyncompat_lint.rules.blocking_input import BlockingInput
from asyncompat_lint.rules.blocking_sleep import BlockingSleep
from asyncompat_lint.rules.blocking_socket import BlockingSocket
from asyncompat_lint.rules.blocking_subprocess import BlockingSubprocess
from asyncompat_lint.rules.blocking_wait import BlockingWait
from asyncompat_lint.rules.cancellation_swallowed import CancellationSwallowed
from asyncompat_lint.rules.changed_meaning import ChangedMeaning
from asyncompat_lint.rules.coroutine_not_awaited import CoroutineNotAwaited
from asyncompat_lint.rules.deprecated_api import DeprecatedApi
from asyncompat_lint.rules.nested_loop_run import NestedLoopRun
from asyncompat_lint.rules.patched_loop import PatchedLoop
from asyncompat_lint.rules.polling_loop import PollingLoop
from asyncompat_lint.rules.removed_api import RemovedApi
from asyncompat_lint.rules.run_in_cell import RunInCell
from asyncompat_lint.rules.run_until_complete_in_cell import RunUntilCompleteInCell
from asyncompat_lint.rules.sequential_awaits import SequentialAwaits
from asyncompat_lint.rules.task_not_kept import TaskNotKept
from asyncompat_lint.rules.time_await import TimeAwait
from asyncompat_lint.rules.too_new_api import TooNewApi
from asyncompat_lint.rules.too_new_parameter import TooNewParameter
from asyncompat_lint.rules.top_level_await import TopLevelAwait
from asyncompat_lint.rules.wait_of_coroutines import WaitOfCoroutines

RULES: tuple[type[Rule], ...] = (
    BlockingSleep,
    BlockingHttp,
    BlockingSubprocess,
    BlockingFile,
    BlockingFileMetadata,
    BlockingSocket,
    BlockingDatabase,
    BlockingWait,
    BlockingInput,
    BlockingCpu,
    BlockingClient,
    NestedLoopRun,
    BlockingImport,
    CoroutineNotAwaited,
    TaskNotKept,
    WaitOfCoroutines,
    CancellationSwallowed,
    AwaitHoldingLock,
    PollingLoop,
    SequentialAwaits,
    TooNewApi,
    RemovedApi,
    DeprecatedApi,
    TooNewParameter,
    ChangedMeaning,
    PatchedLoop,
    RunInCell,
    RunUntilCompleteInCell,
    TimeAwait,
    TopLevelAwait,
)
