"""The lesson's programs, each run as a learner runs it, against its transcript.

A program's transcript stands beside it (``crawl_tasks.py``, ``crawl_tasks.txt``). Programs that
wait for timers run on a virtual clock, on which their times are exact. A transcript with ``*`` for
the time belongs to a program that waits for threads, processes or a server, on the real clock.
"""

import os
import re
import subprocess
import sys

import pytest

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
LESSONS = os.path.join(TESTS, "lessons")
VIRTUAL_CLOCK = os.path.join(TESTS, "virtual_clock.py")

# What a program needs in real seconds: its longest part at least, and less than the sum of the
# parts that it runs together.
ON_THE_REAL_CLOCK = {
    "blocking_function": (1.2, 3.0),
    "crawl_gather": (4.0, 10.0),
    "films_aiohttp": (0.8, 2.4),
    "films_requests": (2.4, 30.0),  # page after page: no more than that is said
    "shell_commands": (1.5, 6.0),
    "workers_awaited": (2.0, 3.0),
}
NOT_PROGRAMS = {"film_site"}


def transcripts():
    return {name[:-4] for name in os.listdir(LESSONS) if name.endswith(".txt")}


def transcript(name):
    with open(os.path.join(LESSONS, name + ".txt"), encoding="utf-8") as lines:
        return lines.read()


def waits_for_timers_only(name):
    return "Wall time: * s" not in transcript(name)


def run_program(*command):
    environment = dict(os.environ, PYTHONIOENCODING="utf-8")
    process = subprocess.Popen(
        [sys.executable, *command],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
    )
    try:
        out, err = process.communicate(timeout=50)
    finally:
        process.kill()
        process.wait()
    assert err.decode("utf-8") == ""
    assert process.returncode == 0
    # Python 3.6 writes a comma behind an exception's only argument.
    return out.decode("utf-8").replace("\r\n", "\n").replace(",)", ")")


def program(name):
    return os.path.join(LESSONS, name + ".py")


def test_every_program_has_a_transcript():
    programs = {name[:-3] for name in os.listdir(LESSONS) if name.endswith(".py")}
    assert programs - NOT_PROGRAMS == transcripts()
    assert len(transcripts()) >= 15


@pytest.mark.parametrize("name", sorted(filter(waits_for_timers_only, transcripts())))
def test_transcript_on_the_virtual_clock(name):
    assert run_program(VIRTUAL_CLOCK, program(name)) == transcript(name)


@pytest.mark.parametrize("name", sorted(ON_THE_REAL_CLOCK))
def test_transcript_on_the_real_clock(name):
    output, seconds = without_time(run_program(program(name)))
    assert output == without_time(transcript(name))[0]
    least, limit = ON_THE_REAL_CLOCK[name]
    assert least <= float(seconds) < limit


# The lesson's programs as they were written for 3.6 and 3.7 (plain/), and what `asyncompat migrate`
# makes of them (migrated/, with transcripts), which tests/lint/test_migrated_lessons.py sees to.
MIGRATION = os.path.join(TESTS, "migration")
PLAIN = os.path.join(MIGRATION, "plain")
MIGRATED = sorted(name[:-3] for name in os.listdir(PLAIN) if name.endswith(".py"))


@pytest.mark.parametrize("name", MIGRATED)
def test_a_migrated_program_runs_on_every_version(name):
    name = os.path.join(MIGRATION, "migrated", name)
    assert run_program(VIRTUAL_CLOCK, program(name)) == transcript(name)


@pytest.mark.parametrize("name", MIGRATED)
def test_a_program_before_its_migration_on_its_own_version(name):
    if not name.endswith("_{}{}".format(*sys.version_info)):
        pytest.skip("written for another version")
    output = run_program(VIRTUAL_CLOCK, program(os.path.join(PLAIN, name)))
    # asyncio put coroutines into a set before it made tasks of them.
    assert sorted(output.splitlines()) == sorted(
        transcript(os.path.join(MIGRATION, "migrated", name)).splitlines()
    )


def without_time(output):
    match = re.search(r"Wall time: (\S+) s\n\Z", output)
    assert match is not None, output
    return output[: match.start()], match.group(1)
