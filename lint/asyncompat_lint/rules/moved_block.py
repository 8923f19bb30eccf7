"""A ``with open(...)`` and its body, moved into a function that a thread runs.

What cannot be moved stays: a body that awaits, yields, leaves the function in the middle, or gives
values to names in a way that cannot be told of to the outside.
"""

from __future__ import annotations

import textwrap
from collections.abc import Callable, Iterator, Sequence

from asyncompat_lint.findings import Edit, Fix
from asyncompat_lint.loading import cst
from asyncompat_lint.loopbound import SIGNALS, names_needing_loop
from asyncompat_lint.rules.base import Rule, is_async, source_of
from asyncompat_lint.rules.trees import children, walk
from asyncompat_lint.spans import Span

_FUNCTION = "in_thread"
# What opens a file, by last names, as the block's only item.
_OPENING = ("open",)


# What runs a function in a thread: the code, with its name to be put in, and the import it needs.
InThread = tuple[str, str]


def moved_block(rule: Rule, node: cst.BaseExpression) -> Callable[[InThread], Fix | None] | None:
    """Return what moves the block that a blocking call opens, or that it stands in.

    None where there is no such block; what is returned takes how a function is run in a thread, and
    gives no fix where the block cannot be moved.
    """
    block = _block_around(rule, node)
    if block is None:
        return None
    return lambda in_thread: _moved(rule, block, in_thread)


def _block_around(rule: Rule, node: cst.CSTNode) -> cst.With | None:
    parent: cst.CSTNode | None = node
    found = None
    while parent is not None and not isinstance(parent, cst.FunctionDef | cst.Lambda):
        if isinstance(parent, cst.With) and parent.asynchronous is None and _opens(parent):
            found = parent
        parent = rule.parent_of(parent)
    return found


def _opens(block: cst.With) -> bool:
    return any(
        isinstance(item.item, cst.Call) and _last_name(item.item.func) in _OPENING
        for item in block.items
    )


def ends_by_exception(node: cst.CSTNode) -> bool:
    """Return whether something raises `StopIteration` at its end, which no future takes."""
    return isinstance(node, cst.Call) and _last_name(node.func) == "next" and len(node.args) == 1


def _may_set_context(node: cst.CSTNode) -> bool:
    """Whether something may set a context variable, which another thread does for itself alone."""
    return isinstance(node, cst.Call) and _last_name(node.func) == "set" and len(node.args) == 1


def _is_tied_to_thread(rule: Rule, block: cst.With) -> bool:
    """Whether the block uses what is for the thread only that has made it."""
    span = rule.span_of(block)
    return any(
        call.blocker.entry.table.tied_to_thread and span.line <= place.line <= span.end_line
        for (_, place), call in rule.context.blocking.items()
    )


def _is_tried(rule: Rule, block: cst.With) -> bool:
    """Whether the function goes on where the block fails."""
    parent = rule.parent_of(block)
    while parent is not None and not isinstance(parent, cst.FunctionDef):
        if isinstance(parent, cst.Try | cst.TryStar):
            return True
        parent = rule.parent_of(parent)
    return False


def _names_needing_loop(rule: Rule) -> set[str]:
    module = next(call.module for call in rule.context.blocking.values())
    return names_needing_loop(module)


def hands_over_loop(rule: Rule, node: cst.Call) -> bool:
    """Return whether a call is passed something that needs the loop, to be called by it."""
    names = _names_needing_loop(rule)
    functions = names - SIGNALS  # a variable may be called `release`
    return any(
        _last_name(each) in (names if isinstance(each, cst.Attribute) else functions)
        for argument in node.args
        for each in walk(argument.value)
    )


def _last_name(node: cst.CSTNode) -> str:
    if isinstance(node, cst.Attribute):
        return node.attr.value
    return node.value if isinstance(node, cst.Name) else ""


