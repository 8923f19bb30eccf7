"""What tests of a parameter come to: for the constant that it is given, and beside each other.

Knows constants, and what texts make of themselves. What is passed is asked elsewhere.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterable

from asyncompat_lint.expressions import Constant, Display, Expr
from asyncompat_lint.held import Held
from asyncompat_lint.parameters import Change, Condition


def answer(condition: Condition, given: Constant) -> bool | None:
    """Return whether a parameter that is given a constant is what is asked; None if it may be."""
    answers = {_of_value(condition, each) for each in _changed(given.value, condition.changes)}
    return answers.pop() if len(answers) == 1 else None


def contradict(one: Condition, other: Condition) -> bool:
    """Return whether no value of a parameter can fulfil two conditions."""
    if (one.parameter, one.changes) != (other.parameter, other.changes):
        return False
    if (one.asked, one.value) == (other.asked, other.value):
        return one.holds != other.holds
    if one.asked == other.asked == "equal":
        mine, its = _constants(one.value), _constants(other.value)
        if one.holds and other.holds:
            return not any(each in its for each in mine)
        if one.holds != other.holds:
            inner, outer = (mine, its) if one.holds else (its, mine)
            return all(each in outer for each in inner)
    return one.holds and other.holds and {one.asked, other.asked} == {"none", "true"}


def text_asked(held: Iterable[Held]) -> str:
    """Return the form of a text that is asked for; nothing where none is."""
    asked = (each for each in held if isinstance(each, Condition) and each.holds)
    return next(filter(None, map(_form, asked)), "")


def _form(condition: Condition) -> str:
    """The form that a condition asks a text for; nothing for one that asks for another."""
    ends = {"startswith": "begins with", "endswith": "ends with"}.get(condition.asked)
    if ends is None:
        return ""
    return f"{ends} {' or '.join(map(repr, _constants(condition.value)))}"


def _of_value(condition: Condition, value: object) -> bool | None:
    match condition.asked:
        case "true":
            return bool(value)
        case "none":
            return value is None
        case "startswith" | "endswith":
            parts = tuple(each for each in _constants(condition.value) if isinstance(each, str))
            return getattr(value, condition.asked)(parts) if isinstance(value, str) else None
        case "more" | "least":
            match value, _constants(condition.value):
                case int() | float(), [int() | float() as bound]:
                    return value > bound if condition.asked == "more" else value >= bound
            return None
    return value in _constants(condition.value)


def _changed(value: object, changes: Iterable[Change]) -> set[object]:
    """All that a value may be by now."""
    values = {value}
    for change in changes:
        if change.method == "bool":
            values.update([bool(each) for each in values])
            continue
        for text in [each for each in values if isinstance(each, str)]:
            # Who has written it may have given the method too much, or nothing.
            with contextlib.suppress(TypeError):
                values.add(getattr(text, change.method)(*change.arguments))
    return values


def _constants(value: Expr) -> list[object]:
    items = value.items if isinstance(value, Display) else (value,)
    return [each.value for each in items if isinstance(each, Constant)]
