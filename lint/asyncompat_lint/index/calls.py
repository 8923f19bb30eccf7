"""Calls: where a module runs other code, and where it reads attributes that may be properties."""

from __future__ import annotations

import ast
from typing import Literal

from asyncompat_lint.expressions import (
    ITERATED,
    OPAQUE,
    Attribute,
    Called,
    Constant,
    Display,
    Either,
    Expr,
    Inner,
    Name,
    Opaque,
)
from asyncompat_lint.facts import UNPACKED, CallSite, Load, SiteKind
from asyncompat_lint.index.branches import ASKING, FAILING, SETTLING, settled_by
from asyncompat_lint.index.expressions import (
    READ_IN_THEIR_WAY,
    called,
    element,
    expression,
    name_of,
)
from asyncompat_lint.index.handing import passed_on
from asyncompat_lint.index.lambdas import GOING_THROUGH, called_for_each
from asyncompat_lint.index.names import Names
from asyncompat_lint.index.nodes import walk
from asyncompat_lint.index.state import VERSIONED_BUILTINS
from asyncompat_lint.index.taken import ASSERTING, TAKERS, dropped, given_to

# These go through their arguments on the spot.
CONSUMERS = frozenset(
    "Counter OrderedDict all any bytearray bytes deque dict frozenset list max min next set sorted"
    " sum tuple".split()
)
_CONTAINERS = frozenset({"Counter", "OrderedDict", "deque"})  # by their module's name, too
CONSUMING_METHODS = frozenset({"extend", "fromkeys", "join", "update", "writelines"})
_CONSUMING = CONSUMERS | CONSUMING_METHODS | _CONTAINERS
_ENTERING = "enter_context"
# These are asked what something is.
_ASKING_WHAT = frozenset({"hasattr", "isawaitable", "iscoroutine", "isinstance"})
# These put something into a container.
_PUTTING: dict[str, Literal["dict", "list", "set"]] = {
    "add": "set",
    "append": "list",
    "appendleft": "list",
    "setdefault": "dict",
}
# These go through them when they are gone through themselves.
PASSING = frozenset("batched chain enumerate filter islice iter map reversed tqdm zip".split())
_LAZY = PASSING | ITERATED
# Constants exempt calls; the others may be callables.
_TOLD_ARGUMENTS = frozenset({Attribute, Called, Constant, Display, Either, Inner, Name})

_SEVERAL = (ast.List, ast.Tuple)
_ASKING_CONTAINERS = (ast.In, ast.NotIn)

# What is put into one of these is called by somebody else, or already was.
_QUEUEING = frozenset({"put", "put_nowait", "run_in_executor", "submit"})


# The loop calls what one of these is given.
_CALLING_BACK = frozenset(
    "add_done_callback add_reader add_signal_handler add_writer call_at call_later call_soon"
    " call_soon_threadsafe".split()
)


# All names that say anything by themselves.
_TOLD_OF = (
    _CALLING_BACK
    | ASKING
    | TAKERS
    | ASSERTING
    | _ASKING_WHAT
    | _QUEUEING
    | _CONSUMING
    | _PUTTING.keys()
    | SETTLING
    | GOING_THROUGH
    | {_ENTERING}
)


