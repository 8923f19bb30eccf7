"""Installed libraries: where an environment keeps them."""

from __future__ import annotations

import os
from pathlib import Path

_ENVIRONMENTS = (".venv", "venv", "env")


class NoEnvironmentError(Exception):
    """There is no environment with installed libraries where one was expected."""


def site_packages(environment: str | None) -> tuple[str, ...]:
    """Return the folders of an environment's libraries.

    Parameters:
        environment: its folder, or one of libraries; by default the active one, or the one beside
            the code.

    Raises:
        NoEnvironmentError: there is none.
    """
    if environment is None:
        environment = os.environ.get("VIRTUAL_ENV") or next(
            filter(os.path.isdir, _ENVIRONMENTS), None
        )
    if environment is None:
        raise NoEnvironmentError(
            "no virtual environment is active, and none is here; name one: --follow-installed=DIR"
        )
    root = Path(environment)
    found = sorted([*root.glob("lib*/python3*/site-packages"), *root.glob("[Ll]ib/site-packages")])
    if not found and root.is_dir() and root.name in ("site-packages", "dist-packages"):
        found = [root]
    if not found:
        raise NoEnvironmentError(
            f"there are no installed libraries in {environment!r}; what to check comes before"
            " --follow-installed, or behind --follow-installed=FOLDER"
        )
    return tuple(dict.fromkeys(str(each.resolve()) for each in found))
