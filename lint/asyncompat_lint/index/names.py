"""Names: what binds one, and to what. Knows assignments, imports and patterns.

It does not go into any scope.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Sequence

from msgspec.structs import replace

from asyncompat_lint.expressions import (
    NOTHING,
    OPAQUE,
    Attribute,
    Called,
    Constant,
    Display,
    Element,
    Expr,
    Name,
    Subscripted,
    dotted,
    last_name,
)
from asyncompat_lint.facts import Binding, BindingKind, Put
from asyncompat_lint.index.expressions import (
    annotation,
    expression,
    is_named,
    name_of,
    says_nothing,
)
from asyncompat_lint.index.state import VERSIONED, Placed, State
from asyncompat_lint.shared import HOLDERS, item

# These make containers that begin empty if they are given nothing; the last fills itself.
_MAKING_EMPTY = frozenset({"OrderedDict", "deque", "dict", "list", "set"})
_FILLING_ITSELF = "defaultdict"
_SEVERAL = (ast.List, ast.Tuple)


class Names(State):
    """The part of the walk that binds names."""

    def _bind(
        self,
        name: str,
        kind: BindingKind,
        node: Placed,
        value: Expr = OPAQUE,
        *,
        target: str = "",
        scope: int = -1,
    ) -> None:
        line, column = self._start(node) if self._value is None else self._end(self._value)
        owner = self.scopes[self._scope]
        if name in owner.outer_names:
            number = self._owner(name)
            owner = self.scopes[number]
            if number != self._scope and kind != "defined":
                scope = self._scope
        if owner.asked:
            self._forget_asked(name, line)
        binding = Binding(kind, line, column, value, target, scope, self._suite)
        known = owner.bindings.get(name)
        if known is None:
            owner.bindings[name] = [binding]
        else:
            known.append(binding)

    def _owner(self, name: str) -> int:
        """The scope of a name that `global` or `nonlocal` says is another's than this one's."""
        scope = self.scopes[self._scope]
        if scope.outer_names[name] == "global":
            return 0
        owner = scope.parent
        while owner > 0 and (
            self.scopes[owner].kind == "class" or name not in self.scopes[owner].bindings
        ):
            owner = self.scopes[owner].parent
        return owner or scope.parent

    def _bind_target(
        self, target: ast.expr, kind: BindingKind = "unknown", value: Expr = OPAQUE
    ) -> None:
        if isinstance(target, ast.Name):
            self._bind(target.id, kind, target, value)
        elif isinstance(target, ast.Attribute):
            if self.scopes[self._scope].asked:
                self._forget_asked(dotted(expression(target)), target.lineno)
            if self._is_own_object(target.value):
                self._bind_attribute(target, kind, value)
            if kind == "assigned":
                self._put_into(target, target.attr, value)
            self.visit(target)  # there may be calls in it
        elif isinstance(target, _SEVERAL):
            self._bind_items(target.elts, kind, value)
        elif isinstance(target, ast.Starred):
            self._bind_target(target.value)
        else:
            self.visit(target)

    def _bind_behind(
        self, value: ast.expr, target: ast.expr, kind: BindingKind = "unknown", its: Expr = OPAQUE
    ) -> None:
        """Bind what is given a value, behind that: in it the names are what they were before."""
        around, self._value = self._value, value
        self._bind_target(target, kind, its)
        self._value = around

    def _bind_items(self, targets: list[ast.expr], kind: BindingKind, value: Expr) -> None:
        starred = next((n for n, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
        for number, target in enumerate(targets):
            if kind != "assigned":
                self._bind_target(target)
            elif starred is not None and number >= starred:
                if isinstance(target, ast.Starred):
                    self._bind_target(target.value, kind, Display("list", (Element(value),)))
                else:  # counted from the end
                    last = Constant(number - len(targets))
                    self._bind_target(target, kind, Subscripted(value, last))
            elif (
                starred is None and isinstance(value, Display) and len(value.items) == len(targets)
            ):
                self._bind_target(target, kind, value.items[number])
            else:
                self._bind_target(target, kind, Subscripted(value, Constant(number)))

    def _is_own_object(self, owner: ast.expr) -> bool:
        """Whether this is a method's object, or its class, or what it has made of that."""
        scope = self.scopes[self._scope]
        match owner:
            case ast.Name(id=name):
                return self._is_own(name) or _is_one(scope.bindings.get(name), self._is_made_here)
            case ast.Attribute(value=ast.Name() as class_, attr=name) if self._is_own(class_.id):
                given = self.scopes[scope.parent].attributes.get(name, ())
                # As it was given here, and not what somebody else gives.
                here = [each for each in given if each.scope == self._scope]
                return _is_one(here, self._is_made_here)
        return False

    def _is_own(self, name: str) -> bool:
        bindings = self.scopes[self._scope].bindings.get(name)
        return _is_one(bindings, lambda each: each.kind == "self")

    def _is_made_here(self, binding: Binding) -> bool:
        """Whether something is made by ``cls(...)``, or ``super().__new__(cls)``."""
        match binding:
            case Binding(
                kind="assigned",
                value=Called(function=Attribute(name="__new__"), arguments=(class_, *_)),
            ):
                return self._is_own_class(class_)
            case Binding(kind="assigned", value=Called(function=class_)):
                return self._is_own_class(class_)
        return False

    def _is_own_class(self, value: Expr) -> bool:
        match value:
            case Name(id="cls" as name):
                return self._is_own(name)
            case Called(function=Name(id="type"), arguments=(Name(id=name),)):
                return self._is_own(name)
            case Attribute(value=Name(id=name), name="__class__"):
                return self._is_own(name)
        return False

    def _bind_attribute(self, target: ast.Attribute, kind: BindingKind, value: Expr) -> None:
        """Keep what a method gives to its object, with the method as the scope of the value."""
        line, column = self._start(target)
        attributes = self.scopes[self.scopes[self._scope].parent].attributes
        attributes.setdefault(target.attr, []).append(
            Binding(kind, line, column, value, scope=self._scope)
        )

    def _forget_asked(self, given: str, line: int) -> None:
        """What was asked of an attribute holds until that, or what it is of, is given a value."""
        asked = self.scopes[self._scope].asked
        for name, bindings in asked.items():
            if given and f"{name}.".startswith(f"{given}."):
                asked[name] = [
                    replace(each, suite=replace(each.suite, end_line=line - 1))
                    if each.suite is not None and each.suite.holds(line)
                    else each
                    for each in bindings
                ]

    def _put_into(self, target: ast.Attribute | ast.Subscript, key: str, value: Expr) -> None:
        """Keep what is put into an object that the program shares."""
        if self.may_share and key and value is not OPAQUE:
            holder = name_of(target.value)
            if holder in HOLDERS:
                self.puts.append(Put(self._scope, *self._start(target), holder, key, value))

    def _fill(self, container: ast.expr, value: Display) -> None:
        """Keep what is put into a container that begins empty."""
        match container:
            case ast.Name(id=name):
                owner = self._scope if name in self.scopes[self._scope].bindings else 0
                bindings = self.scopes[owner].bindings.get(name, [])
            case ast.Attribute(value=ast.Name(id=instance), attr=name):
                if not self._is_own(instance):
                    return
                owner = self.scopes[self._scope].parent
                class_ = self.scopes[owner]
                bindings = [*class_.attributes.get(name, ()), *class_.bindings.get(name, ())]
            case _:
                return
        if any(each.kind == "assigned" and _begins_empty(each.value) for each in bindings):
            line, column = self._start(container)
            binding = Binding("assigned", line, column, value, scope=self._scope)
            self.scopes[owner].filled.setdefault(name, []).append(binding)

    def visit_Import(self, node: ast.Import) -> None:
        self._import(node)

    def visit_ImportFrom(self, node: ast.ImportFrom) -> None:
        self._import(node)
        if node.module == "__future__":
            self._annotations_are_run = all(each.name != "annotations" for each in node.names)

    def _import(self, node: ast.Import | ast.ImportFrom) -> None:
        for alias, name, target in import_targets(node):
            root = target.partition(".")[0]
            bound = target if name else root
            self.imported.update((target, bound))
            self._bind(name or bound, "imported", node, target=bound)
            if root in VERSIONED:
                self._versioned.add(name or bound)
                self._mention(alias, target=target)
            elif target.rpartition(".")[2] in VERSIONED:  # perhaps by way of another module
                self._versioned.add(name or bound)

    def visit_Assign(self, node: ast.Assign) -> None:
        around, self._given = self._given, node.targets[0]
        self.visit(node.value)
        value = self._stored = expression(node.value, self._known)
        for target in node.targets:
            self._given = target
            self._bind_behind(node.value, target, "assigned", value)
            if isinstance(target, ast.Subscript):
                key = self._expression(target.slice)
                self._fill(target.value, Display("dict", (key,), (value,)))
                self._put_into(target, item(key), value)
        self._given = around

    def visit_AnnAssign(self, node: ast.AnnAssign) -> None:
        if node.value is not None:
            self.visit(node.value)
        around, self._value = self._value, node.value
        self._bind_declared(node)
        self._value = around

    def _bind_declared(self, node: ast.AnnAssign) -> None:
        if is_named(node.annotation, {"TypeAlias"}) and node.value is not None:
            self._bind_target(node.target, "assigned", annotation(node.value))
        elif node.value is not None and _says_nothing(node.annotation):
            self._bind_target(node.target, "assigned", self._expression(node.value))
        else:
            self._bind_target(node.target, "annotated", annotation(node.annotation))
            in_class = self.scopes[self._scope].kind == "class"
            if node.value is not None and not in_class and _is_nearer(node.value, node.annotation):
                self._bind_target(node.target, "assigned", self._expression(node.value))

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        self.visit(node.value)
        self._bind_behind(node.value, node.target)

    def visit_NamedExpr(self, node: ast.NamedExpr) -> None:
        self.visit(node.value)
        inside = self._scope
        while self.scopes[self._scope].kind == "comprehension":  # PEP 572: it binds outside
            self._scope = self.scopes[self._scope].parent
        self._bind_behind(node.value, node.target, "assigned", self._expression(node.value))
        self._scope = inside

    def visit_Delete(self, node: ast.Delete) -> None:
        todo = list(node.targets)
        while todo:
            target = todo.pop()
            if isinstance(target, _SEVERAL):
                todo += target.elts
            elif isinstance(target, ast.Attribute):  # it has nothing then, and no other thing
                self._bind_target(target, "assigned", NOTHING)
            else:
                self._bind_target(target)

    def _bind_pattern(self, pattern: ast.pattern, value: Expr) -> None:
        """Bind the names in a pattern to the parts of a value that it is compared with."""
        match pattern:
            case ast.MatchAs(pattern=inner, name=name):
                if isinstance(inner, ast.MatchClass) and name is not None:
                    self._bind(name, "annotated", pattern, annotation(inner.cls))
                elif name is not None:
                    self._bind_part(name, pattern, value)
                if inner is not None:
                    self._bind_pattern(inner, value)
            case ast.MatchClass(cls=class_, patterns=patterns, kwd_attrs=names):
                self.visit(class_)
                for each in patterns:  # the class says which attributes these are
                    self._bind_pattern(each, OPAQUE)
                instance = Called(annotation(class_))
                for name, each in zip(names, pattern.kwd_patterns, strict=True):
                    self._bind_pattern(each, Attribute(instance, name))
            case ast.MatchSequence(patterns=patterns):
                for each, part in zip(patterns, _parts(patterns, value), strict=True):
                    self._bind_pattern(each, part)
            case ast.MatchMapping(keys=keys, patterns=patterns, rest=rest):
                for key, each in zip(keys, patterns, strict=True):
                    self.visit(key)
                    self._bind_pattern(each, _part(value, self._expression(key)))
                if rest is not None:
                    self._bind(rest, "unknown", pattern)
            case ast.MatchOr(patterns=patterns):
                for each in patterns:
                    self._bind_pattern(each, value)
            case ast.MatchStar(name=str(name)):
                self._bind(name, "unknown", pattern)
            case _:
                self.generic_visit(pattern)

    def _bind_part(self, name: str, node: Placed, value: Expr) -> None:
        if value is OPAQUE:
            self._bind(name, "unknown", node)
        else:
            self._bind(name, "assigned", node, value)

    def visit_TypeAlias(self, node: ast.stmt) -> None:
        name, value = getattr(node, "name"), getattr(node, "value")  # noqa: B009 - new in 3.12
        self._bind(name.id, "assigned", node, annotation(value))

    def visit_Global(self, node: ast.Global) -> None:
        self.scopes[self._scope].outer_names.update(dict.fromkeys(node.names, "global"))

    def visit_Nonlocal(self, node: ast.Nonlocal) -> None:
        self.scopes[self._scope].outer_names.update(dict.fromkeys(node.names, "nonlocal"))


