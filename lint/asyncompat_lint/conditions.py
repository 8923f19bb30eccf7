"""Whether a call lets a function come to what blocks in it: by what it passes, and to whom.

A function may block only if one of its parameters is so, or is not so. What a call passes for it is
known where it is a constant, the default, or something whose class is known; where it is a
parameter of the caller, the condition is one on that. A method may block only by another method,
which a subclass replaces. What is not known lets everything happen.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from msgspec.structs import replace

from asyncompat_lint.answers import answer, contradict, text_asked
from asyncompat_lint.blockers import Blockers
from asyncompat_lint.constants import Constants
from asyncompat_lint.expressions import (
    OPAQUE,
    Attribute,
    Called,
    Constant,
    Display,
    Either,
    Expr,
    Inner,
    Name,
    last_name,
    root_name,
)
from asyncompat_lint.facts import SAYING, Scope
from asyncompat_lint.held import Dispatch, Held, Left, OfClass, Overridable, Remembered
from asyncompat_lint.hierarchy import loaded
from asyncompat_lint.names import Use
from asyncompat_lint.parameters import Condition
from asyncompat_lint.program import Program
from asyncompat_lint.sites import Site
from asyncompat_lint.values import ANYTHING, Instance, Place, Reference, Value, Values

_PROTOCOL = "typing.Protocol"
# What the facts have for a constant that they do not keep as it is.
_MADE = frozenset(Called(Name(name)) for name in ("bytes", "int", "str"))
# These give the loop that runs, or None.
_LOOP_TELLERS = frozenset({"asyncio._get_running_loop", "asyncio.events._get_running_loop"})
# What methods call the object that they are of.
_SELVES = (Name("self"), Name("cls"), Name("this"))


class Conditions:
    """What has to hold, and whether it does at a site."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._constants = Constants(program)

    def of_call(self, held: tuple[Held, ...], site: Site, place: Place) -> Left | None:
        """Return what is left to hold in the caller, for what blocks in the function at a place.

        None where it cannot block when it is called at this site.
        """
        scope = self._program.scope(place)
        left: list[Held] = []
        given, once = "", False
        for each in held:
            holds: bool | Held | None
            if isinstance(each, Overridable):
                holds = each
            elif isinstance(each, Remembered):
                argument = self._argument(each.parameter, site, place, scope)
                once = once or self._constant(argument, site) is not None
                name = "" if argument is None else parameter_of(argument, site)
                holds = Remembered(name) if name else None
            elif isinstance(each, Dispatch):
                holds = self._dispatched(each, site, scope)
            else:
                holds = self._passed(each, site, place, scope)
            if holds is False:
                return None
            if isinstance(holds, Held):
                left.append(holds)
            elif holds is None:
                given = given or text_asked([each])
        if self.is_own(site, scope):
            left.append(Dispatch(scope.name, place))
        return Left(tuple(dict.fromkeys(left)), given, once)

    def is_own(self, site: Site, scope: Scope) -> bool:
        """Return whether a site asks the object whose method it stands in for a method."""
        receiver = self._receiver(site, scope)
        return receiver in _SELVES and receiver == Name(_self_of(site))

    def asks_base(self, site: Site, scope: Scope) -> bool:
        """Return whether a site asks for what a base has for a method: by ``super()``."""
        receiver = self._receiver(site, scope)
        return receiver is not None and _is_super(receiver)

    @staticmethod
    def may_be_own(site: Site) -> bool:
        """Return whether that may be so, by the form of the site."""
        if site.is_load:
            return True
        callee = site.call.callee
        return isinstance(callee, Attribute) and callee.value in _SELVES

    def keeps_object(self, site: Site, scope: Scope) -> bool:
        """Return whether that is so, or it calls what a base has for it."""
        receiver = self._receiver(site, scope)
        if receiver is None or not (receiver in _SELVES or _is_super(receiver)):
            return False
        own = _self_of(site)
        return own != "" and (receiver == Name(own) or _is_super(receiver))

    def own_class(self, site: Site) -> Place | None:
        """Return the class whose method a site stands in."""
        method = site.module.facts.scopes[_function_of(site)]
        class_ = Place(site.module.file.location, method.parent)
        return class_ if self._program.is_class(class_) else None

    def stands_for(self, method: str, site: Site, scope: Scope) -> set[Place]:
        """Return what a method is of the object that a site calls a method of, if that is known."""
        receiver = self._receiver(site, scope)
        return set() if receiver is None else self._methods(method, receiver, site)

    def hold_for(self, held: tuple[Held, ...], site: Site, scope: Scope) -> bool:
        """Return whether only this is asked of the object at a site: which its methods are."""
        return all(
            isinstance(each, Remembered)
            or (isinstance(each, Dispatch) and self._dispatched(each, site, scope) is not False)
            for each in held
        )

    def at(self, site: Site, place: Place) -> Iterator[Held]:
        """Give what is known of the parameters of a function where a site of it stands."""
        for each in self._program.scope(place).conditions:
            if not each.holds_at(site.line, site.column):
                continue
            if each.asked in ("none", "true"):
                yield each.anywhere()
            elif each.asked != "instance":
                if constants := self._constants.several(each.value, place):
                    yield replace(each.anywhere(), value=constants)
            elif classes := self._named(each.value, place):
                yield OfClass(each.parameter, tuple(classes), each.holds)

    def runs_without_loop(self, site: Site, place: Place) -> bool:
        """Return whether a site in the function at a place is reached only where no loop runs."""
        return any(
            each.line <= site.line <= each.end_line and self._asks_for_loop(each.called, site)
            for each in self._program.scope(place).without
        )

    def _asks_for_loop(self, called: Expr, site: Site) -> bool:
        """Whether a function is for asking whether a loop runs."""
        values = self._program.infer(called, _use(site))
        return bool(values) and all(
            isinstance(each, Reference)
            and (
                self._program.scope(each.place).asks_for_loop
                if each.place is not None
                else each.name in _LOOP_TELLERS
            )
            for each in values
        )

    def can_all_hold(self, held: tuple[Held, ...]) -> bool:
        """Return whether conditions on one function do not contradict each other."""
        asked = [each for each in held if isinstance(each, Condition | OfClass)]
        return not any(
            self._contradict(one, other)
            for number, one in enumerate(asked)
            for other in asked[number + 1 :]
            if one.parameter == other.parameter
        )

    def possible(self, blockers: Blockers, site: Site, place: Place) -> Blockers:
        """Return what may block at a site in the function at a place, by what is asked there."""
        if not self._program.scope(place).conditions or not any(e.held for e in blockers.values()):
            return blockers
        asked = tuple(self.at(site, place))
        return {
            key: each for key, each in blockers.items() if self.can_all_hold((*each.held, *asked))
        }

    def _contradict(self, one: Held, other: Held) -> bool:
        match one, other:
            case OfClass(), OfClass():
                if one.holds and other.holds:
                    pairs = ((a, b) for a in one.classes for b in other.classes)
                    return all(self._is_one(a, b) is False for a, b in pairs)
                if one.holds != other.holds:
                    inner, outer = (one, other) if one.holds else (other, one)
                    return all(
                        any(self._is_one(a, b) for b in outer.classes) for a in inner.classes
                    )
            case Condition(), Condition():
                return contradict(one, other)
        return False

    # What is passed

    def _passed(
        self, condition: Condition | OfClass, site: Site, place: Place, scope: Scope
    ) -> bool | Held | None:
        argument = self._argument(condition.parameter, site, place, scope)
        if argument is None:
            return None
        if isinstance(condition, OfClass):
            is_so = self._is_instance(condition.classes, argument, site)
        else:
            is_so = self._is_so(condition, self._constant(argument, site) or argument, site)
        if is_so is not None:
            return is_so == condition.holds
        name = parameter_of(argument, site)
        if not name:
            return None
        if isinstance(condition, OfClass):
            return OfClass(name, condition.classes, condition.holds)
        return replace(condition, parameter=name)

    def _is_so(self, condition: Condition, argument: Expr, site: Site) -> bool | None:
        if condition.asked == "none" and self._is_something(argument, site):
            return False
        return answer(condition, argument) if isinstance(argument, Constant) else None

    def _is_something(self, argument: Expr, site: Site) -> bool:
        """Whether an argument is certainly not None, by its form or by what is declared."""
        if isinstance(argument, Display | Inner) or argument in _MADE:
            return True
        name = parameter_of(argument, site)
        caller = site.module.facts.scopes[site.scope]
        if not name or name in caller.defaults:
            return False
        declared = caller.bindings[name][0]
        if declared.kind != "annotated" or not isinstance(declared.value, Name | Attribute):
            return False
        values = self._program.infer(declared.value, _use(site))
        named = last_name(declared.value)
        return bool(values) and all(self._is_class(each, named) for each in values)

    def _is_class(self, value: Value, name: str) -> bool:
        """Whether something is a class of this name: what an alias stands for may be None, too."""
        if not isinstance(value, Reference) or value.name in ANYTHING:
            return False
        if value.name.rpartition(".")[2] != name:
            return False
        if value.place is not None:
            return self._program.is_class(value.place)
        return self._program.knowledge.is_class(value.name) or isinstance(loaded(value.name), type)

    def _constant(self, argument: Expr | None, site: Site) -> Constant | None:
        return None if argument is None else self._constants.of(argument, _use(site))

    def _argument(self, parameter: str, site: Site, place: Place, scope: Scope) -> Expr | None:
        """What a parameter is given at a site, if that is told there."""
        if site.is_load:
            is_given = site.load.stored and scope.parameters[1:] == [parameter]
            return site.load.given if is_given and site.load.given != OPAQUE else None
        if site.call.passes < 0:
            return None
        call, name = site.call, scope.name
        parent = self._program.scope(Place(place.location, scope.parent))
        is_bound = parent.kind == "class" and not self._is_unbound(site, scope)
        if name == "__init__":
            name = parent.name
        if last_name(call.callee) not in (name, scope.name):
            return None  # it goes by another name, and perhaps with some of its arguments
        if parameter in call.arguments:
            return call.arguments[parameter]
        if parameter not in scope.parameters:
            return None
        number = scope.parameters.index(parameter) - is_bound
        if number < call.passes:
            return call.arguments.get(str(number))
        return scope.defaults.get(parameter)

    def _is_unbound(self, site: Site, scope: Scope) -> bool:
        """Whether a call passes a method its object as well: ``Base.__init__(self, x)``."""
        if "staticmethod" in scope.decorator_names:
            return True
        callee = site.call.callee
        if "classmethod" in scope.decorator_names or not isinstance(callee, Attribute):
            return False
        values = self._program.infer(callee.value, _use(site))
        return callee.name == scope.name and any(isinstance(each, Reference) for each in values)

    def _is_instance(
        self, classes: tuple[Instance, ...], argument: Expr, site: Site
    ) -> bool | None:
        """Whether an argument is of one of these classes."""
        values = self._program.infer(argument, _use(site))
        answers = set()
        for value in values:
            if not isinstance(value, Instance):
                return None
            of_each = {self._is_one(value, each) for each in classes}
            answers.add(True if True in of_each else None if None in of_each else False)
        return answers.pop() if len(answers) == 1 else None

    def _named(self, classes: Expr, place: Place) -> list[Instance]:
        """Instances of the classes, also of those that the knowledge takes for another."""
        function = self._program.scope(place)
        module = self._program.modules.at(place.location)
        options = classes.options if isinstance(classes, Either) else (classes,)
        named: list[Instance] = []
        for each in options:
            found = self._program.references(module, each, function.parent, function.line)
            known = {Instance(v.name, v.place) for v in found if isinstance(v, Reference)}
            root = root_name(each)
            targets = self._program.import_targets(module, root, function.parent) if root else []
            if isinstance(each, Attribute) and each.value == Name(root) and len(targets) == 1:
                own = Instance(f"{targets[0]}.{each.name}")
                known = {own} if loaded(own.of) else known
            if len(known) != 1:
                return []
            named += known
        return named

    def _is_one(self, instance: Instance, other: Instance) -> bool | None:
        """Whether what is an instance of one class is one of another, too; None where it may be."""
        descends = self._descends(instance, other)
        if descends or instance.of in ANYTHING or self._descends(other, instance) is not False:
            return descends or None
        return descends

    def _descends(self, instance: Instance, other: Instance) -> bool | None:
        """Whether a class is made from another one; None where it may be, or may pass for it."""
        known, is_all = self._program.ancestors(instance)
        if other.of in known:
            return True
        class_ = loaded(other.of)
        if isinstance(class_, type):
            own = (each for each in map(loaded, known) if isinstance(each, type))
            with contextlib.suppress(TypeError):  # a protocol that is for type checkers only
                if any(issubclass(each, class_) for each in own):
                    return True
            # What has the methods of some of these is one of them.
            passes = "__subclasshook__" in vars(class_) and loaded(instance.of) is None
        else:
            passes = _PROTOCOL in self._program.ancestors(other)[0]
        return False if is_all and not passes else None

    # Whose method it is

    def _dispatched(self, dispatch: Dispatch, site: Site, scope: Scope) -> bool | Dispatch | None:
        found = self.stands_for(dispatch.method, site, scope)
        if found and dispatch.place not in found:
            return False
        return dispatch if self.keeps_object(site, scope) else None

    def _receiver(self, site: Site, scope: Scope) -> Expr | None:
        """The object that a site asks for a method or property of this name."""
        if not site.is_load:
            callee = site.call.callee
            is_it = isinstance(callee, Attribute) and callee.name == scope.name
            return callee.value if isinstance(callee, Attribute) and is_it else None
        chain = site.load.value
        while isinstance(chain, Attribute):
            if chain.name == scope.name:
                return chain.value
            chain = chain.value
        return None

    def _methods(self, name: str, receiver: Expr, site: Site) -> set[Place]:
        """The functions that a method can be, if its object is known."""
        use = _use(site)
        values: Values = self._program.infer(receiver, use)
        if _is_super(receiver):
            values = self._program.infer(Name(_self_of(site)), use)
        found: set[Place] = set()
        for value in values:
            if not isinstance(value, Instance) or not self._program.is_class(value.place):
                return set()
            places = {
                each.place
                for each in self._program.raw_attribute(value, name, use)
                if isinstance(each, Reference)
            }
            if not places or None in places:
                return set()
            found.update(each for each in places if each is not None)
        return found


