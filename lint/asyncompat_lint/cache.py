"""What a run leaves for the next: facts by content, and the findings, for when nothing changed.

Knows how things are kept and when they are out of date, and nothing of what they mean. A cache that
is missing, damaged or written by another version is an empty one; one that cannot be written is
done without.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import sys
import tempfile
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import msgspec

from asyncompat_lint.findings import Finding
from asyncompat_lint.sources import SourceFile, importable_in

DEFAULT_FOLDER = ".asyncompat_cache"
# So files are called that are being written, and nobody writes one for so many seconds.
_BEGUN = "begun-"
_LONG_AGO = 600

_Kept = TypeVar("_Kept")


class State(msgspec.Struct, frozen=True, array_like=True):
    """How a file looked: while this is the same, its content is taken to be.

    ``changed`` is the time that cannot be set: who unpacks an archive sets the other. Of a folder
    what it holds that may be a module, and not when anything came there.
    """

    modified: int
    size: int
    changed: int = 0
    names: tuple[str, ...] = ()


class Entry(msgspec.Struct, frozen=True, array_like=True):
    """A file's facts, encoded, or why there are none and the line where the reason lies."""

    state: State | None
    digest: bytes
    facts: bytes
    error: str = ""
    line: int = 0
    cell: int | None = None


class _KeptFacts(msgspec.Struct):
    version: str
    entries: dict[str, Entry] = {}


class _KeptFindings(msgspec.Struct):
    version: str
    key: bytes
    findings: list[Finding] = []
    others: dict[str, State | None] = {}


class _KeptVisits(msgspec.Struct):
    version: str
    findings: dict[str, list[Finding]] = {}


class _KeptTargets(msgspec.Struct):
    version: str
    targets: bytes


class Cache:
    """A folder of kept facts and findings; without a folder, nothing is kept."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._version = _version()

    def facts(self, name: str) -> dict[str, Entry]:
        """Return what is kept under a name of each file, by its absolute path."""
        kept = self._read(name, _KeptFacts)
        return kept.entries if kept is not None and kept.version == self._version else {}

    def keep_facts(self, entries: dict[str, Entry], name: str) -> None:
        self._write(name, _KeptFacts(self._version, entries))

    @property
    def is_kept(self) -> bool:
        """Whether there is a folder to keep anything in."""
        return self._folder is not None

    @property
    def is_on_disk(self) -> bool:
        """Whether other processes may write to it."""
        return True

    def targets(self, kind: type[_Kept]) -> _Kept:
        """Return what call sites were found to run, as ``keep_targets`` was given it."""
        kept = self._read("targets", _KeptTargets)
        if kept is None or kept.version != self._version:
            return kind()
        try:
            return msgspec.msgpack.decode(kept.targets, type=kind)
        except msgspec.MsgspecError:
            return kind()

    def keep_targets(self, targets: object) -> None:
        with contextlib.suppress(UnicodeEncodeError):  # as in _write
            kept = _KeptTargets(self._version, msgspec.msgpack.encode(targets))
            self._write("targets", kept)

    def visits(self) -> dict[str, list[Finding]]:
        """Return what was found in modules, by what stands for them and all that counted."""
        kept = self._read("visits", _KeptVisits)
        return kept.findings if kept is not None and kept.version == self._version else {}

    def keep_visits(self, findings: dict[str, list[Finding]]) -> None:
        self._write("visits", _KeptVisits(self._version, findings))

    def findings(self, key: bytes) -> list[Finding] | None:
        """Return the findings of the last run, if it had the same key, and other files are too."""
        kept = self._read("findings", _KeptFindings)
        if kept is None or (kept.version, kept.key) != (self._version, key):
            return None
        if any(_state(location) != before for location, before in kept.others.items()):
            return None
        return kept.findings

    def keep_findings(self, key: bytes, findings: list[Finding], others: Iterable[str]) -> None:
        """Keep findings; ``others`` are files that they depend on besides those of the key."""
        states = {location: _state(location) for location in others}
        self._write("findings", _KeptFindings(self._version, key, findings, states))

    def _read(self, name: str, kind: type[_Kept]) -> _Kept | None:
        try:
            return msgspec.msgpack.decode(self._load(name), type=kind)
        except (OSError, msgspec.MsgspecError):
            return None

    def _write(self, name: str, kept: object) -> None:
        if self.is_kept:
            # A file's name may be no text.
            with contextlib.suppress(OSError, UnicodeEncodeError):
                self._store(name, msgspec.msgpack.encode(kept))

    def _load(self, name: str) -> bytes:
        return b"" if self._folder is None else (self._folder / name).read_bytes()

    def _store(self, name: str, kept: bytes) -> None:
        assert self._folder is not None
        if not self._folder.exists():
            self._folder.mkdir(parents=True)
            (self._folder / ".gitignore").write_text("*\n")
        self._clear()
        with tempfile.NamedTemporaryFile(dir=self._folder, prefix=_BEGUN, delete=False) as file:
            file.write(kept)
        os.replace(file.name, self._folder / name)

    def _clear(self) -> None:
        """Take away what runs have left that were ended while they wrote."""
        assert self._folder is not None
        for begun in self._folder.glob(f"{_BEGUN}*"):
            with contextlib.suppress(OSError):  # that was somebody else's, and is done
                if time.time() - begun.stat().st_mtime > _LONG_AGO:
                    begun.unlink()


class MemoryCache(Cache):
    """The same for as long as it lives: mending checks again and again."""

    def __init__(self) -> None:
        super().__init__(None)
        self._kept: dict[str, bytes] = {}

    @property
    def is_kept(self) -> bool:
        return True

    @property
    def is_on_disk(self) -> bool:
        return False

    def _load(self, name: str) -> bytes:
        return self._kept.get(name, b"")

    def _store(self, name: str, kept: bytes) -> None:
        self._kept[name] = kept


def state(file: SourceFile) -> State | None:
    """Return how a file looks now, or None where that cannot be told."""
    if file.content is not None:
        return None
    return _state(file.location)


def is_still(location: str, before: State | None) -> bool:
    """Return whether a file looks as it did."""
    return before is not None and _state(location) == before


def _state(location: str) -> State | None:
    try:
        status = os.stat(location)
        if stat.S_ISDIR(status.st_mode):
            return State(0, 0, 0, tuple(sorted(importable_in(location))))
    except OSError:
        return None
    return State(status.st_mtime_ns, status.st_size, status.st_ctime_ns)


def digest(raw: bytes) -> bytes:
    """Return what stands for a content."""
    return hashlib.blake2b(raw, digest_size=16).digest()


def key(files: Sequence[SourceFile], states: Sequence[State | None], *more: object) -> bytes | None:
    """Return what stands for all files as they look, how they were asked for, and more."""
    if None in states:
        return None
    looks = [
        (file.location, file.path, file.root, its) for file, its in zip(files, states, strict=True)
    ]
    return digest(repr((os.getcwd(), looks, more)).encode())


def _version() -> str:
    """The linter's own files, and the Python whose parser makes the facts."""
    package = Path(__file__).parent
    files = sorted([*package.rglob("*.py"), *package.rglob("*.toml")])
    states = [(file.name, os.stat(file).st_mtime_ns, os.stat(file).st_size) for file in files]
    return digest(repr((sys.version, states)).encode()).hex()
