"""By which other names what has a name is known in a module, and what it makes there.

Knows facts only. That a name leads to another says that both may be the same, and no more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

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
    last_name,
    last_names,
)
from asyncompat_lint.facts import PROPERTIES, SAYING, Binding, CallSite, NameIndex, Put, Scope
from asyncompat_lint.index.variables import Node, Own, Variables, written

# These have what is named, and no value.
_NAMING = frozenset({"defined", "imported"})
# These tell what a name is an instance of.
_DECLARING = SAYING | {"annotated"}
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
        leads.add_value(put.value, put.scope, name, name)
    leads.find(calls)
    leads.fill(index)


class _Leads:
    def __init__(self, scopes: Sequence[Scope]) -> None:
        self._scopes = scopes
        self._variables = Variables(scopes)
        self._made: set[tuple[str, str]] = set()

    def add_scope(self, number: int) -> None:
        scope = self._scopes[number]
        if scope.decorators:  # what is decorated is what its decorator makes
            self._made.update([(name, scope.name) for name in scope.decorator_names])
            for each in scope.decorators:
                if last_name(each) not in _PLAIN:
                    given = self._variables.nodes(Called(each), scope.parent)
                    self._variables.add(given, self._variables.node(scope.name, scope.parent))
        if scope.kind == "function":
            self._add_results(scope, number)
        else:
            what = Own(number, is_called=scope.kind == "lambda")
            for each in scope.returned:
                self._variables.add(self._variables.nodes(each, number), what)
        for bound in (scope.bindings, scope.filled):
            for name, bindings in bound.items():
                for binding in bindings:
                    if type(binding.value) not in _NOTHING or binding.kind in _NAMING:
                        self._add_binding(binding, name, number, self._variables.node(name, number))
        for name, bindings in scope.attributes.items():
            for binding in bindings:
                if type(binding.value) not in _NOTHING:
                    self._add_binding(binding, name, number, name)

    def _add_binding(self, binding: Binding, name: str, number: int, target: Node) -> None:
        value = binding.value
        if binding.kind == "imported":
            other = binding.target.rpartition(".")[2]
            if other != target:  # few are
                self._variables.add([other], target)
        elif binding.kind == "defined":
            if type(target) is Own:
                self._variables.add([Own(binding.scope)], target)
        elif binding.kind not in _DECLARING:
            at = number if binding.scope < 0 else binding.scope
            self.add_value(value, at, name, target)
        elif isinstance(value, Name):  # most are
            self._made.add((value.id, name))
        else:
            self._made.update([(other, name) for other in last_names(value)])

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
            makers += last_names(each)
            sources = self._variables.nodes(each, number)
            for target in targets:
                self._variables.add(sources, target)
        if function.annotation is not None:
            makers += last_names(function.annotation)
        self._made.update([(other, name) for other in makers])
        if name == "__call__":
            self._made.update([(other, class_) for other in makers])

    def add_value(self, value: Expr, scope: int, name: str, target: Node) -> None:
        """Add what a name is given, which is known as a target, in a scope."""
        if _is_made(value):
            self._made.update([(other, name) for other in last_names(value)])
            self._variables.add_made(value, scope, target)
            return
        sources = self._variables.nodes(value, scope)
        self._variables.add(sources, target)
        if type(target) is not Own:  # it is kept for later, and often has the name of what it is
            passed = filter(self._variables.is_passed, sources)
            self._variables.add(map(written, passed), target)
        if type(target) is Own or Own in map(type, sources):
            self._made.update([(other, name) for other in last_names(value)])

    def find(self, calls: Iterable[CallSite]) -> None:
        called: set[Node] = set()
        for call in calls:
            if call.kind == "call":
                callee = call.callee
                if type(callee) is Attribute:  # most are
                    called.add(callee.name)
                else:
                    called.update(self._variables.nodes(callee, call.scope))
        self._variables.find(called)

    def fill(self, index: NameIndex) -> None:
        aliases: set[tuple[str, str]] = set()
        variables: set[tuple[str, str]] = set()
        inner: set[tuple[int, str]] = set()
        for source, target in self._variables.leading():
            name = written(target)
            if isinstance(source, Own):
                inner.add((source.scope, name))
            elif source != name:
                (aliases if name is target else variables).add((source, name))
        index.aliases = sorted(aliases)
        index.variables = sorted(variables)
        index.inner = sorted(inner)
        made = self._made
        index.made = sorted([pair for pair in made if pair[0] != pair[1] and pair[0][:1] != "<"])


def _is_made(value: Expr) -> bool:
    """Whether a value is made from what is named in it, and is not that itself."""
    if isinstance(value, Called):
        return last_name(value.function) not in _STANDING_FOR_OTHERS
    return isinstance(value, _MAKING)