def _is_one(bindings: Sequence[Binding] | None, is_so: Callable[[Binding], bool]) -> bool:
    """Whether a name is bound once, in such a way."""
    return bindings is not None and len(bindings) == 1 and is_so(bindings[0])


def _parts(patterns: list[ast.pattern], value: Expr) -> list[Expr]:
    """What a sequence's patterns are compared with; of those behind a star nothing is known."""
    stars = (n for n, each in enumerate(patterns) if isinstance(each, ast.MatchStar))
    known = next(stars, len(patterns))
    if isinstance(value, Display) and value.of == "tuple" and len(value.items) == len(patterns):
        parts = list(value.items[:known])
    else:
        parts = [_part(value, Constant(number)) for number in range(known)]
    return parts + [OPAQUE] * (len(patterns) - known)


def _part(value: Expr, index: Expr) -> Expr:
    return OPAQUE if value is OPAQUE else Subscripted(value, index)


def _begins_empty(value: Expr) -> bool:
    """Whether a value is a container that nothing was put into yet."""
    if isinstance(value, Called):
        maker = last_name(value.function)
        return maker == _FILLING_ITSELF or (maker in _MAKING_EMPTY and not value.arguments)
    return isinstance(value, Display) and value.of in ("dict", "list") and not value.items


def _says_nothing(declared: ast.expr) -> bool:
    """Whether an annotation leaves it to the value what something is."""
    is_bare = name_of(declared) in ("ClassVar", "Final")
    return is_bare or is_named(declared, {"Callable"}) or says_nothing(annotation(declared))


def _is_nearer(value: ast.expr, declared: ast.expr) -> bool:
    """Whether something may be of a class that is made from the one which is declared."""
    if not isinstance(value, ast.Call) or isinstance(declared, ast.Subscript):
        return False
    made = name_of(value.func)
    return made[:1].isupper() and made != name_of(declared)


def import_targets(node: ast.Import | ast.ImportFrom) -> list[tuple[ast.alias, str, str]]:
    """Return what an import imports: each with the name it gets, if that is told, and what it is.

    That is a dotted path, with leading dots where the import is relative.
    """
    if isinstance(node, ast.Import):
        return [(alias, alias.asname or "", alias.name) for alias in node.names]
    module = "." * node.level + (node.module or "")
    prefix = module if module.endswith(".") else f"{module}."
    return [(each, each.asname or each.name, f"{prefix}{each.name}") for each in node.names]
