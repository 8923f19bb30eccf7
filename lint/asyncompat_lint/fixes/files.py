"""Files that are replaced: at once, with their mode kept, and only if they are what they were.

Knows the file system, and nothing of what is in the files.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile


class NotReplacedError(Exception):
    """A file was left as it is; the message says why."""


def replace(location: str, before: bytes, after: bytes) -> None:
    """Put new bytes in the place of a file's.

    A link goes on to lead where it leads: what it leads to is replaced.

    Raises:
        NotReplacedError: the file has changed meanwhile, or cannot be written.
    """
    target = os.path.realpath(location)
    try:
        with open(target, "rb") as file:
            if file.read() != before:
                raise NotReplacedError("it has changed meanwhile")
        if not os.access(target, os.W_OK):
            raise NotReplacedError("it is not to be written")
        handle, temporary = tempfile.mkstemp(dir=os.path.dirname(target), prefix=".asyncompat-")
    except OSError as error:
        raise NotReplacedError(error.strerror or str(error)) from None
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(after)
        shutil.copymode(target, temporary)
        with contextlib.suppress(OSError, AttributeError):  # a file of somebody else's
            status = os.stat(target)
            os.chown(temporary, status.st_uid, status.st_gid)
        os.replace(temporary, target)
    except OSError as error:
        raise NotReplacedError(error.strerror or str(error)) from None
    finally:
        with contextlib.suppress(FileNotFoundError):
            os.unlink(temporary)
