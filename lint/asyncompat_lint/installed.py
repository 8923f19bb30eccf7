"""Installed libraries: the modules that a project imports, and those that these import.

Knows where an environment keeps its libraries, and how an import finds a file there. Nothing in
them is ever imported or run, and nothing is reported of them.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from asyncompat_lint.cache import Cache
from asyncompat_lint.indexing import Indexer
from asyncompat_lint.modules import Module
from asyncompat_lint.sources import SourceFile

_ENVIRONMENTS = (".venv", "venv", "env")


class NoEnvironmentError(Exception):
    """There is no environment with installed libraries where one was expected."""


def site_packages(environment: str | None) -> tuple[str, ...]:
    """Return the folders of an environment's libraries.

    Parameters:
        environment: its folder, or one of libraries; by default the active one, or the one beside
            the code.

    Raises:
        NoEnvironmentError: there is none.
    """
    if environment is None:
        environment = os.environ.get("VIRTUAL_ENV") or next(
            filter(os.path.isdir, _ENVIRONMENTS), None
        )
    if environment is None:
        raise NoEnvironmentError(
            "no virtual environment is active, and none is here; name one: --follow-installed=DIR"
        )
    root = Path(environment)
    found = sorted([*root.glob("lib*/python3*/site-packages"), *root.glob("[Ll]ib/site-packages")])
    if not found and root.is_dir() and root.name in ("site-packages", "dist-packages"):
        found = [root]
    if not found:
        raise NoEnvironmentError(f"there are no installed libraries in {environment!r}")
    return tuple(dict.fromkeys(str(each.resolve()) for each in found))


def modules(
    importers: Iterable[Module],
    folders: tuple[str, ...],
    is_known: Callable[[str], bool],
    cache: Cache,
) -> list[Module]:
    """Return the installed modules that are imported, straight or by others of them.

    Parameters:
        importers: the project's modules.
        folders: where libraries are installed.
        is_known: whether the knowledge base speaks of a top-level module; then it is not read.
        cache: what is known of the libraries from before.
    """
    if not folders:
        return []
    indexer = Indexer(cache, "installed")
    seen: set[str] = set()
    found: list[Module] = []
    todo = list(importers)
    while todo:
        files: dict[str, SourceFile] = {}
        for module in todo:
            for target in _imports(module, folders):
                if not is_known(target.partition(".")[0]):
                    files.update((file.location, file) for file in _files(target, folders))
        new = [file for location, file in sorted(files.items()) if location not in seen]
        seen.update(file.location for file in new)
        todo = [module for _, module in indexer.modules(new) if isinstance(module, Module)]
        found += todo
    indexer.keep()
    return found


def _imports(module: Module, folders: tuple[str, ...]) -> Iterator[str]:
    for scope in module.facts.scopes:
        for bindings in scope.bindings.values():
            for binding in bindings:
                if binding.kind == "imported":
                    target = binding.target
                    if target.startswith("."):
                        target = _absolute(target, module, folders)
                    if target and target.partition(".")[0] not in sys.stdlib_module_names:
                        yield target.removesuffix(".*")


def _absolute(target: str, module: Module, folders: tuple[str, ...]) -> str:
    """A relative import's name; nothing for one of the project's own."""
    if module.file.root not in folders:
        return ""
    names = target.lstrip(".")
    folder = Path(module.file.location).parent
    for _ in range(len(target) - len(names) - 1):
        folder = folder.parent
    try:
        package = folder.relative_to(module.file.root)
    except ValueError:
        return ""
    return ".".join([*package.parts, *filter(None, names.split("."))])


def _files(target: str, folders: tuple[str, ...]) -> Iterator[SourceFile]:
    """The files of a module and of the packages around it; its last names may be no modules."""
    parts = target.split(".")
    for root in folders:
        for length in range(1, len(parts) + 1):
            place = os.path.join(root, *parts[:length])
            for location in (os.path.join(place, "__init__.py"), f"{place}.py"):
                if os.path.isfile(location):
                    yield SourceFile(location, os.path.relpath(location, root), root)
