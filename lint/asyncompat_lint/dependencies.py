"""What a module depends on: the modules that it imports, and what stands for all that they tell it.

What is found out of a module holds as long as its state is the same. Where no import leads to who
tells something, it counts only if somebody asked: else nearly all modules of a large program would
depend on each other. Knows how imports are resolved, and nothing of what is found out.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator

import msgspec

from asyncompat_lint import cache as caches
from asyncompat_lint import components
from asyncompat_lint.callers import Callers
from asyncompat_lint.interface import passed_at
from asyncompat_lint.modules import Module, Modules
from asyncompat_lint.shared import given_by

# Stands, before a function's name, for what so many modules pass to it that nobody asks.
_MANY = b"\0many:"
# So many names of one module are looked for in all others: all their facts are gone through.
_MOST_NAMES = 8


class Imports(msgspec.Struct):
    """Which modules import which, by their numbers, each kept with the digest of its content.

    And with what stands for what it tells others, which is not its content: that may tell the same
    as another one. It holds for the same ``files``, which stands for what they are and what they
    are imported as.
    ``passed`` is what stands for what a module's calls pass, by what they call.
    """

    files: bytes = b""
    modules: dict[str, tuple[bytes, bytes, list[int]]] = {}
    passed: dict[str, dict[str, bytes]] = {}


def imports_of(modules: Modules, before: Imports) -> tuple[Imports, bool]:
    """Return which modules import which, with what is known from before, and whether any is new."""
    files = caches.digest(repr(list(map(modules.identity, modules.all))).encode())
    known = before.modules if files == before.files else {}
    numbers = {module.file.location: number for number, module in enumerate(modules.all)}
    found: dict[str, tuple[bytes, bytes, list[int]]] = {}
    passed: dict[str, dict[str, bytes]] = {}
    is_new = False
    for module in modules.all:
        location = module.file.location
        digest, told, others = known.get(location, (b"", b"", []))
        if digest == module.digest:
            passed[location] = before.passed.get(location, {})
        else:
            others = [numbers[other] for other in _imports(module, modules)]
            if _is_told(module, digest, modules):
                # With what it was: it may be again what it was before it told the same as now.
                told = caches.digest(told + module.digest)
            is_new = True
        found[location] = module.digest, told, others
    return Imports(files, found, passed), is_new


def moved_since(modules: Modules, before: Imports) -> dict[str, dict[int, int]]:
    """Return the scopes of modules that have other numbers than they had, by those."""
    return {
        module.file.location: module.before.moved
        for module in modules.all
        if module.before is not None
        and module.before.moved
        and before.modules.get(module.file.location, (b"",))[0] == module.before.digest
    }


def _is_told(module: Module, digest: bytes, modules: Modules) -> bool:
    """Whether other modules may tell that one is not any more what a digest stands for."""
    before = module.before
    if before is None or before.digest != digest or len(before.names) > _MOST_NAMES:
        return True
    return any(  # one may be a part of another word
        name.encode() in other.kept_facts
        for name in before.names
        for other in modules.all
        if other is not module
    )


def states(
    modules: Modules,
    imports: Imports,
    callers: Callers,
    asked: Collection[tuple[str, str]],
    common: bytes,
) -> Iterator[tuple[str, bytes]]:
    """Give for each module what stands for it and for all that is told to it, and for ``common``.

    A module is told by those that call its functions, too, what these are passed, by those that
    make classes from its own, and by those that put something into what they share, or that are in
    a package which it was given: if it has been ``asked``, as ``Names`` has it.

    Modules that import each other stand and fall together.
    """
    imported = [others for _, _, others in imports.modules.values()]
    # With where it is: two modules that change places are not as they were.
    told = [
        location.encode(errors="surrogateescape") + its
        for location, (_, its, _) in imports.modules.items()
    ]
    numbers = {module.file.location: number for number, module in enumerate(modules.all)}
    for number, module in enumerate(modules.all):
        for name in module.facts.names.untold:
            if (module.file.location, name) not in asked:
                continue
            its = callers.of(name)
            if its is None:
                told[number] += _MANY + name.encode(errors="surrogateescape")
            for caller, called, calls in its or ():
                passed = imports.passed.setdefault(caller.file.location, {})
                if called not in passed:
                    passed[called] = passed_at(caller.facts, calls)
                told[number] += passed[called]
                imported[number] = [*imported[number], numbers[caller.file.location]]
    for number, heirs in _made_with_mixins(modules, asked):
        imported[number] = [*imported[number], *sorted({each for each, _ in heirs})]
        told[number] += repr(heirs).encode(errors="surrogateescape")
    for number, others in given_by(modules.all, asked):
        imported[number] = [*imported[number], *others]
    for asking, other in asked:
        if asking in numbers and other in numbers:
            imported[numbers[asking]] = [*imported[numbers[asking]], numbers[other]]
    found = components.digests(imported, told, common)
    for number, module in enumerate(modules.all):
        yield module.file.location, caches.digest(module.digest + found[number])


def _made_with_mixins(
    modules: Modules, asked: Collection[tuple[str, str]]
) -> Iterator[tuple[int, list[tuple[int, str]]]]:
    """Give the modules with mixins that were asked about, and the classes that are made with them.

    The modules of these tell the former. By names only, and also by those of the classes between.
    """
    below, aliases = modules.subclasses, modules.aliases
    makers: dict[str, list[tuple[int, str]]] = defaultdict(list)
    for number, module in enumerate(modules.all):
        for base, name in module.facts.names.subclasses:
            makers[base].append((number, name))
    for number, module in enumerate(modules.all):
        mixins = module.facts.names.mixins
        todo = [name for name in mixins if (module.file.location, name) in asked]
        found: set[str] = set()
        while todo:
            name = todo.pop()
            if name not in found:
                found.add(name)
                todo += below.get(name, ())
                todo += aliases.get(name, ())
        heirs = {each for name in found for each in makers.get(name, ())}
        if heirs:
            yield number, sorted(heirs)


def _imports(module: Module, modules: Modules) -> list[str]:
    """The project's modules that a module imports, or can reach by what it imports."""
    found: dict[str, Module] = {}
    for target in module.facts.names.imports:
        name = target.removesuffix("*")
        if name.startswith("."):
            other, rest = modules.find_relative(name.rstrip(".") or name, module)
        else:
            other, rest = modules.find(name.rstrip("."), module)
        if other is not None:
            found[other.file.location] = other
            # A package may mean what is in it under its own name.
            namesake = modules.namesake(other) if other is module else None
            if namesake is not None:
                found[namesake.file.location] = namesake
            # It may have something else by the module's name.
            package, _ = modules.package_of(other) if not rest else (None, "")
            if package is not None:
                found[package.file.location] = package
    # `package.two.function()` needs no import of it where somebody else has imported it.
    todo, read = list(found.values()), module.facts.names.read.keys()
    while todo:
        inside = modules.inside.get(todo.pop().place, {})
        for name in sorted(inside.keys() & read):
            other = inside[name]
            if other.file.location not in found:
                found[other.file.location] = other
                todo.append(other)
    return list(found)