class Calls(Names):
    """The part of the walk that keeps calls, and what else runs code."""

    def visit_Expr(self, node: ast.Expr) -> None:
        self._discarded = dropped(node.value)
        self.visit(node.value)

    def visit_Await(self, node: ast.Await) -> None:
        self._suspend()
        self._await_at_top(node)
        self._awaited = node.value
        if isinstance(node.value, ast.Name):
            self._leave_named(node.value.id)
        if node in self._discarded:  # what is awaited twice was used
            self._discarded = [node.value] if isinstance(node.value, ast.Call) else []
        self.visit(node.value)

    def visit_Return(self, node: ast.Return) -> None:
        if node.value is not None:
            value = node.value
            if isinstance(value, ast.IfExp):
                self._returned = value.body, value.orelse
            else:
                self._returned = (value,)
            self.visit(value)
            self.scopes[self._scope].returned.append(self._expression(node.value))

    def visit_Yield(self, node: ast.Yield) -> None:
        self.generic_visit(node)
        scope = self.scopes[self._scope]
        scope.is_generator = True
        if node.value is not None:
            scope.yielded.append(self._expression(node.value))

    def visit_YieldFrom(self, node: ast.YieldFrom) -> None:
        self.generic_visit(node)
        scope = self.scopes[self._scope]
        scope.is_generator = True
        scope.yielded.append(element(node.value, self._known))
        self._iterated(node.value, node.value)

    def visit_Call(self, node: ast.Call) -> None:
        awaited, discarded = node is self._awaited, node in self._discarded
        returned = node in self._returned
        function = node.func
        name = name_of(function)
        is_told_of = name in _TOLD_OF  # few are, and each is to be asked for but once
        if is_told_of:
            self._tell_of(name, node)
        runs = self.scopes[self._running()]
        if isinstance(function, ast.Name):
            if name in runs.parameters and not awaited:  # or it is an async one
                runs.called_parameters.append(name)
        elif self._versioned and isinstance(function, ast.Attribute):  # it is not visited itself
            self._mention_name(function)
        self._callee(function)
        if is_told_of and name in _CONSUMING and _consumes(function):
            self._consumed(node)
        else:
            self._visit_all(node.args)
        for keyword in node.keywords:
            if keyword.arg is None:  # unpacked
                self.take([keyword.value])
            self.visit(keyword.value)
        if is_told_of:
            if name in _PUTTING:
                self._put(node)
            if name == _ENTERING and len(node.args) == 1:
                # An exit stack enters it as `with` does, and has it until nobody knows when.
                self._site(node.args[0], self._expression(node.args[0]), "enter", until=node.lineno)
        callee = expression(function, self._known)
        passed = [expression(each, self._known) for each in node.args]
        arguments, passes = self._arguments(node, passed)
        if arguments and runs.kind == "function" and runs is self.scopes[self._scope]:
            at = node.lineno
            runs.passed_on += passed_on(runs, callee, arguments, at, awaited=awaited)
        self._site(
            node,
            callee,
            awaited=awaited,
            discarded=discarded,
            arguments=arguments,
            passes=passes,
            returned=returned,
            awaits_inside=node is self._holding,
        )
        if name not in READ_IN_THEIR_WAY:
            if passes < 0 and any(type(each) is ast.Starred for each in node.args[:-1]):
                passed = []  # those behind it have no known number
            self._known[node] = called(callee, passed)
        if is_told_of and name in SETTLING:
            self._polled |= settled_by(node)

    def _tell_of(self, name: str, node: ast.Call) -> None:
        """Keep what the name of what is called says by itself, before that is called."""
        if name in _CALLING_BACK:  # what a callback returns is used by nobody
            lambdas = (each for each in node.args if isinstance(each, ast.Lambda))
            self._discarded = [*self._discarded, *(each.body for each in lambdas)]
        if name in ASKING:
            scope = self.scopes[self._scope]
            # In an async function a loop runs, and who does not try it knows that.
            if self._is_tried or not scope.is_async or name != FAILING:
                scope.asks_for_loop = True
        if name in TAKERS and isinstance(node.func, ast.Name) and not self._is_bound(name):
            self.take(given_to(name, node.args))
        if name in ASSERTING:
            self.take(node.args[:2])
        if name in GOING_THROUGH:
            self._for_each.update(called_for_each(name, node))
        if name in _ASKING_WHAT:
            for each in node.args:
                if isinstance(each, ast.Name):
                    self._leave_named(each.id)
        if name in _QUEUEING:
            names = {each.id for each in walk(node) if isinstance(each, ast.Name)}
            self._queued.update((self._running(), each) for each in names)

    def _consumed(self, node: ast.Call) -> None:
        """Walk through arguments that are gone through on the spot."""
        for argument in node.args:
            if isinstance(argument, ast.GeneratorExp):
                self._comprehension(argument, [argument.elt], runs_here=True)
            else:
                self.visit(argument)
                self._iterated(argument, node)

    def _put(self, node: ast.Call) -> None:
        """Keep what a call puts into a container."""
        if not isinstance(node.func, ast.Attribute):
            return
        container = node.func.value
        match list(map(self._expression, node.args)):
            case [item]:
                put = Display(_PUTTING[node.func.attr], (item,))
                table = _table_of(container)
                if table is None:
                    self._fill(container, put)
                else:
                    self._fill(table, Display("dict", (OPAQUE,), (put,)))
            case [key, value] if node.func.attr == "setdefault":
                self._fill(container, Display("dict", (key,), (value,)))

    def _callee(self, function: ast.expr) -> None:
        """What is called is no attribute that is read, but what it is an attribute of may be."""
        if isinstance(function, ast.Attribute):
            self._take_asked(function.value, function.attr)
            function = function.value
        if type(function) not in self._leaves:
            self.visit(function)

    def visit_Assign(self, node: ast.Assign) -> None:
        target = node.targets[0]
        if not isinstance(target, _SEVERAL):
            super().visit_Assign(node)
            return
        self.take([node.value])
        super().visit_Assign(node)
        if isinstance(node.value, ast.Call):
            # Most functions give tuples: to follow them all would take as long as all the rest.
            is_starred = any(isinstance(each, ast.Starred) for each in target.elts)
            if is_starred or name_of(node.value.func) in _LAZY:
                self._iterated(node.value, node.value)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        value = node.value
        if isinstance(value, ast.GeneratorExp):
            self._comprehension(value, [value.elt], runs_here=True)
            self._bind_behind(value, node.target)
            return
        super().visit_AugAssign(node)
        if isinstance(value, ast.Call) and name_of(value.func) in _LAZY:
            self._iterated(value, value)

    def visit_Compare(self, node: ast.Compare) -> None:
        self.generic_visit(node)
        for operator, container in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, _ASKING_CONTAINERS) and isinstance(container, ast.Call):
                self._iterated(container, container)

    def visit_Starred(self, node: ast.Starred) -> None:
        if isinstance(node.value, ast.GeneratorExp):
            self._comprehension(node.value, [node.value.elt], runs_here=True)
            return
        self.visit(node.value)
        self._iterated(node.value, node.value)

    def visit_Name(self, node: ast.Name) -> None:
        self._mention_name(node)

    def visit_Subscript(self, node: ast.Subscript) -> None:
        self._take_asked(node.value)
        self.visit(node.value)
        if isinstance(node.value, ast.Attribute) and isinstance(node.ctx, ast.Load):
            # `asyncio.Queue[int]` asks the class for more than its name does.
            root = node.value.value
            if isinstance(root, ast.Name) and root.id in self._versioned and not self._never:
                asked = Attribute(self._expression(node.value), "__class_getitem__")
                self._mention(node.value, asked)
        self.visit(node.slice)

    def _mention_name(self, node: ast.expr) -> None:
        """Keep a name, or a dotted one, that comes from a module whose names come and go."""
        root = node
        while isinstance(root, ast.Attribute):
            root = root.value
        if not isinstance(root, ast.Name) or self._never:
            return
        if root is node:
            if root.id in VERSIONED_BUILTINS and isinstance(root.ctx, ast.Load):
                self._mention(node, self._expression(node))
        elif root.id in self._versioned:
            stored = isinstance(node, ast.Attribute) and not isinstance(node.ctx, ast.Load)
            self._mention(node, self._expression(node), stored=stored)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        if self._versioned:
            self._mention_name(node)
        kind = type(node.ctx)
        if kind is ast.Load:
            value = expression(node, self._known)
            # The first time in each branch: what silences it there says nothing of the others.
            place = (self._scope, self._suite, value)
            if place not in self._loaded:
                self._loaded.add(place)
                line, column = self._start(node)
                self.loads.append(Load(self._scope, value, line, column))
        elif kind is ast.Store and name_of(node.value) not in ("cls", "self"):
            line, column = self._start(node)
            given = self._stored if node is self._given else OPAQUE
            value = self._expression(node)
            self.loads.append(Load(self._scope, value, line, column, stored=True, given=given))
        inside, asked = node.value, node.attr
        while isinstance(inside, ast.Attribute):  # told with the whole
            asked = inside.attr
            inside = inside.value
        self._take_asked(inside, asked)
        if type(inside) not in self._leaves:
            self.visit(inside)

    def _iterated(self, node: ast.expr, place: ast.expr) -> None:
        """Something is gone through at a place: itself, and what it goes through in turn."""
        if isinstance(node, ast.Call) and name_of(node.func) in PASSING:
            for argument in node.args:
                self._iterated(argument, place)
        value = self._expression(node)
        if not isinstance(value, Constant | Display | Opaque):
            self._site(place, value, "iterate")

    def _site(
        self,
        node: ast.expr,
        callee: Expr,
        kind: SiteKind = "call",
        *,
        awaited: bool = False,
        discarded: bool = False,
        until: int = 0,
        awaits_inside: bool = False,
        arguments: dict[str, Expr] | None = None,
        passes: int = -1,
        returned: bool = False,
    ) -> None:
        if self._never:
            return
        if node in self._taken and kind == "call" and not awaited:
            self.taken.append(len(self.calls))
        self.calls.append(
            CallSite(
                self._scope,
                callee,
                self._span(node),
                kind,
                awaited,
                discarded,
                self._once,
                until,
                awaits_inside,
                arguments or {},
                passes,
                isinstance(callee, Attribute) and callee.value in self._polled,
                returned,
                self._optional,
            )
        )

    def _arguments(self, node: ast.Call, passed: list[Expr]) -> tuple[dict[str, Expr], int]:
        """What is passed, and how many positional arguments; -1 where that cannot be told."""
        arguments: dict[str, Expr] = {}
        passes = len(passed)
        for number, value in enumerate(passed):
            if type(node.args[number]) is ast.Starred:
                arguments[UNPACKED] = value
                passes = -1
                break  # what follows has no known number
            if type(value) in _TOLD_ARGUMENTS:
                arguments[str(number)] = value
        for keyword in node.keywords:  # of these at least the name is told
            if keyword.arg is None:
                passes = -1
            else:
                arguments[keyword.arg] = expression(keyword.value, self._known)
        return arguments, passes


def _table_of(container: ast.expr) -> ast.expr | None:
    """The table that a container is in: `found[key]`, `found.setdefault(key, [])`."""
    match container:
        case ast.Subscript(value=table):
            return table
        case ast.Call(func=ast.Attribute(value=table, attr="setdefault")):
            return table
    return None


def _consumes(function: ast.expr) -> bool:
    if isinstance(function, ast.Attribute):
        return function.attr in CONSUMING_METHODS or function.attr in _CONTAINERS
    return isinstance(function, ast.Name) and function.id in CONSUMERS
