"""The project's modules, and how they import each other: by name, and by place.

Knows files and names. What a module's names mean is the program's.
"""

from __future__ import annotations

import functools
import itertools
import os
import sys
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from asyncompat_lint.facts import ModuleFacts
from asyncompat_lint.sources import SourceFile, SourceText, read_text

# Before the name of a module that others cannot import by it, for it is a standard module's.
_OWN = "project:"


@dataclass(frozen=True)
class Before:
    """What stands for a content from which others tell a module's new one by some names only.

    ``moved`` has the scopes' new numbers by those that they had then.
    """

    digest: bytes
    names: frozenset[str]
    moved: dict[int, int]


@dataclass(frozen=True)
class Module:
    """A module of the project: its file, its facts, and what stands for the file's content.

    The facts are there as they are kept, too: names stand there as they are.
    """

    file: SourceFile
    facts: ModuleFacts
    digest: bytes = b""
    kept_facts: bytes = b""
    before: Before | None = None

    @functools.cached_property
    def place(self) -> str:
        """Where it is: its file without the suffix, a package's its folder."""
        return self.folder if self._stem == "__init__" else os.path.join(self.folder, self._stem)

    @functools.cached_property
    def folder(self) -> str:
        """The folder that its file is in."""
        return os.path.dirname(self.file.absolute)

    @functools.cached_property
    def imported(self) -> frozenset[str]:
        """The top-level modules that it imports anywhere."""
        return frozenset([target.partition(".")[0] for target in self.facts.names.imports])

    @property
    def _stem(self) -> str:
        return os.path.splitext(os.path.basename(self.file.location))[0]

    def source(self) -> SourceText:
        """Read the module's text.

        Raises:
            UnreadableError: the file is not what it was.
        """
        return read_text(self.file, self.file.read(), leniently=self.facts.is_lenient)


