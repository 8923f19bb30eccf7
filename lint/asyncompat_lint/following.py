"""The modules that are imported and were not asked for: of the project, of installed libraries.

Knows how an import finds a file below a folder. Nothing is ever imported or run, and nothing is
reported of these modules: they are read for what the others call in them.
"""

from __future__ import annotations

import functools
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from asyncompat_lint.indexing import Indexer
from asyncompat_lint.modules import Module
from asyncompat_lint.sources import SourceFile, modules_in

# A folder that modules are imported from, and how a report calls a file below it.
Folder = tuple[str, Callable[[str], str]]


@dataclass(frozen=True)
class Followed:
    """The modules that were found, and the folders where others would have been."""

    modules: list[Module]
    folders: list[str]


def follow(
    importers: Iterable[Module],
    folders: Sequence[Folder],
    is_left_out: Callable[[str], bool],
    indexer: Indexer,
) -> Followed:
    """Return the modules that are imported, straight or by others of them.

    Parameters:
        importers: the modules that are known already.
        folders: where others are looked for.
        is_left_out: whether a top-level module is none to be read.
        indexer: makes modules of files.
    """
    todo = list(importers) if folders else []
    finder = _Finder(todo, folders, is_left_out)
    found: list[Module] = []
    while todo:
        files = sorted(finder.imported_by(todo), key=lambda file: file.location)
        todo = [module for _, module in indexer.modules(files) if isinstance(module, Module)]
        found += todo
    return Followed(found, sorted(finder.looked_into))


class _Finder:
    """Finds each file once, and none of what is known."""

    def __init__(
        self,
        known: Iterable[Module],
        folders: Sequence[Folder],
        is_left_out: Callable[[str], bool],
    ) -> None:
        # What there may be in folders, by what these are.
        self._inside: dict[str, set[str]] = {}
        self._roots = [folder for folder, _ in folders]
        self._is_left_out = is_left_out
        self._folders = folders
        self._by_name: dict[str, list[Folder]] = defaultdict(list)
        for folder, shown in folders:
            for name in modules_in(folder):
                self._by_name[name].append((folder, shown))
        # The places of modules and packages, and whether there can be others in them.
        self._places = {module.place: module.place == module.folder for module in known}
        self._asked: set[str] = set()
        # Modules that hold no others: what is imported from them is in their files.
        self._leaves: set[str] = set()

    @property
    def looked_into(self) -> set[str]:
        """The folders in which something was looked for."""
        return {*self._roots, *self._inside}

    def imported_by(self, importers: Iterable[Module]) -> Iterator[SourceFile]:
        """Give the files of what modules import, and of the packages around it."""
        for module in importers:
            base = module.folder
            for target in module.facts.names.imports:
                is_relative = target[0] == "."
                asked = f"{base}{os.sep}{target}" if is_relative else target
                if asked not in self._asked and asked.rpartition(".")[0] not in self._leaves:
                    self._asked.add(asked)
                    if is_relative:
                        yield from self._relative(target.removesuffix("*"), base, asked)
                    else:
                        yield from self._absolute(target)

    def _absolute(self, target: str) -> Iterator[SourceFile]:
        whole = target.removesuffix(".*")
        module = whole.rpartition(".")[0]
        top = whole.partition(".")[0]
        if top not in self._by_name or self._is_foreign(top):
            return
        for root, shown in self._by_name[top]:
            yield from self._along(root, whole.split("."), root, shown)
        if module and not any(self._places.get(place, True) for place in self._places_of(module)):
            self._leaves.add(module)

    def _places_of(self, name: str) -> Iterator[str]:
        parts = name.split(".")
        return (os.path.join(root, *parts) for root, _ in self._by_name[parts[0]])

    def _is_foreign(self, top: str) -> bool:
        return top in sys.stdlib_module_names or self._is_left_out(top)

    def _relative(self, target: str, base: str, asked: str) -> Iterator[SourceFile]:
        names = target.lstrip(".")
        for _ in range(len(target) - len(names) - 1):
            base = os.path.dirname(base)
        for root, shown in self._folders:
            if f"{base}{os.sep}".startswith(os.path.join(root, "")):
                yield from self._at(base, root, shown)
                parts = [name for name in names.split(".") if name]
                yield from self._along(base, parts, root, shown)
                if len(parts) > 1 and not self._places.get(os.path.join(base, *parts[:-1]), True):
                    self._leaves.add(asked.rpartition(".")[0])
                return

    def _along(
        self, place: str, names: Sequence[str], root: str, shown: Callable[[str], str]
    ) -> Iterator[SourceFile]:
        """The files on the way into a folder; the last names may be no modules."""
        for name in names:
            place = os.path.join(place, name)
            yield from self._at(place, root, shown)
            if not self._places[place]:
                return

    def _at(self, place: str, root: str, shown: Callable[[str], str]) -> Iterator[SourceFile]:
        if place in self._places:
            return
        folder, name = os.path.split(place)
        if folder not in self._inside:
            self._inside[folder] = modules_in(folder)
        # Mostly it is something in a package. A folder that is no module may still be around one.
        if name.isidentifier() and name not in self._inside[folder]:
            self._places[place] = False
            return
        self._places[place] = os.path.isdir(place)
        if self._places[place]:
            self._inside.setdefault(place, modules_in(place))  # it may become a package
        for location in (os.path.join(place, "__init__.py"), f"{place}.py"):
            if os.path.isfile(location):
                yield SourceFile(location, shown(location), root)
                return


def below(folder: str) -> Folder:
    """Return a folder whose files are called by their way from there."""
    return folder, functools.partial(os.path.relpath, start=folder)