def remembered(site: Site) -> tuple[Held, ...]:
    """Return what to keep of a call that blocks once for each value that it is passed."""
    parameters = [parameter_of(each, site) for each in site.call.arguments.values()]
    return tuple(map(Remembered, parameters)) if len(parameters) == 1 and all(parameters) else ()


def parameter_of(argument: Expr, site: Site) -> str:
    """Return the caller's parameter that is passed on, as it was passed; nothing for others."""
    if not isinstance(argument, Name):
        return ""
    caller = site.module.facts.scopes[site.scope]
    others = caller.bindings.get(argument.id, [])[1:]
    is_it = argument.id in caller.parameters and all(
        each.kind in SAYING or (each.suite is not None and each.suite.hides_from(site.line))
        for each in others
    )
    return argument.id if is_it else ""


def _use(site: Site) -> Use:
    column = site.load.column if site.is_load else site.call.span.column
    return Use(site.module, site.scope, site.line, column)


def _self_of(site: Site) -> str:
    """The first parameter of the method that a site stands in, if it is one."""
    method = site.module.facts.scopes[_function_of(site)]
    first = method.parameters[:1]
    bindings = method.bindings.get(first[0], []) if first else []
    return first[0] if bindings and bindings[0].kind == "self" else ""


def _function_of(site: Site) -> int:
    """The function that a site stands in, also by way of lambdas and comprehensions."""
    scopes = site.module.facts.scopes
    index = site.scope
    while scopes[index].runs_in_parent or scopes[index].kind in ("lambda", "comprehension"):
        index = scopes[index].parent
    return index


def _is_super(expression: Expr) -> bool:
    return isinstance(expression, Called) and expression.function == Name("super")
