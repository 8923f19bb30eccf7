"""Make docs/names.md: whose object each name of asyncompat is, on every interpreter.

    python tools/make_names.py python3.6 python3.7 ... pypy3

Every interpreter that is named imports asyncompat from this clone and is asked; nothing in the
table is written by hand but the reasons why something cannot be had. An interpreter whose asyncio
has a public name that the newest one of the table does not have, the tests report
(tests/shim/test_names.py).
"""

from __future__ import annotations

import json
import pathlib
import subprocess
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "names.md"

# Runs on 3.6.
ASK = """
import json, sys, warnings
warnings.simplefilter("ignore")
import asyncio, asyncompat
names = {}
for name in set(asyncompat.__all__) | set(json.loads(sys.argv[1])):
    try:
        ours = getattr(asyncompat, name)
    except AttributeError:
        continue
    is_own = name in asyncio.__all__ and getattr(asyncio, name, None) is ours
    names[name] = "own" if is_own or not name in asyncompat._OURS else "ours"
version = "PyPy %d.%d" if sys.implementation.name == "pypy" else "%d.%d"
print(json.dumps([version % sys.version_info[:2], sorted(asyncio.__all__), names]))
"""

CANNOT = {
    "BufferedProtocol": "the event loop does not know such a protocol",
    "_enter_task": "private: tasks tell their class",
    "_leave_task": "private: tasks tell their class",
    "_register_task": "private: tasks tell their class",
    "_unregister_task": "private: tasks tell their class",
}
REMOVED = "not in this interpreter's asyncio, nor in the newest any more"

HEAD = """\
# Whose object each name is

`own`: the interpreter's own object, which has the meaning of the newest asyncio there.
`ours`: asyncompat's. A number leads to the reason why the name cannot be had.

Made by `tools/make_names.py`, which asks every interpreter; not to be edited.

What an `own` object does not do there, because the interpreter decides it:

- On 3.6 and 3.7 `CancelledError` is an `Exception`: `except Exception` catches it. A
  `BaseException` that a task raises stops the loop.
- Before 3.11 `TimeoutError` is asyncio's. What asyncompat raises is caught by that name and by the
  builtin's.
- Before 3.9 the message of `task.cancel(msg)` is lost; before 3.11 it does not reach who awaits the
  task.
- A C task of 3.6 - 3.10 that somebody else's loop has made has no `cancelling()` and `uncancel()`
  and takes no attributes: ask `asyncompat.cancelling(task)` and `asyncompat.uncancel(task)`.
- Before 3.13 a C task that takes back its own cancellation with `uncancel()` is still told of it at
  its next `await`. `TaskGroup` and `timeout` see to that for theirs.
- 3.6 has no context variables.

"""


def ask(interpreter: str, others: list[str]) -> tuple[str, list[str], dict[str, str]]:
    """Return an interpreter's version, its asyncio's public names, and whose each name is.

    Asked for are asyncompat's public names and others.
    """
    answer = subprocess.run(
        [interpreter, "-c", ASK, json.dumps(others)],
        check=True,
        stdout=subprocess.PIPE,
        env={"PYTHONPATH": str(ROOT)},
    )
    version, public, names = json.loads(answer.stdout)
    return version, public, names


def main(interpreters: list[str]) -> int:
    """Ask every interpreter and write the page."""
    answers = [ask(interpreter, []) for interpreter in interpreters]
    newest = max((each for each in answers if each[0][0].isdigit()), key=lambda each: _key(each[0]))
    names = sorted({name for _, public, whose in answers for name in [*public, *whose]})
    answers = [ask(interpreter, names) for interpreter in interpreters]
    reasons: list[str] = []
    rows = []
    for name in names:
        cells = []
        for _, _, whose in answers:
            if name in whose:
                cells.append(whose[name])
                continue
            reason = CANNOT.get(name, REMOVED if name not in newest[1] else None)
            if reason is None:
                print(f"{name}: neither there nor with a reason", file=sys.stderr)
                return 1
            if reason not in reasons:
                reasons.append(reason)
            cells.append(f"cannot[^{reasons.index(reason) + 1}]")
        rows.append((name, cells))
    versions = [version for version, _, _ in answers]
    lines = [f"| | {' | '.join(versions)} |", f"|---|{'---|' * len(versions)}"]
    lines += [f"| `{name}` | {' | '.join(cells)} |" for name, cells in rows]
    notes = [f"[^{number}]: {reason}" for number, reason in enumerate(reasons, 1)]
    PAGE.write_text(HEAD + "\n".join([*lines, "", *notes]) + "\n", encoding="utf-8")
    print(f"{PAGE.relative_to(ROOT)}: {len(rows)} names, {len(versions)} interpreters")
    return 0


def _key(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split("."))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