class Modules:
    """All modules of the project, each with a qualified name, and a key that is its own.

    ``is_foreign`` tells the top-level names that mean something outside of the project: a script
    called ``queue.py`` or ``requests.py`` is not what the others import by that name, but for those
    that are run from the same folder. A library that imports its own modules by its name is itself.
    Modules are imported from ``roots``, besides where they are
    seen to be. ``others`` of the project, that were not asked for, and ``installed`` libraries are
    looked into, and not told of.
    """

    def __init__(
        self,
        modules: Iterable[Module],
        is_foreign: Callable[[str], bool],
        roots: Iterable[str] = (),
        others: Iterable[Module] = (),
        installed: Iterable[Module] = (),
    ) -> None:
        self.own = list(modules)
        self._installed = {module.file.location for module in installed}
        self.all = [*self.own, *others, *installed]
        roots = {os.path.abspath(root) for root in roots}
        roots_around: dict[str, list[str]] = {}
        self._own_locations = {module.file.location for module in self.own}
        # By the places of modules.
        self._names: dict[str, str] = {}
        self._keys: dict[str, str] = {}
        # Several of a name are in different parts of a tree.
        self._by_name: dict[str, list[Module]] = defaultdict(list)
        self._by_place: dict[str, Module] = {}
        # By their files.
        self.by_location = {module.file.location: module for module in self.all}
        # Of names that are imported, which many modules do: where they lead.
        self._found: dict[str, tuple[Module | None, list[str]]] = {}
        # Of those that lead elsewhere from each folder.
        self._found_from: dict[tuple[str, str], tuple[Module | None, list[str]]] = {}
        # By the folders that scripts are run from: what is there under a name from outside.
        self._shadowing: dict[tuple[str, str], Module] = {}
        self._all_names: dict[str, list[str]] = {}
        importables: list[tuple[Module, list[str]]] = []
        for module in self.all:
            self._by_place.setdefault(module.place, module)
            if module.folder not in roots_around:
                roots_around[module.folder] = list(
                    filter(roots.__contains__, _around(module.folder))
                )
            found = _importable_names(module, roots_around[module.folder])
            importables.append((module, list(found)))
        themselves = _import_themselves(importables, is_foreign)

        def is_others(top: str) -> bool:
            return top not in themselves and is_foreign(top)

        self._is_foreign = is_others
        for module, its_names in importables:
            for importable in its_names:
                top = importable.partition(".")[0]
                foreign = top in sys.stdlib_module_names or is_others(top)
                name = f"{_OWN}{importable}" if foreign else importable
                self._by_name[name].append(module)
                self._all_names.setdefault(module.place, []).append(name)
                if foreign and top not in sys.builtin_module_names and _is_script(module):
                    self._shadowing[module.folder, top] = module
        # All that a name may begin with, from wherever it is imported.
        self._parts = {part for name in self._by_name for part in name.split(".")}
        # Also below a folder that no name can have, as that of one of several projects.
        for module in {module.folder: module for module in self.all}.values():
            _, root = importable_from(module)
            parts = module.folder[len(root) :].strip(os.sep).split(os.sep)
            if module.folder.startswith(root) and not all(map(str.isidentifier, parts)):
                self._parts.update(filter(str.isidentifier, parts))
        for module in self.all:
            key = f"{_OWN}{module.place}"
            its = self._all_names.setdefault(module.place, [key])
            self._names[module.place] = its[0]
            self._keys[module.place] = next((n for n in its if len(self._by_name[n]) == 1), key)
            if self._keys[module.place] == key:
                self._by_name[key] = [module]

    @functools.cached_property
    def aliases(self) -> dict[str, set[str]]:
        """By a name: the others under which some module has the same thing."""
        return _collected(module.facts.names.aliases for module in self.all)

    @functools.cached_property
    def subclasses(self) -> dict[str, set[str]]:
        """By a class's name: those of the classes that are made from it."""
        return _collected(module.facts.names.subclasses for module in self.all)

    @functools.cached_property
    def inside(self) -> dict[str, dict[str, Module]]:
        """By the place of a package: the modules and packages that are straight in it, by name."""
        found: dict[str, dict[str, Module]] = defaultdict(dict)
        for module in self.all:
            folder, name = os.path.split(module.place)
            found[folder][name] = module
        return found

    def name(self, module: Module) -> str:
        """Return the module's qualified name, as others import it."""
        return self._names[module.place]

    def key(self, module: Module) -> str:
        """Return a name that leads to this module, wherever it is looked up."""
        return self._keys[module.place]

    def identity(self, module: Module) -> tuple[object, ...]:
        """Return what tells it apart besides its content: where it is, its names, whose it is."""
        location = module.file.location
        names = self._all_names[module.place]
        return location, names, self.key(module), self.is_own(module), self.is_installed(location)

    def at(self, location: str) -> Module:
        """Return the module of a file."""
        return self.by_location[location]

    def is_own(self, module: Module | None) -> bool:
        """Return whether a module is one that was asked for, and is told of."""
        return module is not None and module.file.location in self._own_locations

    def is_installed(self, location: str) -> bool:
        """Return whether a file is one of an installed library."""
        return location in self._installed

    def find(self, name: str, importer: Module) -> tuple[Module | None, list[str]]:
        """Return the module that a qualified name leads into, and the names that are left.

        Of several with a name it is the one that is nearest to who imports it.
        """
        if self._shadowing:
            top, *others = name.split(".")
            module = self._shadowing.get((importer.folder, top))
            if module is not None and module is not importer:
                return module, others
        found = self._found.get(name) or self._found_from.get((name, importer.folder))
        if found is None:
            modules, rest = self._find(name)
            if len(modules) > 1:
                nearest = max(modules, key=lambda each: _in_common(each, importer))
                found = self._found_from[name, importer.folder] = nearest, rest
            elif not modules and self._may_be_beside(name):
                found = self._find_beside(name, importer)
                self._found_from[name, importer.folder] = found
            else:
                found = self._found[name] = next(iter(modules), None), rest
        if found[0] is importer and found[1]:
            return self._in_namesake(name, found[1][0], importer) or found
        return found

    def namesake(self, package: Module) -> Module | None:
        """Return what is in a package under the package's own name."""
        if package.place != package.folder:
            return None
        return self.inside.get(package.place, {}).get(os.path.basename(package.place))

    def _in_namesake(
        self, name: str, attribute: str, package: Module
    ) -> tuple[Module, list[str]] | None:
        """What a package imports by its own name, if it has that from another one of this name."""
        inner = self.namesake(package)
        bindings = package.facts.scopes[0].bindings.get(attribute, ())
        if inner is None or any(e.kind != "imported" or e.target != name for e in bindings):
            return None
        module, rest = self._find_beside(name, package)
        if module is None or module is package:
            return None
        has_it = not rest or rest[0] in module.facts.scopes[0].bindings
        return (module, rest) if has_it else None

    def package_of(self, module: Module) -> tuple[Module | None, str]:
        """Return the package that a module is in, if it has a file, and the module's name there."""
        folder, name = os.path.split(module.place)
        return self._by_place.get(folder), name

    def _may_be_beside(self, name: str) -> bool:
        top = name.partition(".")[0]
        return (
            top in self._parts and top not in sys.stdlib_module_names and not self._is_foreign(top)
        )

    def _find_beside(self, name: str, importer: Module) -> tuple[Module | None, list[str]]:
        """The same for a folder that nothing shows to be one that modules are imported from."""
        parts = name.split(".")
        for folder in _around(importer.folder):
            for length in range(len(parts), 0, -1):
                module = self._by_place.get(os.path.join(folder, *parts[:length]))
                if module is not None:
                    return module, parts[length:]
        return None, parts

    def _find(self, name: str) -> tuple[list[Module], list[str]]:
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            modules = self._by_name.get(".".join(parts[:length]))
            if modules:
                return modules, parts[length:]
        return [], parts

    def find_relative(self, target: str, importer: Module) -> tuple[Module | None, list[str]]:
        """Return the same for a relative import's target: a dot for each level, then names."""
        names = target.lstrip(".")
        folder = importer.folder
        for _ in range(len(target) - len(names) - 1):
            folder = os.path.dirname(folder)
        parts = names.split(".")
        for length in range(len(parts), -1, -1):
            module = self._by_place.get(os.sep.join([folder, *parts[:length]]))
            if module is not None:
                return module, parts[length:]
        return None, parts


