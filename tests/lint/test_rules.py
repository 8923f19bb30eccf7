"""Every rule by its own examples, and what is said of each rule."""

from __future__ import annotations

import re
import sys
from textwrap import dedent

import pytest

from asyncompat_lint.knowledge import load
from asyncompat_lint.rules import RULES
from asyncompat_lint.rules.blocking import BlockingCallRule

INVALID = [(rule, example) for rule in RULES for example in rule.INVALID]
VALID = [(rule, example) for rule in RULES for example in rule.VALID]


def test_codes_and_names_are_unique_and_well_formed():
    assert len({rule.code for rule in RULES}) == len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"AC\d{3}", rule.code)
        assert re.fullmatch(r"[a-z]+(-[a-z]+)+", rule.name)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_every_rule_has_a_page_and_examples(rule):
    assert len(rule.page().split()) > 30
    assert rule.VALID
    assert rule.INVALID


@pytest.mark.parametrize(("rule", "example"), INVALID)
def test_bad_example_is_found(rule, example, check_example):
    if "except*" in example and sys.version_info < (3, 11):
        pytest.skip("a newer Python's syntax")
    findings = check_example(rule, example)
    assert rule.code in [finding.code for finding in findings]
    for finding in findings:
        assert finding.instead or finding.hint
        assert finding.message


@pytest.mark.parametrize(("rule", "example"), VALID)
def test_good_example_is_left_alone(rule, example, check_example):
    assert check_example(rule, example) == []


def test_every_rule_of_the_knowledge_base_exists():
    asking = {rule.name for rule in RULES if issubclass(rule, BlockingCallRule)}
    assert {entry.table.rule for entry in load().entries} == asking


INSTEAD = [
    ("time.sleep(1)", "await asyncio.sleep(1)"),
    ("time.sleep(\n        1,\n    )", "await asyncio.sleep(1)"),
    ("await time.sleep(1)", "await asyncio.sleep(1)"),
    ("input('?')", "await asyncio.to_thread(input, '?')"),
    ("x = shutil.which('ls').strip()", "x = (await asyncio.to_thread(shutil.which, 'ls')).strip()"),
    ("print(input())", "print(await asyncio.to_thread(input))"),
    (
        "socket.getaddrinfo('h', 1)",
        "await asyncio.get_running_loop().getaddrinfo('h', 1)",
    ),
    (
        "subprocess.run(['ls'], check=True)",
        "await asyncio.to_thread(subprocess.run, ['ls'], check=True)",
    ),
    ("open('f')", "put what is done with the file into a function and `await asyncio.to_thread"),
]


@pytest.mark.parametrize(("statement", "instead"), INSTEAD)
def test_the_async_way(statement, instead, check_code):
    code = f"import time, shutil, socket, subprocess\nasync def f():\n    {statement}\n"
    (finding,) = check_code(code)
    if instead.startswith("put"):
        assert finding.instead.startswith(instead)
    else:
        assert finding.instead == instead


def test_the_async_way_uses_the_files_own_name_for_asyncio(check_code):
    code = """
    import asyncompat as aio, time
    async def f():
        time.sleep(1)
    """
    (finding,) = check_code(dedent(code))
    assert finding.instead == "await aio.sleep(1)"


@pytest.mark.parametrize(
    ("handler", "severities"),
    [
        ("except BaseException as error:\n        log.debug(error)", ["warning"]),
        ("except BaseException as error:\n        return", ["info"]),
        ("except BaseException as error:\n        kept = error", []),
        ("except BaseException as error:\n        step.throw(error)", []),
        ("except (OSError, asyncio.CancelledError):\n        pass", ["warning"]),
        (
            "except CancelledError:\n        raise\n    except:\n        pass",
            [],
        ),
    ],
)
def test_a_cancellation_is_swallowed_or_handed_on(check_code, handler, severities):
    code = f"async def f(step):\n    try:\n        await step()\n    {handler}\n    await step()\n"
    assert [str(finding.severity) for finding in check_code(code)] == severities


@pytest.mark.parametrize(
    ("behind", "severity"),
    [("", "info"), ("    print()\n", "info"), ("    await g()\n", "warning")],
)
def test_a_cancellation_that_ends_the_function_anyway_weighs_less(check_code, behind, severity):
    body = "    try:\n        await g()\n    except BaseException:\n        pass\n"
    (found,) = check_code(f"async def f(g):\n{body}{behind}")
    assert str(found.severity) == severity


@pytest.mark.parametrize(
    ("call", "found"),
    [
        ("os.system('backup &')", 0),
        ("os.system('backup')", 1),
        ("fcntl.flock(f, fcntl.LOCK_EX)", 1),
        ("fcntl.flock(f, fcntl.LOCK_EX | fcntl.LOCK_NB)", 0),
        ("json.load(open(f))", 2),
        ("json.load(io.StringIO(f))", 0),
        ("zipfile.ZipFile(io.BytesIO(f))", 0),
        ("zipfile.ZipFile(f)", 1),
        ("yaml.safe_load(f.text)", 0),
        ("yaml.safe_load(open(f))", 2),
        ("smtplib.SMTP()", 0),
        ("smtplib.SMTP('host')", 1),
        ("time.sleep(0)", 0),
    ],
)
def test_arguments_that_make_a_call_block_or_not(check_code, call, found):
    modules = "fcntl, io, json, os, smtplib, time, yaml, zipfile"
    code = f"import {modules}\nasync def g(f):\n    {call}\n"
    assert len(check_code(code)) == found
