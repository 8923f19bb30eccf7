"""Comments that silence findings: ``# noqa: AC101``, ``# asyncompat: ignore[blocking-sleep] why``.

Knows comments, and the codes and names in them; not what the rules are.
"""

from __future__ import annotations

import difflib
import io
import re
import tokenize
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass

from asyncompat_lint.findings import Finding, Severity
from asyncompat_lint.nearest import no_rule
from asyncompat_lint.spans import Span

UNUSED_CODE = "AC002"
UNUSED_NAME = "unused-suppression"

_NOQA = re.compile(
    r"#\s*noqa(?P<names>\s*:\s*[A-Z][A-Z0-9]*(?:[\s,]+[A-Z]+[0-9]+)*)?(?![\w-])", re.IGNORECASE
)
_IGNORE = re.compile(
    r"#\s*asyncompat\s*:\s*ignore(?![\w-])(?:\s*\[(?P<names>[^\]]*)\])?(?P<reason>.*)"
)
# What may be meant for one and is none: another word, or brackets with nothing in them or no end.
_MEANT = re.compile(
    r"#\s*asyncompat\s*:\s*(?P<word>[\w-]+\s*(?:\[\s*\]|\[[^\]]*$)?)", re.IGNORECASE
)
_WORD = "ignore"
_WORDS_OF_OTHERS = frozenset({"allow", "disable", "noqa", "off", "skip"})
# What flake8-async and ruff call it: who has looked at their finding has looked at ours.
_OF_OTHERS = {
    "ASYNC110": "polling-loop",
    "ASYNC210": "blocking-http",
    "ASYNC211": "blocking-http",
    "ASYNC212": "blocking-http",
    "ASYNC220": "blocking-subprocess",
    "ASYNC221": "blocking-subprocess",
    "ASYNC222": "blocking-subprocess",
    "ASYNC230": "blocking-file",
    "ASYNC231": "blocking-file",
    "ASYNC240": "blocking-file-metadata",
    "ASYNC250": "blocking-input",
    "ASYNC251": "blocking-sleep",
    "RUF006": "task-not-kept",
}
# Before a text is taken apart for its comments: whether there can be one of these.
_MAYBE = re.compile(r"#\s*(noqa|asyncompat\s*:)", re.IGNORECASE)


_OURS = re.compile(r"#\s*(noqa\s*:.*\bAC\d|asyncompat\s*:)", re.IGNORECASE)


_OUR_CODE = re.compile(r"AC\d+")


def are_ours(text: str) -> bool:
    """Return whether a text may have suppressions that only this linter reads."""
    return _OURS.search(text) is not None


@dataclass(frozen=True)
class Suppression:
    """A comment that silences what is named in it on its line, or everything.

    ``is_ours`` is whether no other tool can be meant; ``ours`` are the names that are no other's.
    One that is ``mistaken`` silences nothing: this is what is written for ``ignore``.
    """

    span: Span
    names: frozenset[str]
    is_ours: bool
    ours: frozenset[str]
    mistaken: str = ""

    def silences(self, finding: Finding) -> bool:
        if self.mistaken:
            return False
        return not self.names or not self.names.isdisjoint({finding.code, finding.name})


def suppressions(text: str) -> list[Suppression]:
    """Return the suppressions in a module's text."""
    if not _MAYBE.search(text):
        return []
    found: list[Suppression] = []
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            if token.type == tokenize.COMMENT:
                found += _in_comment(token)
    except (tokenize.TokenError, SyntaxError, UnicodeEncodeError):
        pass  # what is behind a syntax error silences nothing
    return found


def _in_comment(token: tokenize.TokenInfo) -> Iterator[Suppression]:
    line, column = token.start
    span = Span(line, column + 1, line, column + 1 + len(token.string))
    mistaken = _mistaken(token.string)
    if mistaken:
        yield Suppression(span, frozenset(), True, frozenset(), mistaken)
        return
    for pattern in (_NOQA, _IGNORE):
        match = pattern.search(token.string)
        if match is not None:
            text = (match["names"] or "").upper() if pattern is _NOQA else match["names"] or ""
            names = frozenset(filter(None, re.split(r"[\s,:]+", text)))
            names |= {_OF_OTHERS[name] for name in names & _OF_OTHERS.keys()}
            ours = names if pattern is _IGNORE else frozenset(filter(_OUR_CODE.fullmatch, names))
            is_ours = pattern is _IGNORE or bool(ours)
            yield Suppression(span, names, is_ours, ours)


def _mistaken(comment: str) -> str:
    """What stands where ``ignore`` is meant; nothing where that stands, or something else is."""
    match = _MEANT.search(comment)
    if match is None or match["word"].strip() == _WORD:
        return ""
    word = match["word"].lower()
    is_meant = word.startswith(_WORD) or word.partition("[")[0].strip() in _WORDS_OF_OTHERS
    is_meant = is_meant or difflib.get_close_matches(word, [_WORD])
    return match["word"].strip() if is_meant else ""


def apply(
    findings: Iterable[Finding],
    text: str,
    path: str,
    names: Mapping[str, str],
    everything: Mapping[str, str],
) -> Iterator[Finding]:
    """Give the findings in a text that are not silenced, and the suppressions that silence nothing.

    Parameters:
        findings: those of one module.
        text: the module's.
        path: how reports call the module.
        names: by code the names of the rules that were run; of others nothing can be said.
        everything: the same of all that there are.
    """
    there = suppressions(text)
    used: dict[Suppression, set[str]] = {}
    for finding in findings:
        lines = {finding.span.line, finding.span.end_line}
        silencing = [s for s in there if s.span.line in lines and s.silences(finding)]
        for each in silencing:
            used.setdefault(each, set()).update((finding.code, finding.name))
        if not silencing:
            yield finding
    if UNUSED_CODE not in names:
        return
    everything = {**everything, **dict.fromkeys(_OF_OTHERS, "")}
    for each in there:
        message = _wrong(each, used.get(each), {*names, *names.values()}, everything)
        if message:
            yield _finding(each, f"this comment {message}", text, path)


def _wrong(
    suppression: Suppression,
    used: Collection[str] | None,
    known: Collection[str],
    everything: Mapping[str, str],
) -> str:
    """What is to be said of a suppression that was used for these findings, or for none."""
    if suppression.mistaken:
        right = "`# asyncompat: ignore[AC101] why`, on the line itself"
        return f"silences nothing: there is no {suppression.mistaken!r}, but {right}"
    unknown = suppression.ours.difference(everything, everything.values())
    if unknown:
        return f"silences {no_rule(min(unknown), everything)}"
    unused = {name for name in suppression.ours if name in known and name not in (used or ())}
    is_bare = suppression.is_ours and not suppression.names
    is_all = everything.keys() <= {*known, *_OF_OTHERS}
    if unused or (is_bare and is_all and used is None):
        what = ", ".join(sorted(unused)) or "all rules"
        return f"silences {what}, and there is nothing to silence"
    return ""


def _finding(suppression: Suppression, message: str, text: str, path: str) -> Finding:
    span = suppression.span
    line = text.split("\n")[span.line - 1]
    return Finding(
        path, span, UNUSED_CODE, UNUSED_NAME, Severity.WARNING, message, source_lines=(line,)
    )
