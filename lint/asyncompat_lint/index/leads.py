"""By which other names what has a name is known in a module, and what it makes there.

Knows facts only. That a name leads to another says that both may be the same, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from asyncompat_lint.by_name import NameIndex
from asyncompat_lint.expressions import (
    ITERATED,
    WRAPPERS,
    Attribute,
    Awaited,
    Called,
    Constant,
    Element,
    Expr,
    Name,
    Opaque,
    Subscripted,
    given_by,
    gone_into,
    last_name,
    last_names,
)
from asyncompat_lint.facts import PROPERTIES, Binding, CallSite, Put, Scope
from asyncompat_lint.index.variables import (
    DECLARING,
    OF_ALL,
    OF_NOTHING,
    Node,
    Own,
    Variables,
    instances,
    written,
)

# These give what calls what is decorated with them, or is read.
_PLAIN = frozenset(
    "abstractmethod cached_property classmethod getter override overload property setter"
    " staticmethod".split()
)
# These name nothing.
_NOTHING = frozenset({Constant, Opaque})
_MAKING = (Awaited, Element, Subscripted)
_STANDING_FOR_OTHERS = WRAPPERS | ITERATED


def add_leads(
    index: NameIndex, scopes: Sequence[Scope], calls: Iterable[CallSite], puts: Iterable[Put]
) -> None:
    """Add to an index what is known by another name, and what a name makes."""
    leads = _Leads(scopes)
    for number in range(len(scopes)):
        leads.add_scope(number)
    for put in puts:  # an item is called by what it is in
        name = put.holder if put.key.startswith("[") else put.key
        leads.add_value(put.value, put.scope, name)
    leads.add_used(calls)
    leads.fill(index)


class _Leads:
    def __init__(self, scopes: Sequence[Scope]) -> None:
        self._scopes = scopes
        self._variables = Variables(scopes)
        self._made: set[tuple[str, str]] = set()
        self._used: set[Node] = set()

    def add_scope(self, number: int) -> None:
        scope = self._scopes[number]
        if scope.decorators:  # what is decorated is what its decorator makes
            self._made.update([(name, scope.name) for name in scope.decorator_names])
            for each in scope.decorators:
                if last_name(each) not in _PLAIN:
                    given = self._variables.nodes(Called(each), scope.parent)
                    self._used.update(given)
                    self._variables.add(given, self._variables.node(scope.name, scope.parent))
        if scope.kind == "function":
            self._add_results(scope, number)
        else:
            what = Own(number, is_called=scope.kind == "lambda")
            for each in scope.returned:
                self._variables.add(self._variables.nodes(each, number), what)
        if scope.kind in OF_ALL:
            for bound in (scope.bindings, scope.attributes, scope.filled):
                for name, bindings in bound.items():
                    for binding in bindings:
                        self._add_for_all(binding, name, number)
        else:
            for bound in (scope.bindings, scope.filled):
                for name, bindings in bound.items():
                    for binding in bindings:
                        self._add_of_function(binding, name, number)

    def _add_for_all(self, binding: Binding, name: str, number: int) -> None:
        """Add what a name of a module, or of a class, is given."""
        value = binding.value
        if binding.kind == "imported":
            other = binding.target.rpartition(".")[2]
            if other != name:  # few are
                self._variables.add([other], name)
        elif type(value) not in _NOTHING:
            if binding.kind not in DECLARING:
                self.add_value(value, number if binding.scope < 0 else binding.scope, name)
                return
            self._add_declared(value, name)
            for each in instances(value):
                self._variables.add(self._variables.nodes(each, number), name)

    def _add_of_function(self, binding: Binding, name: str, number: int) -> None:
        """Add what makes a variable; all else is found out where it is used."""
        value, is_import = binding.value, binding.kind == "imported"
        if type(value) in _NOTHING and not is_import:
            return
        if binding.kind in DECLARING:
            self._add_declared(value, name)
            return
        node = self._variables.node(name, number)
        if isinstance(node, str):  # a class has it for its base, or it is one
            self._add_for_all(binding, name, number)
            return
        self._made.update([(other, name) for other in last_names(value)])
        if is_import or not _is_made(value):
            self._used.add(node)

    def _add_declared(self, declared: Expr, name: str) -> None:
        if isinstance(declared, Name):  # most are
            if declared.id not in OF_NOTHING:
                self._made.add((declared.id, name))
        else:
            self._made.update([(other, name) for other in last_names(declared)])

    def _add_results(self, function: Scope, number: int) -> None:
        """Add what a function gives, and what it says of that."""
        name = function.name
        # `pick()()` calls what `pick` gives, and `it.picked()` what a property does.
        itself = self._variables.node(name, function.parent)
        if isinstance(itself, Own):
            targets: list[Node] = [Own(number, is_called=True)]
        else:
            targets = [given_by(name)]
            if function.decorators and not PROPERTIES.isdisjoint(function.decorator_names):
                targets.append(name)
        class_ = self._scopes[function.parent].name
        if name == "__call__":  # that is made by what makes the object, too
            targets.append(given_by(class_))
        makers: list[str] = []
        for each in (*function.returned, *function.yielded):
            sources = self._variables.nodes(each, number)
            makers += [written(source).removesuffix("()") for source in sources]
            for target in targets:
                self._variables.add(sources, target)
        if function.annotation is not None:
            makers += last_names(function.annotation)
            for made in instances(function.annotation):
                for target in targets:
                    self._variables.add(self._variables.nodes(made, function.parent), target)
        self._made.update([(other, name) for other in makers if other])
        if name == "__call__":
            self._made.update([(other, class_) for other in makers if other])

    def add_value(self, value: Expr, scope: int, name: str) -> None:
        """Add what a name that is for all is given in a scope."""
        sources = self._variables.nodes(value, scope)
        self._variables.add(sources, name)
        # It is kept for later, and often has the name of what it is.
        self._variables.add(map(written, filter(self._variables.is_passed, sources)), name)
        if Own in map(type, sources) or _is_made(value):
            self._made.update([(other, name) for other in last_names(value)])

    def add_used(self, calls: Iterable[CallSite]) -> None:
        used = self._used
        nodes, may_be = self._variables.nodes, self._variables.may_be
        for call in calls:
            callee = call.callee
            if type(callee) is Attribute:  # most are, and that is no variable
                continue
            if type(callee) is not Name or may_be(callee.id):
                used.update(nodes(callee, call.scope))
            for each in call.arguments.values():
                if type(each) is Called or (type(each) is Name and may_be(each.id)):
                    used.update(nodes(each, call.scope))

    def fill(self, index: NameIndex) -> None:
        aliases = self._variables.straight()
        variables: set[tuple[str, str]] = set()
        inner: set[tuple[int, str, bool]] = set()
        used = [each for each in self._used if type(each) is Own]
        for source, target in self._variables.leading(used):
            name = written(target)
            if type(source) is Own:
                inner.add((source.scope, name, source.is_called))
            elif type(source) is str and source != name:
                (aliases if type(target) is str else variables).add((source, name))
        index.aliases = sorted(aliases)
        index.variables = sorted(variables)
        index.standing = _standing(index.called, index.variables)
        index.inner = sorted(inner)
        made = self._made
        index.made = sorted([pair for pair in made if pair[0] != pair[1] and pair[0][:1] != "<"])


def _standing(
    called: dict[str, list[int]], variables: Iterable[tuple[str, str]]
) -> dict[str, list[int]]:
    """The sites of variables, by the names of what these stand for, and of what that gives."""
    found: dict[str, list[int]] = {}
    for other, variable in variables:
        if variable not in called and given_by(variable) not in called:
            continue
        for form, its in ((other, variable), (given_by(other), given_by(variable))):
            for name, numbers in (
                (form, called.get(its)),
                (gone_into(form), called.get(gone_into(its))),
            ):
                if numbers:
                    found[name] = [*found.get(name, ()), *numbers]
    return found


def _is_made(value: Expr) -> bool:
    """Whether a value is made from what is named in it, and is not that itself."""
    if isinstance(value, Called):
        return last_name(value.function) not in _STANDING_FOR_OTHERS
    return isinstance(value, _MAKING)
