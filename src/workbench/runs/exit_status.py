"""How a run can end: one table for exit codes, status files and the help text."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class ExitStatus:
    """One way in which a command or a notebook ends."""

    name: str
    """As written into ``status.json``."""
    code: int
    meaning: str
    """For the table in ``--help``."""


SUCCEEDED = ExitStatus(name="succeeded", code=0, meaning="done, or nothing to do")
UNEXPECTED = ExitStatus(
    name="unexpected", code=1, meaning="an error nobody foresaw; see the log it names"
)
USAGE = ExitStatus(
    name="usage", code=2, meaning="the command, a parameter or the records are not usable"
)
CELL_RAISED = ExitStatus(name="cell_raised", code=3, meaning="a cell of a notebook raised an error")
TIMED_OUT = ExitStatus(
    name="timed_out", code=4, meaning="a cell, or the kernel's start, took too long"
)
KERNEL_DIED = ExitStatus(name="kernel_died", code=5, meaning="the kernel was killed (memory?)")
NO_PROOF = ExitStatus(
    name="no_proof", code=6, meaning="a notebook stopped before its last cell recorded a result"
)
LOCKED = ExitStatus(name="locked", code=7, meaning="another run of the same tenant is at work")
RUNNER_DIED = ExitStatus(name="runner_died", code=8, meaning="a notebook's process was killed")
FINDINGS = ExitStatus(
    name="findings",
    code=9,
    meaning="doctor found a contradiction, features differed, or the oracle refused",
)
LEFT_OUT = ExitStatus(
    name="left_out",
    code=10,
    meaning="a model that was asked for by name cannot be trained on these records",
)
INTERRUPTED = ExitStatus(name="interrupted", code=130, meaning="stopped by Ctrl-C or a signal")

EXIT_STATUSES = (
    SUCCEEDED,
    UNEXPECTED,
    USAGE,
    CELL_RAISED,
    TIMED_OUT,
    KERNEL_DIED,
    NO_PROOF,
    LOCKED,
    RUNNER_DIED,
    FINDINGS,
    LEFT_OUT,
    INTERRUPTED,
)


def exit_codes() -> str:
    """Write the table of exit codes.

    Examples
    --------
    >>> exit_codes().splitlines()[0]
    '    0  done, or nothing to do'
    """
    return "\n".join(
        f"{exit_status.code:>5}  {exit_status.meaning}" for exit_status in EXIT_STATUSES
    )