def _moved(rule: Rule, block: cst.With, in_thread: InThread) -> Fix | None:
    function = is_async(rule, block)
    if (
        function is None
        or not rule.may_await(block)
        or not isinstance(block.body, cst.IndentedBlock)
    ):
        return None
    nodes = list(walk(block))
    if any(_stays(each) or _last_name(each) == "super" for each in nodes):
        return None
    of_loop = _names_needing_loop(rule)
    if any(isinstance(each, cst.Call) and _last_name(each.func) in of_loop for each in nodes):
        return None
    if any(map(ends_by_exception, nodes)) or any(map(_may_set_context, nodes)):
        return None
    if _is_tied_to_thread(rule, block):
        return None
    returns = _returned(block)
    leaving = [
        each
        for each in nodes
        if isinstance(each, cst.Return | cst.Break | cst.Continue)
        and not _in_loop(rule, each, block)
    ]
    if leaving and (returns is None or leaving != [returns]):
        return None
    span = _statement_span(rule, block)
    lines = rule.context.lines[span.line - 1 : span.end_line]
    if _has_text_over_lines(nodes):
        return None  # its lines must not be indented
    own = _names_of_items(block) | _names_of_loops(block)
    inside, outside = _bound(block) - own, _bound_outside(function, block)
    if not inside.isdisjoint(_names_of_functions(function)):
        return None
    certain = {each for each in inside if _is_certain(block, each)}
    if _is_tried(rule, block):
        # What it has given names before it fails is seen by who catches that.
        certain -= outside
        if any(_is_read(function, block, each) for each in inside - outside):
            return None
    given = sorted(certain | (inside - outside))
    shared = sorted((inside & outside) - certain)
    if any(_is_read(function, block, each) for each in _names_of_loops(block)):
        return None
    if any(_is_read_as_it_is_left(function, each) for each in _names_of_items(block)):
        return None
    indent = lines[0][: len(lines[0]) - len(lines[0].lstrip())]
    step = _step(rule, block, indent)
    name = _free_name(rule)
    body = textwrap.indent("\n".join(lines), step, lambda line: bool(line.strip()))
    kept = [each for each in given if _is_read(function, block, each)]
    if returns is None and any(not _is_certain(block, each) for each in kept):
        return None
    head = f"{indent}def {name}():\n"
    if shared:
        head += f"{indent}{step}nonlocal {', '.join(shared)}\n"
    code, statement = in_thread
    call = code.format(function=name)
    if returns is not None:
        call = f"return {call}"
    elif kept:
        body += f"\n{indent}{step}return {', '.join(kept)}"
        call = f"{', '.join(kept)} = {call}"
    text = f"{head}{body}\n\n{indent}{call}"
    return Fix((Edit(span, text),), tuple(filter(None, [statement])))


def _returned(block: cst.With) -> cst.Return | None:
    """The ``return`` that the block ends with."""
    last = block.body.body[-1]
    if isinstance(last, cst.SimpleStatementLine) and isinstance(last.body[-1], cst.Return):
        return last.body[-1]
    return None


def _in_loop(rule: Rule, node: cst.CSTNode, block: cst.With) -> bool:
    """Whether a ``break`` or ``continue`` leaves a loop within the block only."""
    if isinstance(node, cst.Return):
        return False
    parent = rule.parent_of(node)
    while parent is not None and parent is not block:
        if isinstance(parent, cst.For | cst.While):
            return True
        parent = rule.parent_of(parent)
    return False


def _statement_span(rule: Rule, block: cst.With) -> Span:
    """Whole lines: the indentation in front belongs to it."""
    span = rule.span_of(block)
    last = rule.context.lines[span.end_line - 1]
    return Span(span.line, 1, span.end_line, len(last) + 1)


def _has_text_over_lines(nodes: Sequence[cst.CSTNode]) -> bool:
    strings = (cst.SimpleString, cst.FormattedString)
    return any(isinstance(each, strings) and "\n" in source_of(each) for each in nodes)


def _step(rule: Rule, block: cst.With, indent: str) -> str:
    first = rule.context.lines[rule.span_of(block.body.body[0]).line - 1]
    return first[len(indent) : len(first) - len(first.lstrip())] or "    "


def _free_name(rule: Rule) -> str:
    taken = "\n".join(rule.context.lines)
    name, number = _FUNCTION, 1
    while name in taken:
        number += 1
        name = f"{_FUNCTION}_{number}"
    return name


