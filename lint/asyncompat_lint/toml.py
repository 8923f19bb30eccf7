"""TOML, read by the standard library or, on 3.10, by what it was before it was that."""

import sys

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

__all__ = ["tomllib"]
