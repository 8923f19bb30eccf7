"""What the newest asyncio does and an older interpreter does not, a module for each subject.

A backport knows the interpreter's ``asyncio`` and other backports. It must not know the table of
names in ``asyncompat/__init__.py``, which decides whether the backport is used at all, and it
must not import ``asyncompat`` itself. Code here is Python 3.6 syntax.
"""
