"""Which fix is it that does no good? The one that stands nearest to what has come.

A guess, which saves checks: it decides what is tried next, never what stays.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from asyncompat_lint.findings import Edit, Fix


def suspects(fixes: Sequence[Fix], put_in: Iterable[Edit], lines: Iterable[int]) -> set[int]:
    """Return the numbers of the fixes nearest to lines where something has come.

    Parameters:
        fixes: those that are tried, in the lines of the file as it was.
        put_in: everything that was put into the file.
        lines: where something has come, in the lines of the file as it is now.
    """
    shifts = sorted((edit.span.end_line, _lines_more(edit)) for edit in put_in)
    places = []
    for number, fix in enumerate(fixes):
        first = min(edit.span.line for edit in fix.edits)
        moved = sum(more for line, more in shifts if line <= first)
        places.append((first + moved, number))
    return {min(places, key=lambda place: abs(place[0] - line))[1] for line in lines}


def _lines_more(edit: Edit) -> int:
    return edit.text.count("\n") - (edit.span.end_line - edit.span.line)
