"""What the object of a site was made with: by which calls, of what size, and whether in memory.

A layer below the program, of inference. Knows how an object was made, and not what its methods do.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from asyncompat_lint.expressions import Attribute, Called, Constant, Expr, Name, last_names
from asyncompat_lint.facts import CallSite
from asyncompat_lint.modules import Module
from asyncompat_lint.names import Use
from asyncompat_lint.validators import Validators
from asyncompat_lint.values import Instance, Place, Reference

# Files in memory, and what can be opened from a file. So many steps are gone back from one.
_IN_MEMORY = frozenset({"io.BytesIO", "io.StringIO", "tempfile.SpooledTemporaryFile"})
_MEMORY = Constant(":memory:")  # a database there
_OPENED = frozenset(
    "io.BufferedIOBase io.TextIOWrapper sqlite3.Connection sqlite3.Cursor tarfile.TarFile"
    " typing.BinaryIO typing.IO typing.TextIO zipfile.ZipFile".split()
)
_GENERATIONS = 3


class Makings(Validators):
    """What can be known of objects by the calls that made them."""

    def is_in_memory(self, module: Module, site: CallSite) -> bool:
        """Return whether what a site is given, or its receiver was, is no file on a disk."""
        use = Use.at(module, site)
        made_of = (each for arguments in self._makers(module, site) for each in arguments)
        candidates = [*site.arguments.values(), *made_of]
        if isinstance(site.callee, Attribute) and not self._may_be_on_disk(site.callee.value, use):
            candidates.append(site.callee.value)
        return any(self._is_of_memory(each, use, _GENERATIONS) for each in candidates)

    def _may_be_on_disk(self, expression: Expr, use: Use) -> bool:
        """Whether what may be a file in memory may also be another one, that is not."""
        kinds = {each.of for each in self.infer(expression, use) if isinstance(each, Instance)}
        if kinds.isdisjoint(_IN_MEMORY) or kinds <= _IN_MEMORY:
            return False
        made = self._calls_that_gave(expression, use)
        return not all(self._is_of_memory(each, use, _GENERATIONS) for each in made)

    def _is_of_memory(self, expression: Expr, use: Use, generations: int) -> bool:
        """Whether something is a file in memory, or was opened from one, or from what is in one."""
        if isinstance(expression, Constant):
            return expression == _MEMORY
        values = self.infer(expression, use)
        names = {value.of for value in values if isinstance(value, Instance)}
        if not names.isdisjoint(_IN_MEMORY):
            return True
        if not generations or names.isdisjoint(_OPENED):
            return False
        made_of: list[Expr] = []
        for call in self._calls_that_gave(expression, use):
            made_of += call.arguments
            if isinstance(call.function, Attribute):
                made_of.append(call.function.value)
        return any(self._is_of_memory(each, use, generations - 1) for each in made_of)

    def _calls_that_gave(self, expression: Expr, use: Use) -> Iterator[Called]:
        """The calls that made what an expression is, or what was given to its name."""
        if isinstance(expression, Called):
            yield expression
        elif isinstance(expression, Name):
            scope = self.binding_scope(expression.id, use)
            if scope >= 0:
                bindings = use.module.facts.scopes[scope].bindings[expression.id]
                here = use.line, use.column
                before = [each for each in bindings if (each.line, each.column) < here][-1:]
                for binding in before or bindings:
                    if isinstance(binding.value, Called):
                        yield binding.value
        elif isinstance(expression, Attribute):
            for owner in self.infer(expression.value, use):
                if isinstance(owner, Instance) and self.is_class(owner.place):
                    class_ = self.scope(self._owner(owner.place, expression.name, use))
                    for binding in class_.attributes.get(expression.name, ()):
                        if isinstance(binding.value, Called):
                            yield binding.value

    def is_bounded(self, module: Module, site: CallSite) -> bool:
        """Return whether the receiver of a site was made with a size, and that is not none."""
        made = [arguments[0] for arguments in self._makers(module, site) if arguments]
        return any(not isinstance(each, Constant) or _is_positive(each.value) for each in made)

    def is_made_with(
        self, module: Module, site: CallSite, several: Sequence[Mapping[int, Constant]]
    ) -> bool:
        """Return whether the receiver of a site is always made with one of several constants.

        These are told by their positions.
        """
        made = [dict(enumerate(each)) for each in self._makers(module, site)]
        return bool(made) and all(
            any(its.items() >= constants.items() for constants in several) for its in made
        )

    def is_exactly(self, module: Module, site: CallSite) -> bool:
        """Return whether what a site asks is of the class that it is known as, and of none below.

        It is the class itself, has just been made, or is asked by ``super()``.
        """
        if not isinstance(site.callee, Attribute):
            return False
        receiver, use = site.callee.value, Use.at(module, site)
        values = self.infer(receiver, use)
        if values and all(isinstance(each, Reference) for each in values):
            return True
        made = [each.function for each in self._calls_that_gave(receiver, use)]
        return bool(made) and all(
            each == Name("super") or self._names_class(each, use) for each in made
        )

    def _names_class(self, expression: Expr, use: Use) -> bool:
        values = self.infer(expression, use)
        return any(isinstance(each, Reference) and self.is_class(each.place) for each in values)

    def made_with(self, module: Module, site: CallSite) -> set[str]:
        """Return the last names of what the receiver of a site was made with, by a call."""
        return {
            name
            for made in self._makers(module, site)
            for each in made
            for name in last_names(each)
        }

    def _makers(self, module: Module, site: CallSite) -> Iterator[tuple[Expr, ...]]:
        """The arguments of the calls that gave a value to the receiver of a site."""
        match site:
            case CallSite(kind="call", callee=Attribute(value=receiver)):
                pass
            case CallSite(kind="call"):
                return
            case CallSite(callee=receiver):  # what is entered, or gone through
                pass
        for call in self._calls_that_gave(receiver, Use.at(module, site)):
            yield call.arguments

    def _owner(self, place: Place | None, name: str, use: Use) -> Place:
        """The class that first has an attribute, among a class and its bases."""
        if place is None:
            raise ValueError("no class of the project")
        seen = {place}
        while True:
            bases = (base.place for base in self.bases(place, use))
            above = next((each for each in bases if each and self._has_own(each, name)), None)
            if above is None or above in seen:  # a class may be written to be made from itself
                return place
            seen.add(above)
            place = above


def _is_positive(value: object) -> bool:
    return isinstance(value, int) and value > 0