def _targets(node: cst.CSTNode) -> Iterator[cst.BaseExpression]:
    match node:
        case cst.Assign(targets=targets):
            yield from (each.target for each in targets)
        case cst.MatchAs(name=cst.Name() as name) | cst.MatchStar(name=cst.Name() as name):
            yield name
        case cst.MatchMapping(rest=cst.Name() as name):
            yield name
        case cst.AugAssign(target=target) | cst.AnnAssign(target=target) | cst.For(target=target):
            yield target
        case cst.AsName(name=name) | cst.ExceptHandler(name=cst.AsName(name=name)):
            yield name


def _names(target: cst.BaseExpression) -> Iterator[str]:
    match target:
        case cst.Name(value=name):
            yield name
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for each in elements:
                yield from _names(each.value)


def _bound(node: cst.CSTNode) -> set[str]:
    """The names that get a value in a piece of code."""
    return {name for each in walk(node) for target in _targets(each) for name in _names(target)}


def _bound_outside(function: cst.FunctionDef, block: cst.With) -> set[str]:
    found = {each.name.value for each in walk(function.params) if isinstance(each, cst.Param)}
    todo: list[cst.CSTNode] = [function.body]
    while todo:
        node = todo.pop()
        if node is not block:
            found.update(name for target in _targets(node) for name in _names(target))
            todo += children(node)
    return found


def _is_certain(block: cst.With, name: str) -> bool:
    """Whether a name has its value whenever the block ends: one of its own statements gives it."""
    return any(
        name in _names(target)
        for line in block.body.body
        if isinstance(line, cst.SimpleStatementLine)
        for small in line.body
        if isinstance(small, cst.Assign | cst.AnnAssign)
        for target in _targets(small)
    ) and _is_given_before_it_is_read(block, name)


def _is_given_before_it_is_read(block: cst.With, name: str) -> bool:
    """Whether the first that the block does with a name is to give it a value."""
    if any(name == _last_name(each) for item in block.items for each in walk(item.item)):
        return False
    for line in block.body.body:
        uses = [each for each in walk(line) if isinstance(each, cst.Name) and each.value == name]
        if uses:
            small = line.body[0] if isinstance(line, cst.SimpleStatementLine) else None
            is_given = isinstance(small, cst.Assign | cst.AnnAssign) and any(
                name in _names(target) for target in _targets(small)
            )
            return is_given and len(uses) == 1
    return True


def _names_of_loops(block: cst.With) -> set[str]:
    """The variables of loops in the block, which nobody else is to read."""
    loops = (each for each in walk(block) if isinstance(each, cst.For))
    found = {name for loop in loops for name in _names(loop.target)}
    return {
        each
        for each in found
        if not any(
            name == each
            for node in walk(block)
            if isinstance(node, cst.Assign | cst.AugAssign)
            for target in _targets(node)
            for name in _names(target)
        )
    }


def _names_of_items(block: cst.With) -> set[str]:
    names = (item.asname.name for item in block.items if item.asname is not None)
    return {name for each in names for name in _names(each)}


def _is_read(function: cst.FunctionDef, block: cst.With, name: str) -> bool:
    """Whether a name is met anywhere in the function but in the block."""
    todo: list[cst.CSTNode] = [function.body]
    while todo:
        node = todo.pop()
        if isinstance(node, cst.Name) and node.value == name:
            return True
        if node is not block:
            todo += children(node)
    return False


def _names_of_functions(function: cst.FunctionDef) -> set[str]:
    """The names in functions in a function, which see at once what it gives to these."""
    inner = (each for each in walk(function.body) if isinstance(each, cst.FunctionDef | cst.Lambda))
    return {name.value for each in inner for name in walk(each) if isinstance(name, cst.Name)}


def _is_read_as_it_is_left(function: cst.FunctionDef, name: str) -> bool:
    """Whether the name of a file is met outside of the blocks that give it."""
    todo: list[cst.CSTNode] = [function.body]
    while todo:
        node = todo.pop()
        if isinstance(node, cst.Name) and node.value == name:
            return True
        if not isinstance(node, cst.With) or name not in _names_of_items(node):
            todo += children(node)
    return False


def _stays(node: cst.CSTNode) -> bool:
    """Whether something would do something else in a function of its own."""
    names = cst.Global | cst.Nonlocal | cst.Del | cst.Import | cst.ImportFrom | cst.NamedExpr
    return isinstance(node, names | cst.Await | cst.Yield | cst.FunctionDef | cst.ClassDef)
