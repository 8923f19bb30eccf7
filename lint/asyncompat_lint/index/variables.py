"""Functions' own variables, and by which names what they may be is known to others.

Many functions have a `data`, or a `result`, and one says nothing of another. So of what leads to
them, and from them on, only that is kept which is a name for all: an attribute's, a function's, a
module's. What a function gives is told from the function. Knows facts only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple, TypeAlias

from asyncompat_lint.expressions import (
    Attribute,
    Called,
    Display,
    Either,
    Expr,
    Inner,
    Name,
    Subscripted,
    given_by,
    last_name,
    last_names,
    named_in,
    own_name,
)
from asyncompat_lint.facts import SAYING, Scope

# What is bound in these has names that are for all.
OF_ALL = frozenset({"class", "module"})


class Own(NamedTuple):
    """A variable of a scope, or what is given where that ``is_called``.

    Without a name it is the scope itself: a lambda, a function in another one, or what a
    comprehension makes.
    """

    scope: int
    name: str = ""
    is_called: bool = False


# A name that is for all, or for one function.
Node: TypeAlias = str | Own
# These tell what a name is an instance of.
DECLARING = SAYING | {"annotated"}
_DOTTED = (Name, Attribute)
_CLASSES = frozenset({"Type", "type"})
# An instance of these runs nothing of anybody's where it is called, entered or gone through.
OF_NOTHING = frozenset(
    "Any Literal None Optional Union bool bytes dict float frozenset int list object set str"
    " tuple".split()
)


class Variables:
    """What leads to which name, or variable, in a module."""

    def __init__(self, scopes: Sequence[Scope]) -> None:
        self._scopes = scopes
        # What a class is made from is looked for by its name.
        bases = [base for scope in scopes for base in scope.bases]
        self._bases = {name for base in bases for name in last_names(base)}
        # Others are no variables: most names are not in here.
        inside = [each.bindings for each in scopes if each.kind not in OF_ALL]
        self._inside: set[str] = set().union(*inside)
        self._sources: dict[Node, list[Node]] = defaultdict(list)
        self._known: dict[tuple[str, int], Node] = {}
        self._bound: dict[Own, list[Node]] = {}

    def node(self, name: str, scope: int) -> Node:
        """Return what a name is in a scope."""
        if name not in self._inside:
            return name
        found = self._known.get((name, scope))
        if found is None:
            found = self._known[name, scope] = self._find(name, scope)
        return found

    def _find(self, name: str, scope: int) -> Node:
        index = scope
        while index > 0:
            there = self._scopes[index]
            declared = there.outer_names.get(name)
            if declared == "global":
                return name
            is_seen = there.kind != "class" or index == scope
            if declared is None and is_seen and name in there.bindings:
                is_variable = name not in self._bases and _is_variable(name, there, self._scopes)
                return Own(index, name) if is_variable else name
            index = there.parent
        return name

    def may_be(self, name: str) -> bool:
        """Return whether there is any variable of a name."""
        return name in self._inside

    def is_passed(self, node: Node) -> bool:
        """Return whether something is a parameter: others know what it is."""
        return isinstance(node, Own) and node.name in self._scopes[node.scope].parameters

    def nodes(self, expression: Expr, scope: int) -> list[Node]:
        """Return what has a name in an expression of a scope."""
        if type(expression) is Attribute:  # this and the next are most of all
            return [expression.name]
        if type(expression) is Name:
            return [self.node(expression.id, scope)]
        return [self._node(each, scope) for each in named_in(expression)]

    def _node(self, named: Expr, scope: int) -> Node:
        inner = named.function if isinstance(named, Called) else named
        if type(inner) is Name:
            node = self.node(inner.id, scope)
        elif type(inner) is Inner:
            node = Own(inner.scope)
        else:
            node = own_name(inner)
        if inner is named:
            return node
        return given_by(node) if isinstance(node, str) else Own(node.scope, node.name, True)

    def add(self, sources: Iterable[Node], target: Node) -> None:
        """Add that some lead to one: it may be the same."""
        self._sources[target] += sources

    def straight(self) -> set[tuple[str, str]]:
        """Return the names that are for all and lead to another that is, by no variable."""
        return {
            (source, target)
            for target, sources in self._sources.items()
            if type(target) is str
            for source in sources
            if type(source) is str and source != target
        }

    def leading(self, used: Iterable[Own]) -> Iterator[tuple[Node, Node]]:
        """Give each name that leads to a variable that is used, or by one to a name; and scopes.

        A variable is used where it is called, entered, gone through, or passed on.
        """
        its = {Own(each.scope, each.name) for each in used if each.name}
        for variable in its.union(each for each in used if each.name):
            for source in self._by_variables(variable):
                yield source, variable
        for target, sources in list(self._sources.items()):
            if type(target) is str and Own in map(type, sources):
                for source in self._by_variables(target, but_straight=True):
                    yield source, target

    def _sources_of(self, node: Node) -> list[Node]:
        """What leads straight to something; what a variable is given, where that is asked."""
        told = self._sources.get(node, [])
        if isinstance(node, str) or node.is_called or not node.name:
            return told
        found = self._bound.get(node)
        if found is None:
            found = self._bound[node] = [*told, *self._given(node)]
        return found

    def _given(self, variable: Own) -> Iterator[Node]:
        scope = self._scopes[variable.scope]
        for binding in (*scope.bindings[variable.name], *scope.filled.get(variable.name, ())):
            value = binding.value
            if binding.kind == "imported":
                yield binding.target.rpartition(".")[2]
            elif binding.kind == "defined":
                yield Own(binding.scope)
            elif binding.kind in DECLARING:
                for each in instances(value):
                    yield from self.nodes(each, variable.scope)
            else:
                yield from self.nodes(value, variable.scope if binding.scope < 0 else binding.scope)

    def _by_variables(self, target: Node, *, but_straight: bool = False) -> Iterator[Node]:
        """What leads to something by variables; ``but_straight``, what needs none."""
        # With whether it counts what is given where they are called.
        found: set[tuple[Own, bool]] = set()
        todo: list[tuple[Node, bool]] = [(target, False)]
        while todo:
            node, is_given = todo.pop()
            # What is given, however often that is called.
            is_result = node.endswith("()") if isinstance(node, str) else node.is_called
            new: set[tuple[Own, bool]] = set()
            for each in self._sources_of(node):
                if isinstance(each, Own):
                    new.add((each, is_given))
                    if is_result:
                        new.add((each, True))
                elif node is not target or not but_straight:
                    yield given_by(each) if is_given else each
            if isinstance(node, Own):
                if is_result:
                    new.add((Own(node.scope, node.name), True))
                elif is_given:
                    new.add((Own(node.scope, node.name, True), False))
                if not node.name:
                    yield Own(node.scope, is_called=is_given or is_result)
            new -= found
            found |= new
            todo += new


def written(node: Node) -> str:
    """Return a name as it is written: that of a scope is none."""
    if isinstance(node, str):
        return node
    return given_by(node.name) if node.is_called else node.name


def _is_variable(name: str, scope: Scope, scopes: Sequence[Scope]) -> bool:
    """Whether a name that is bound in a scope is one of a function, and of no class there.

    Functions are known by their scopes, and classes by their names, as `self` and `cls` are.
    """
    return scope.kind not in OF_ALL and not any(
        each.kind == "self" or (each.kind == "defined" and scopes[each.scope].kind == "class")
        for each in scope.bindings[name]
    )


def instances(declared: Expr) -> list[Expr]:
    """Return what makes what is declared; of `type[A]`, which is the class itself, that."""
    if isinstance(declared, _DOTTED):
        return [] if last_name(declared) in OF_NOTHING else [Called(declared)]
    match declared:
        case Subscripted(value=value, index=index) if last_name(value) in _CLASSES:
            return [each.function for each in instances(index) if isinstance(each, Called)]
        case Subscripted(value=value, index=index):
            return [*instances(value), *instances(index)]
        case Either(options=parts) | Display(items=parts):
            return [made for each in parts for made in instances(each)]
    return []
