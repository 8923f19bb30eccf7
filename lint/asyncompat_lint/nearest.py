"""What may have been meant by a word that is none of those that there are."""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence

# So many words are more than a message should hold.
_MANY = 20
# Letters that are taken for the digits of a code.
_ALIKE = str.maketrans("OIL", "011")


def nearest(word: str, words: Sequence[str]) -> str:
    """Return the end of an error about a wrong word: what may have been meant, or what there is."""
    read = word.upper().translate(_ALIKE)
    if read in words:
        return f"; did you mean {read!r}?"
    cutoff = 0.8 if word[-1:].isdigit() else 0.6  # most codes are like most others
    for each in (word, word.lower(), word.upper()):
        near = difflib.get_close_matches(each, words, 1, cutoff)
        if near:
            return f"; did you mean {near[0]!r}?"
    return f" (there are {', '.join(words)})" if len(words) < _MANY else ""


def no_rule(word: str, rules: Mapping[str, str]) -> str:
    """Return an error about a word that is no rule's code or name."""
    near = nearest(word, [*rules, *filter(None, rules.values())])
    return f"no rule {word!r}{near or '; `asyncompat rule --all` tells of all'}"
