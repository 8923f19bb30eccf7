"""Several exceptions as one: the interpreter's own groups, the package's, or ours.

From 3.11 on the two classes are builtins. Before, they are those of the package ``exceptiongroup``,
so that a group is the same thing to everyone in the process; on 3.6, for which there is no such
package, and where it is not installed, they are written here.
"""

import builtins

if hasattr(builtins, "BaseExceptionGroup"):
    BaseExceptionGroup = builtins.BaseExceptionGroup
    ExceptionGroup = builtins.ExceptionGroup
else:
    try:
        from exceptiongroup import BaseExceptionGroup, ExceptionGroup
    except ImportError:

        class BaseExceptionGroup(BaseException):
            """Exceptions that occurred together.

            Parameters:
                message (str): what they have in common.
                exceptions (Sequence[BaseException]): at least one.

            Raises:
                TypeError: ``message`` is no string, or ``exceptions`` is no sequence.
                ValueError: ``exceptions`` is empty, or holds what is no exception.

            Built in since 3.11. Source: PEP 654.
            """

            def __new__(cls, message, exceptions):
                if not isinstance(message, str):
                    raise TypeError("message must be a string, got {!r}".format(message))
                if not hasattr(exceptions, "__getitem__"):
                    raise TypeError("exceptions must be a sequence, got {!r}".format(exceptions))
                exceptions = tuple(exceptions)
                if not exceptions:
                    raise ValueError("exceptions must not be empty")
                for each in exceptions:
                    if not isinstance(each, BaseException):
                        raise ValueError("no exception: {!r}".format(each))
                only_exceptions = all(isinstance(each, Exception) for each in exceptions)
                if issubclass(cls, Exception) and not only_exceptions:
                    raise TypeError("{} takes no BaseExceptions".format(cls.__name__))
                plain = cls is BaseExceptionGroup and only_exceptions
                self = super().__new__(ExceptionGroup if plain else cls, message, exceptions)
                self._message = message
                self._exceptions = exceptions
                return self

            @property
            def message(self):
                """What the exceptions have in common."""
                return self._message

            @property
            def exceptions(self):
                """The exceptions, as a tuple."""
                return self._exceptions

            def __str__(self):
                count = len(self._exceptions)
                # Tracebacks of this age do not show what is in a group: its text must.
                inside = ", ".join(map(repr, self._exceptions))
                plural = "" if count == 1 else "s"
                text = "{} ({} sub-exception{}): {}"
                return text.format(self._message, count, plural, inside)

            def __repr__(self):
                text = "{}({!r}, {!r})"
                return text.format(type(self).__name__, self._message, list(self._exceptions))

            def derive(self, excs):
                """Return a group with the same message and other exceptions."""
                return BaseExceptionGroup(self._message, excs)

            def subgroup(self, condition):
                """Return a group of those that match a type, types or a function; None if none."""
                return self.split(condition)[0]

            def split(self, condition):
                """Return two groups, of those that match and of the rest; None for an empty one."""
                matches = _matcher(condition)
                if matches(self):
                    return self, None
                matching, rest = [], []
                for each in self._exceptions:
                    if isinstance(each, BaseExceptionGroup):
                        halves = each.split(condition)
                    else:
                        halves = (each, None) if matches(each) else (None, each)
                    for half, into in zip(halves, (matching, rest)):
                        if half is not None:
                            into.append(half)
                return self._like_this(matching), self._like_this(rest)

            def _like_this(self, exceptions):
                if not exceptions:
                    return None
                group = self.derive(exceptions)
                group.__traceback__ = self.__traceback__
                group.__context__ = self.__context__
                group.__cause__ = self.__cause__
                return group

        class ExceptionGroup(BaseExceptionGroup, Exception):  # noqa: N818 - Python's name
            """A ``BaseExceptionGroup`` of nothing but ``Exception``s. Source: PEP 654."""

        def _matcher(condition):
            if isinstance(condition, (type, tuple)):
                return lambda error: isinstance(error, condition)
            return condition
