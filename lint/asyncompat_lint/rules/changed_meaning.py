from __future__ import annotations

from asyncompat_lint.findings import Edit, Fix, Severity
from asyncompat_lint.loading import cst
from asyncompat_lint.misfits import Misfit
from asyncompat_lint.rules.base import source_of
from asyncompat_lint.rules.misfit import MisfitRule
from asyncompat_lint.spans import Span


class ChangedMeaning(MisfitRule):
    """Something of asyncio's that means one thing in the oldest Python of the project, and another
    in the newest.

    Locks and queues belonged to the loop that was current where they were made; ``CancelledError``
    was an ``Exception``; asyncio had a ``TimeoutError`` of its own; ``wait_for`` could lose a
    cancellation. The code runs everywhere, and is right in one half of the versions.
    """

    code = "AC305"
    name = "changed-meaning"
    severity = Severity.WARNING
    VERSIONS = "3.7-3.14"
    INVALID = (
        """\
import asyncio
queue = asyncio.Queue()
""",
        """\
import asyncio
async def work(step):
    try:
        await step()
    except Exception as error:
        print(error)
""",
        """\
import asyncio
async def fetch(page):
    try:
        return await asyncio.wait_for(page(), 10)
    except TimeoutError:
        return None
""",
    )
    VALID = (
        """\
import asyncio
async def work(step):
    queue = asyncio.Queue()
    try:
        await step(queue)
    except asyncio.CancelledError:
        raise
    except Exception as error:
        print(error)
""",
        """\
import asyncompat as asyncio
queue = asyncio.Queue()
""",
    )

    def tell(self, node: cst.CSTNode, misfit: Misfit) -> None:
        meaning = self.history.meanings[misfit.meaning]
        message = (
            f"before Python {meaning.version} {misfit.name} {meaning.before}; from there on it"
            f" {meaning.after}"
        )
        handler = node if isinstance(node, cst.ExceptHandler) else None
        fix = self.with_shim(node, misfit) if handler is None else self._fix_of(handler, misfit)
        name = self.context.surroundings.asyncio_name
        hint = f"asyncompat's, which does as the newest does ({meaning.source})"
        if handler is not None:
            last = misfit.name.rpartition(".")[2]
            hint = f"`except {name}.{last}:` before it, or in its place"
        severity = min(self.weight, Severity.named(meaning.severity))
        target = handler.type if handler is not None and handler.type is not None else node
        self.report(target, message, severity=severity, hint=hint, fix=fix)

    def _fix_of(self, handler: cst.ExceptHandler, misfit: Misfit) -> Fix | None:
        last = misfit.name.rpartition(".")[2]
        name = self.context.surroundings.name_of("asyncio", "asyncompat")
        if last != "CancelledError":
            if not isinstance(handler.type, cst.Name | cst.Attribute):
                return None
            both = f"({name.name}.{last}, {source_of(handler.type)})"
            return self.edited(handler.type, both, name)
        # The cancellation is handed on, before the handler.
        line = self.span_of(handler).line
        first = self.context.lines[line - 1]
        indent = first[: len(first) - len(first.lstrip())]
        body = self.span_of(handler.body)
        inside = self.context.lines[body.line - 1] if body.line != line else ""
        step = inside[len(indent) : len(inside) - len(inside.lstrip())] or "    "
        text = f"{indent}except {name.name}.{last}:\n{indent}{step}raise\n"
        edit = Edit(Span(line, 1, line, 1), text)
        return Fix((edit,), tuple(filter(None, [name.statement])), is_safe=True)
