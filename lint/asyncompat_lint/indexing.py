"""Files to modules: read, indexed, and remembered; several processes share it where it pays.

Knows the cache and the index, and nothing of what is done with the facts.
"""

from __future__ import annotations

import functools
import gc
import os
import subprocess
import sys
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor

import msgspec

from asyncompat_lint import cache as caches
from asyncompat_lint import differences, forked
from asyncompat_lint.cache import Cache, Entry, State
from asyncompat_lint.facts import ModuleFacts
from asyncompat_lint.index import index_module
from asyncompat_lint.modules import Before, Module
from asyncompat_lint.sources import SourceFile, SourceText, TooDeepError, UnreadableError, read_text

# Below this many files a second process costs more than it brings.
WORTH_A_PROCESS = 200
_BATCH = 50
# Of so many files it is asked whether they are of a newer Python, which takes a while.
_MOST_QUESTIONS = 50
# Of more that have changed it is not asked whether others can tell: hardly any are as they were.
_MOST_COMPARED = 200
# One file in so many has to be new before all facts are written again, and not only the new ones.
_WORTH_WRITING = 500
# What facts are kept as: the project's own, and those of libraries.
OWN, INSTALLED = "facts", "installed"


class Indexer:
    """Makes modules of files, with what is kept of their kind; ``keep`` puts it back there."""

    def __init__(self, cache: Cache, kind: str = OWN) -> None:
        self._cache = cache
        self._kind = kind
        # What was written when all was, and what has been new since then.
        self._all = cache.facts(kind)
        self._news = cache.facts(_news(kind))
        self._kept = {**self._all, **self._news}
        self._entries: dict[str, Entry] = {}
        self._decoder = msgspec.msgpack.Decoder(ModuleFacts)

    def modules(
        self, files: Sequence[SourceFile], states: Sequence[State | None] | None = None
    ) -> Iterator[tuple[SourceFile, Module | UnreadableError]]:
        """Give each file's module, or why there is none, in the order of the files.

        ``states`` are how they look, where that is known.
        """
        if states is None:
            states = list(map(caches.state, files))
        kept = list(map(self._still_kept, files, states))
        todo = [file for file, entry in zip(files, kept, strict=True) if entry is None]
        all_kept = (*self._all.values(), *self._news.values()) if todo else ()
        known = {entry.digest: entry for entry in all_kept}  # a file may be as it was before
        # Other processes find out what is new: this one has something to do meanwhile.
        news = _index_all(todo, known)
        is_compared = len(todo) <= _MOST_COMPARED
        for file, still in zip(files, kept, strict=True):
            entry = still
            if entry is None:
                entry = next(news)
            self._entries[file.absolute] = entry
            if entry.error:
                yield file, UnreadableError(entry.error, entry.line, entry.cell)
            else:
                facts = self._decoder.decode(entry.facts)
                is_new = is_compared and still is None
                before = self._before(file.absolute, entry) if is_new else None
                yield file, Module(file, facts, entry.digest, entry.facts, before)
        news.close()

    def _still_kept(self, file: SourceFile, state: State | None) -> Entry | None:
        """What is kept of a file that is as it was."""
        entry = self._kept.get(file.absolute)
        if entry is None or entry.state is None or entry.state != state:
            return None
        return entry

    def _before(self, path: str, new: Entry) -> Before | None:
        """Return what a file was, if others can tell only by names that it has changed."""
        old = self._kept.get(path)
        if old is None or not old.facts:
            return None
        its = differences.between(*(self._decoder.decode(each.facts) for each in (old, new)))
        if its is None or any(
            each in old.facts and each in new.facts for each in map(str.encode, its.names)
        ):
            return None
        return Before(old.digest, its.names, its.moved)

    def keep(self) -> None:
        """Keep what was asked for, and of the rest what still is as it was.

        Where little of it is new that is kept beside the rest: to write it all would take longer
        than to make it.
        """
        rest = {path: entry for path, entry in self._kept.items() if path not in self._entries}
        kept = {path: entry for path, entry in rest.items() if caches.is_still(path, entry.state)}
        entries = {**kept, **self._entries}
        news = {path: each for path, each in entries.items() if each is not self._all.get(path)}
        if (len(news) + len(rest) - len(kept)) * _WORTH_WRITING > len(entries):
            self._cache.keep_facts(entries, self._kind)
            news = {}
        if news.keys() != self._news.keys() or any(news[at] is not self._news[at] for at in news):
            self._cache.keep_facts(news, _news(self._kind))


def _news(kind: str) -> str:
    return f"{kind}-new"


def _index_all(files: list[SourceFile], known: dict[bytes, Entry]) -> Generator[Entry, None, None]:
    if len(files) < WORTH_A_PROCESS or (os.cpu_count() or 1) < 2:
        for file in files:
            yield _index(file, known)
        return
    batches = [files[start : start + _BATCH] for start in range(0, len(files), _BATCH)]
    with ProcessPoolExecutor(mp_context=forked.context()) as pool:
        for entries in pool.map(_index_batch, batches):
            yield from entries


def _index_batch(files: list[SourceFile]) -> list[Entry]:
    gc.disable()  # syntax trees have no cycles
    return [_index(file, {}) for file in files]


def _index(file: SourceFile, known: dict[bytes, Entry]) -> Entry:
    state = caches.state(file)  # before it is read: a change meanwhile is seen the next time
    digest = b""
    try:
        raw = file.read()
        digest = caches.digest(raw)
        if digest in known:
            old = known[digest]
            return msgspec.structs.replace(old, state=state)
        facts = _facts(file, raw)
    except UnreadableError as error:
        return Entry(state, digest, b"", str(error), error.line, error.cell)
    return Entry(state, digest, msgspec.msgpack.encode(facts))


def _facts(file: SourceFile, raw: bytes) -> ModuleFacts:
    source = read_text(file, raw)
    try:
        return index_module(source)
    except TooDeepError:
        raise
    except UnreadableError as error:
        lenient = read_text(file, raw, leniently=True)
        if not file.is_notebook and lenient.text != source.text:
            return index_module(lenient, is_lenient=True)
        if _is_newer(source):
            version = "{}.{}".format(*sys.version_info)
            message = f"{error}: it needs a newer Python than {version}; run asyncompat on that"
            raise UnreadableError(message, error.line, error.cell) from None
        raise


_PARSE = "import sys, libcst; libcst.parse_module(sys.stdin.buffer.read())"


@functools.cache
def _questions() -> Iterator[int]:
    return iter(range(_MOST_QUESTIONS))


def _is_newer(source: SourceText) -> bool:
    """Whether what this interpreter cannot parse is good Python of a newer one: libcst knows it.

    It is asked in a process of its own, for what is nested too deeply ends the process.
    """
    if next(_questions(), None) is None:
        return False  # a whole tree of Python 2
    command = [sys.executable, "-c", _PARSE]
    text = source.text.encode(errors="replace")
    return subprocess.run(command, check=False, input=text, capture_output=True).returncode == 0
