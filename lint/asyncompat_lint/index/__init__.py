"""From a module's text to its facts, by the interpreter's own parser.

The index knows one module and nothing of any other: it resolves no name. It knows Python's scoping,
for which names belong to which namespace is a fact of the module alone. The walk is in layers, each
a module here: ``state``, ``names``, ``calls``, ``asked``, ``statements``, ``scopes``.
"""

from __future__ import annotations

import ast
import re
import sys
import warnings

from msgspec.structs import replace

from asyncompat_lint import suppressions
from asyncompat_lint.facts import ModuleFacts, Statement
from asyncompat_lint.index.aliases import VERSION, write_out_versions
from asyncompat_lint.index.name_index import name_index
from asyncompat_lint.index.onces import filled_by_calls
from asyncompat_lint.index.scopes import Scopes
from asyncompat_lint.index.state import Function
from asyncompat_lint.index.waiting import awaits as _awaits
from asyncompat_lint.lazily import encoded
from asyncompat_lint.sources import SourceText, TooDeepError, UnreadableError, place_in_cell

_DEFINITIONS = (ast.AsyncFunctionDef, ast.ClassDef, ast.FunctionDef)
_CELL_MARK = re.compile(r"^# ?%%", re.MULTILINE)
# So deep it goes: no deeper than all that works with what comes out can follow.
_FRAMES = 3_500
_TOO_DEEP = "cannot be parsed: it is nested too deeply"


def _has_cells(text: str) -> bool:
    return "%%" in text and _CELL_MARK.search(text) is not None


def index_module(source: SourceText, *, is_lenient: bool = False) -> ModuleFacts:
    """Return the facts of a module; ``is_lenient`` whether its text was changed to be read.

    Raises:
        UnreadableError: the text is not Python, as far as this interpreter knows it.
    """
    indexer = _Indexer(source)
    frames = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(min(frames, _FRAMES))
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # about the code's own backslashes and comparisons
            tree = _parse(source)
        if VERSION in source.text:
            write_out_versions(tree)
        indexer.index(tree)
        return _facts(indexer, source, is_lenient=is_lenient)
    except SyntaxError as error:
        if error.msg.startswith("too many"):  # brackets, or indents, in each other
            raise TooDeepError(_TOO_DEEP) from None
        line, cell = error.lineno or 1, None
        if source.cells is not None:
            cell, line = place_in_cell(source.cells, line)
        raise UnreadableError(f"cannot be parsed: {error.msg}", line, cell) from None
    except ValueError as error:
        raise UnreadableError(f"cannot be parsed: {error}") from None
    except (RecursionError, MemoryError):
        raise TooDeepError(_TOO_DEEP) from None
    finally:
        sys.setrecursionlimit(frames)


def _parse(source: SourceText) -> ast.Module:
    if source.cells is None:
        return ast.parse(source.text)
    flags = ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT
    tree = compile(source.text, "<notebook>", "exec", flags)
    assert isinstance(tree, ast.Module)
    return tree


def _facts(indexer: _Indexer, source: SourceText, *, is_lenient: bool) -> ModuleFacts:
    names = name_index(indexer.scopes, indexer.calls, indexer.loads, indexer.puts, indexer.imported)
    names.taken = indexer.taken
    return ModuleFacts(
        encoded(indexer.scopes),
        encoded(indexer.calls),
        encoded(indexer.loads),
        encoded(indexer.guards),
        indexer.statements,
        indexer.cells_that_await,
        suppressions.are_ours(source.text),
        indexer.marks,
        names,
        indexer.mentions,
        indexer.tests,
        indexer.handlers,
        indexer.awaits_at_top,
        is_lenient,
        _has_cells(source.text),
        indexer.puts,
    )


class _Indexer(Scopes):
    def index(self, tree: ast.Module) -> None:
        self._enter("module", "<module>", 1)
        self._defined = {each.name for each in tree.body if isinstance(each, _DEFINITIONS)}
        self._body(tree.body)
        for number in filled_by_calls(self._guarded, self.scopes, self.calls):
            self.calls[number] = replace(self.calls[number], once=True)
        if self._source.cells is not None:
            self._index_cells(tree, self._source.cells)

    def _index_cells(self, tree: ast.Module, starts: tuple[int, ...]) -> None:
        for number, first in enumerate(starts):
            last = (*starts, sys.maxsize)[number + 1] - 1
            inside = [each for each in tree.body if first <= each.lineno <= last]
            if any(map(_awaits, inside)):
                self.cells_that_await.append((first, last))
                self._index_top_of_cell(inside)

    def _index_top_of_cell(self, body: list[ast.stmt]) -> None:
        """Its statements; those that share a line are one."""
        covered = 0
        for each in body:
            if not isinstance(each, Function) and each.lineno > covered:
                ends = [s.end_lineno or s.lineno for s in body if s.lineno == each.lineno]
                covered = max(ends)
                self.statements.append(Statement(each.lineno, covered))
