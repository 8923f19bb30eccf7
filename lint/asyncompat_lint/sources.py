"""From paths to source files: which files, and their text. Knows nothing of Python's grammar.

Text is decoded as Python decodes it (byte-order mark, coding comment, else UTF-8), and all its line
ends are ``\\n``, so that a line's number is the same for the parser and for the reader.
"""

from __future__ import annotations

import bisect
import codecs
import dataclasses
import fnmatch
import functools
import io
import os
import re
import tokenize
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from asyncompat_lint import notebooks

_PYTHON = ".py"
SUFFIXES = (_PYTHON, ".pyw", notebooks.SUFFIX)

# Folders that hold other people's code, or no code; a virtual environment is known by its file.
SKIPPED_FOLDERS = frozenset(
    ".direnv .eggs .git .hg .ipynb_checkpoints .mypy_cache .nox .pytest_cache .ruff_cache .svn"
    " .tox .venv .vscode __pycache__ __pypackages__ _build build dist node_modules site-packages"
    " venv".split()
)
ENVIRONMENT_FILE = "pyvenv.cfg"

_LINE_END = re.compile(r"(?<=\n)")


class NoSuchPathError(Exception):
    """A path that was asked for does not exist."""


class UnreadableError(Exception):
    """A file's text cannot be had; ``line`` is where the reason lies, of a notebook in a cell."""

    def __init__(self, message: str, line: int = 1, cell: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.cell = cell


class TooDeepError(UnreadableError):
    """A file's code is nested too deeply for any parser."""


@dataclass(frozen=True)
class SourceFile:
    """A file to be checked: where it is, how reports call it, and the folder it was found from.

    ``content`` is what it is taken to hold, whatever it does.
    """

    location: str
    path: str
    root: str
    content: bytes | None = field(default=None, repr=False)

    @functools.cached_property
    def absolute(self) -> str:
        """Where it is, wherever that is told from."""
        return os.path.abspath(self.location)

    @property
    def is_notebook(self) -> bool:
        """Whether its code stands in cells."""
        return self.location.endswith(notebooks.SUFFIX)

    def read(self) -> bytes:
        """Return the file's bytes.

        Raises:
            UnreadableError: the file cannot be opened.
        """
        if self.content is not None:
            return self.content
        try:
            with open(self.location, "rb") as file:
                return file.read()
        except OSError as error:
            raise UnreadableError(f"cannot be opened: {error.strerror}") from None


@dataclass(frozen=True)
class SourceText:
    """A text and its lines, each with its line end; of a notebook, where its cells begin.

    ``shown`` are the lines as they are written, where they had to be changed to be Python;
    ``timed`` those whose code a magic runs that cannot await; ``magics`` those of other magics;
    ``broken`` lines that are no Python, with why.
    """

    text: str
    cells: tuple[int, ...] | None = None
    shown: tuple[str, ...] | None = None
    timed: frozenset[int] = frozenset()
    magics: Mapping[int, str] = field(default_factory=dict)
    broken: tuple[tuple[int, str], ...] = ()

    @property
    def shown_lines(self) -> Sequence[str]:
        """The lines, without their ends, as they are written."""
        return self.shown or [line.rstrip("\n") for line in self.lines]

    @functools.cached_property
    def lines(self) -> list[str]:
        return [line for line in _LINE_END.split(self.text) if line]

    def line(self, number: int) -> str:
        """Return a line (from 1) without its line end, or nothing where there is none."""
        return self.lines[number - 1].rstrip("\n") if 0 < number <= len(self.lines) else ""


def read_text(file: SourceFile, raw: bytes, *, leniently: bool = False) -> SourceText:
    """Return the text of a file's bytes: its own, or that of a notebook's code.

    Parameters:
        file: where they are from.
        raw: the bytes.
        leniently: whether it is Python of today only with what is IPython's taken out, and with
            names that have become keywords written otherwise.

    Raises:
        UnreadableError: the bytes are not text, or not a notebook.
    """
    text = decode(raw)
    if not file.is_notebook:
        return _lenient(text) if leniently else SourceText(text)
    try:
        code = notebooks.code_of(text)
    except notebooks.NotANotebookError as error:
        raise UnreadableError(str(error)) from None
    return _of_code(code, tuple(code.starts))


def _of_code(code: notebooks.Code, cells: tuple[int, ...] | None) -> SourceText:
    return SourceText(
        code.text, cells, tuple(code.shown), frozenset(code.timed), code.magics, tuple(code.broken)
    )


# `asyncio.async`, which no parser takes since it is a keyword; as long as what stands for it.
_KEYWORD_AS_NAME = re.compile(r"(?<=\.)async(?=\s*\()")
STAND_IN = "asyn\u0441"


def _lenient(text: str) -> SourceText:
    changed = _KEYWORD_AS_NAME.sub(STAND_IN, text)
    code = notebooks.pasted(changed)
    shown = tuple(text.split("\n"))
    if code is None:
        return SourceText(changed, shown=shown if changed != text else None)
    return dataclasses.replace(_of_code(code, None), shown=shown)


def place_in_cell(cells: tuple[int, ...], line: int) -> tuple[int, int]:
    """Return the cell (its number from 1) that a line of a notebook's code is in, and its line."""
    number = bisect.bisect_right(cells, line)
    return number, line - cells[number - 1] + 1


def decode(raw: bytes) -> str:
    """Return the text of a Python file's bytes, with ``\\n`` for every line end.

    Raises:
        UnreadableError: the bytes are not text in the encoding that they say, or that is unknown.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(raw).readline)
        declaration = None
    except SyntaxError as error:  # the first two lines declare something that is not known
        encoding, declaration = "utf-8", str(error)
    except (LookupError, UnicodeError) as error:  # a codec that is none of text: rot13, undefined
        raise UnreadableError(f"cannot be decoded: {_no_text(raw, error)}") from None
    try:
        text = raw.decode(encoding)
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        reason = f"byte 0x{raw[error.start]:02x} is not {encoding}"
        raise UnreadableError(f"cannot be decoded: {reason}", line) from None
    except (LookupError, UnicodeError) as error:
        raise UnreadableError(f"cannot be decoded: {_no_text(raw, error)}") from None
    if b"\0" in raw:
        line = raw.count(b"\n", 0, raw.index(b"\0")) + 1
        raise UnreadableError("cannot be decoded: it holds a null byte", line)
    if declaration is not None:
        raise UnreadableError(f"cannot be decoded: {declaration}")
    decoder = io.IncrementalNewlineDecoder(None, translate=True)
    return decoder.decode(text.removeprefix(codecs.BOM_UTF8.decode()), final=True)


def _no_text(raw: bytes, error: Exception) -> str:
    declared = re.search(rb"coding[:=][ \t]*([-\w.]+)", raw)
    name = declared[1].decode("ascii", "replace") if declared else str(error)
    return f"{name} is no encoding of text"


def find_sources(paths: Iterable[str], exclude: Iterable[str] = ()) -> list[SourceFile]:
    """Return the source files that paths name: files as they are, folders with all below them.

    Each file comes once, in the order of the paths and of the names below them. Below folders, what
    a pattern in ``exclude`` matches is left out: a file's or folder's path, or its end.

    Raises:
        NoSuchPathError: one of the paths does not exist.
    """
    found: dict[str, SourceFile] = {}
    working = os.getcwd()
    for path in paths:
        if os.path.isdir(path):
            there, root = _below(path, tuple(exclude)), path
        elif os.path.exists(path):
            there, root = iter([(path, os.path.islink(path))]), os.path.dirname(path) or "."
        else:
            raise NoSuchPathError(path)
        for location, is_link in there:
            identity = os.path.realpath(location) if is_link else _identity(location, working)
            found.setdefault(identity, SourceFile(location, shown(location, working), root))
    return list(found.values())


def modules_in(folder: str) -> set[str]:
    """Return the names of all that a folder has, and that may be a module or a package."""
    return {name.removesuffix(_PYTHON) for name in importable_in(folder)}


def importable_in(folder: str) -> list[str]:
    """Return what a folder has that may be imported, with the suffixes."""
    try:
        names = os.listdir(folder)
    except OSError:
        return []
    return [name for name in names if name.removesuffix(_PYTHON).isidentifier()]


def _below(folder: str, exclude: tuple[str, ...]) -> Iterator[tuple[str, bool]]:
    """Give the files below a folder, and whether each is a link; links to folders are left out.

    And the folders that may not be looked into.
    """
    todo = [folder]
    while todo:
        parent = todo.pop()
        try:
            with os.scandir(parent) as entries:
                there = sorted(entries, key=lambda entry: entry.name)
        except PermissionError:
            yield parent, False  # which is told as a file is that cannot be read
            continue
        except OSError:
            continue  # it is gone by now
        if parent != folder and any(entry.name == ENVIRONMENT_FILE for entry in there):
            continue
        folders: list[str] = []
        for entry in there:
            if _is_excluded(parent, entry.name, exclude):
                continue
            if entry.name.endswith(SUFFIXES) and _answers(entry.is_file):
                yield os.path.join(parent, entry.name), entry.is_symlink()
            elif entry.name not in SKIPPED_FOLDERS and _is_folder(entry):
                folders.append(os.path.join(parent, entry.name))
        todo += reversed(folders)


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return _answers(entry.is_dir) and not entry.is_symlink()


def _answers(question: Callable[[], bool]) -> bool:
    """Whether the answer is yes; what leads nowhere, as a link to itself, gives none."""
    try:
        return question()
    except OSError:
        return False


def _is_excluded(parent: str, name: str, exclude: tuple[str, ...]) -> bool:
    if not exclude:
        return False
    path = os.path.join(parent, name)
    return any(matches(path, pattern) for pattern in exclude)


def matches(path: str, pattern: str) -> bool:
    """Return whether a pattern says a path, or its end, or that of a folder around it."""
    whole = os.path.abspath(path).replace(os.sep, "/")
    wanted = pattern.removeprefix("./").strip("/")
    return fnmatch.fnmatch(whole, f"*/{wanted}") or fnmatch.fnmatch(whole, f"*/{wanted}/*")


def _identity(location: str, working_folder: str) -> str:
    """The same for all ways to a file that is no link; many files are in one folder."""
    folder, name = os.path.split(location)
    return os.path.join(_real_folder(folder, working_folder), name)


@functools.lru_cache(maxsize=64)
def _real_folder(folder: str, working_folder: str) -> str:
    return os.path.realpath(os.path.join(working_folder, folder))


def shown(location: str, working_folder: str | None = None) -> str:
    """Return how reports call a file: by its way from the working folder."""
    folder, name = os.path.split(location)
    folder = _shown_folder(folder, working_folder or os.getcwd())
    return name if folder == "." else f"{folder}/{name}"


@functools.lru_cache(maxsize=64)
def _shown_folder(folder: str, working_folder: str) -> str:
    try:
        path = os.path.relpath(folder or ".", working_folder)
    except ValueError:  # another drive
        path = os.path.abspath(folder)
    return path.replace(os.sep, "/")
