import logging

import pytest


@pytest.fixture(autouse=True)
def nothing_is_logged(caplog):
    """What asyncio has to complain of it logs: a task destroyed, an exception never retrieved."""
    yield
    for when in ("setup", "call"):
        records = [r for r in caplog.get_records(when) if r.name == "asyncio"]
        complaints = [r.getMessage() for r in records if r.levelno >= logging.ERROR]
        assert not complaints, complaints
