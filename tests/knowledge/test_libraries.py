"""What the knowledge base says of libraries, against the libraries themselves."""

from __future__ import annotations

import pytest
from real_things import check, entries


@pytest.mark.parametrize("entry", entries(of_distributions=True), ids=lambda entry: entry.name)
def test_entry_exists_and_is_no_coroutine_function(entry):
    check(entry)
