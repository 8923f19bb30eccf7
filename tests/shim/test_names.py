"""docs/names.md against this interpreter: every public name of its asyncio, and whose it is."""

import asyncio
import os
import sys
import warnings

import pytest

import asyncompat

PAGE = os.path.join(os.path.dirname(__file__), "..", "..", "docs", "names.md")
VERSION = "{}{}.{}".format(
    "PyPy " if sys.implementation.name == "pypy" else "", *sys.version_info[:2]
)


def read_table():
    """Return the table as {name: {version: what}}."""
    with open(PAGE) as page:
        rows = [line.strip().strip("|").split("|") for line in page if line.startswith("|")]
    versions = [cell.strip() for cell in rows[0][1:]]
    return {
        cells[0].strip().strip("`"): dict(zip(versions, (cell.strip() for cell in cells[1:])))
        for cells in rows[2:]
    }


TABLE = read_table()


def test_every_public_name_of_this_asyncio_is_in_the_table():
    assert set(asyncio.__all__) <= set(TABLE), "make docs/names.md again: tools/make_names.py"


def test_every_public_name_of_asyncompat_is_in_the_table():
    assert set(asyncompat.__all__) <= set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_whose_it_is(name):
    whose = TABLE[name].get(VERSION)
    if whose is None:
        pytest.fail("{} is not in the table: make docs/names.md again".format(VERSION))
    if whose.startswith("cannot"):
        assert name not in asyncompat.__all__
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # asyncio's own, of its policies
        is_own = getattr(asyncompat, name) is getattr(asyncio, name, None)
    assert is_own == (whose == "own")
