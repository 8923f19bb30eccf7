"""Whether the functions that the settings name are there, as far as that can be known.

Of the project's modules it is known what they have. Of the standard library this interpreter is
asked, and another one may have more: there only what is nearly right is wrong. What other libraries
have, and modules that are not among those that are looked at, is not asked.
"""

from __future__ import annotations

import difflib
import os
import sys
from collections.abc import Iterable, Iterator

from asyncompat_lint.config import ConfigError
from asyncompat_lint.facts import Scope
from asyncompat_lint.modules import Module, Modules
from asyncompat_lint.nearest import nearest

# So much alike has a name to be one that is there to be taken for it.
_ALMOST = 0.8


def check_names(modules: Modules, names: Iterable[str], told_in: str) -> None:
    """Raise ConfigError for the first of some qualified names that a module does not have.

    They are told in a file of settings.
    """
    for name in names:
        if name.partition(".")[0] in sys.stdlib_module_names:
            _check_standard(name, told_in)
        for importer in modules.own[:1]:
            module, rest = modules.find(name.removesuffix(".*"), importer)
            if module is not None and not modules.is_installed(module.file.location):
                for missing, there in _missing(module, rest):
                    prefix = name.removesuffix(".*").removesuffix(".".join(rest))
                    known = sorted(f"{prefix}{each}" for each in there)
                    problem = f"{told_in}: {name!r}: {module.file.path} has no {missing!r}"
                    raise ConfigError(f"{problem}{nearest(name, known) if known else ''}")


def _check_standard(name: str, told_in: str) -> None:
    """Raise ConfigError if the standard library has not this, but something almost like it."""
    names = name.removesuffix(".*").split(".")
    for number in range(1, len(names)):
        owner = _standard(names[:number])
        if owner is None or names[number] in dir(owner):
            continue
        near = difflib.get_close_matches(names[number], dir(owner), 1, _ALMOST)
        if near:
            path = ".".join(names[:number])
            problem = f"{told_in}: {name!r}: {path} has no {names[number]!r}"
            raise ConfigError(f"{problem}; did you mean {f'{path}.{near[0]}'!r}?")
        return


def _standard(names: list[str]) -> object:
    """What the standard library has by a dotted name; None if it has nothing.

    Only of what this process has already: an import might find a file of the project.
    """
    there: object = None
    for number in range(len(names)):
        module = sys.modules.get(".".join(names[: number + 1]))
        there = module or getattr(there, names[number], None)
    return there


def _missing(module: Module, names: list[str]) -> Iterator[tuple[str, list[str]]]:
    """Give the name that is not there, and the dotted ones that are in its place."""
    scopes = module.facts.scopes
    owner, path = scopes[0], ""
    for name in names:
        if _may_have(owner, name) or (not path and _is_beside(module, name)):
            return
        binding = next((each for each in owner.bindings.get(name, ())), None)
        if binding is None and name not in owner.attributes:
            yield f"{path}{name}", [f"{path}{each}" for each in owner.bindings]
            return
        if binding is None or binding.kind != "defined":
            return  # what it is, is told elsewhere
        owner, path = scopes[binding.scope], f"{path}{name}."


def _may_have(owner: Scope, name: str) -> bool:
    """Whether a module or class may have a name that does not stand in it."""
    if not {"*", "__getattr__"}.isdisjoint(owner.bindings):
        return True
    return owner.kind == "class" and bool(owner.bases) and name not in owner.bindings


def _is_beside(module: Module, name: str) -> bool:
    """Whether a package has a module of this name, that need not be among those looked at."""
    place = os.path.join(module.folder, name)
    return os.path.exists(place) or os.path.exists(f"{place}.py")