def _collected(several: Iterable[list[tuple[str, str]]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for pairs in several:
        for key, value in pairs:
            values = found.get(key)
            if values is None:
                found[key] = {value}
            else:
                values.add(value)
    return found


def _in_common(module: Module, other: Module) -> int:
    """How many folders of the way to two modules are the same."""
    pairs = zip(module.folder.split(os.sep), other.folder.split(os.sep), strict=False)
    return sum(1 for _ in itertools.takewhile(lambda pair: pair[0] == pair[1], pairs))


def _is_script(module: Module) -> bool:
    """Whether a module is in a folder that is no package, so that it is the first to be found."""
    return _above_packages(module.folder) == module.folder == os.path.dirname(module.place)


def _importable_names(module: Module, roots: Iterable[str]) -> Iterator[str]:
    """Give the names by which a module is imported: from its package's root, and from others."""
    place = module.place
    for folder in dict.fromkeys([*importable_from(module), *roots]):
        if place.startswith(folder if folder.endswith(os.sep) else f"{folder}{os.sep}"):
            parts = place[len(folder) :].strip(os.sep).split(os.sep)
            if all(part.isidentifier() for part in parts):
                yield ".".join(parts)


def _import_themselves(
    importables: Iterable[tuple[Module, list[str]]], is_foreign: Callable[[str], bool]
) -> set[str]:
    """The packages that have a name from outside and import their own modules by that.

    So does a library that is checked itself.
    """
    names: dict[str, set[str]] = defaultdict(set)
    modules: dict[str, list[Module]] = defaultdict(list)
    for module, importable in importables:
        for name in importable:
            top = name.partition(".")[0]
            if is_foreign(top) and _is_at_top(module, name):
                names[top].add(name)
                modules[top].append(module)
    return {
        top
        for top, those in modules.items()
        for module in those
        for target in module.facts.names.imports
        if target.startswith(f"{top}.")
        and not names[top].isdisjoint({target, target.rpartition(".")[0]} - {top})
    }


def _is_at_top(module: Module, name: str) -> bool:
    """Whether a module's package is where that of a whole project is, and not a part of another."""
    found_from = _absolute(module.file.root, os.getcwd())
    above = os.path.dirname(found_from)
    folders = [os.path.join(each, *more) for each in (found_from, above) for more in ((), ("src",))]
    return module.place in {os.path.join(each, *name.split(".")) for each in folders}


def _around(folder: str) -> Iterator[str]:
    """Give a folder, and those around it."""
    above = os.path.dirname(folder)
    while above != folder:
        yield folder
        folder, above = above, os.path.dirname(above)
    yield folder


def importable_from(module: Module) -> tuple[str, str]:
    """Return the folders that a module is seen to be imported from: the one above its packages,
    and the one that it was found from.
    """
    return _above_packages(os.path.dirname(module.place)), _absolute(module.file.root, os.getcwd())


@functools.cache
def _absolute(folder: str, working_folder: str) -> str:
    return os.path.normpath(os.path.join(working_folder, folder))


@functools.cache
def _above_packages(folder: str) -> str:
    """The first folder, from this one upwards, that is no package."""
    parent = os.path.dirname(folder)
    if parent == folder or not os.path.exists(os.path.join(folder, "__init__.py")):
        return folder
    return _above_packages(parent)
