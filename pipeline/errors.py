"""The faults that reach a person: one line that says what, where and what to do.

Belongs here: the exception types of the whole package and the exit status each one carries.
Does not belong here: deciding what is a fault (that is the code that raises it).
"""

from __future__ import annotations

EXIT_DONE = 0
EXIT_ERROR = 1
EXIT_GATE_FAILED = 2
EXIT_PARTLY_REFUSED = 3


class Fault(Exception):
    """Something a person must know and can act on.

    `what` says what was found and what was expected, `where` names the file, table or setting,
    `remedy` says what to do. Printed as one line, without a traceback.
    """

    exit_status = EXIT_ERROR

    def __init__(self, what: str, *, where: str = "", remedy: str = "") -> None:
        self.what, self.where, self.remedy = what, where, remedy
        super().__init__(str(self))

    def __str__(self) -> str:
        head = f"{self.where}: {self.what}" if self.where else self.what
        return f"{head}. {self.remedy}" if self.remedy else head


class CatalogueFault(Fault):
    """A contract or the metric catalogue is wrong; nothing can start."""


class Refused(Fault):
    """A file was looked at and not taken in."""

    exit_status = EXIT_PARTLY_REFUSED


class GateFailed(Fault):
    """The gate blocked; nothing was published and the last edition stays."""

    exit_status = EXIT_GATE_FAILED


class NotFound(Fault):
    """An edition, metric, area, period or table that was asked for does not exist."""
