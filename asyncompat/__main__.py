"""The command ``asyncompat``: hands over to the linter, or says how to get it.

The linter is a package of its own with requirements of its own, which a project that only imports
the shim does not have. This module knows nothing of the linter but its name.
"""

import gc
import importlib
import sys

from asyncompat import __version__

_NEEDED = """\
asyncompat: the linter is not there: {reason}
It runs on CPython 3.10 - 3.14 (the code it reads may be of any Python 3). To install it:
    python3 -m pip install 'asyncompat[lint]'"""


def main(argv=None):
    """Run the command.

    Parameters:
        argv (list[str]): the arguments; by default the process's.

    Returns:
        int: the exit status; 2 where the linter is not installed.
    """
    is_all = argv is None  # the process is for this alone
    if is_all:
        gc.disable()  # it is short, and what it makes lives to its end
    argv = sys.argv[1:] if argv is None else argv
    if argv == ["--version"]:
        print("asyncompat {}".format(__version__))
        return 0
    if sys.version_info < (3, 10):
        reason = "this is Python {}.{}".format(*sys.version_info)
    else:
        try:
            cli = importlib.import_module("asyncompat_lint.cli")
        except ModuleNotFoundError as error:
            reason = "no module named {!r}".format(error.name)
        else:
            return cli.run(argv) if is_all else cli.main(argv)
    print(_NEEDED.format(reason=reason), file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main())
