"""Whether a run succeeded: judged by what it left, never by what it was meant to do."""

from __future__ import annotations

from pathlib import Path

from workbench.runs.exit_status import (
    CELL_RAISED,
    EXIT_STATUSES,
    NO_PROOF,
    RUNNER_DIED,
    SUCCEEDED,
    UNEXPECTED,
    ExitStatus,
)
from workbench.runs.files import read_json


def judge(folder: Path, run_id: str, code: int) -> tuple[ExitStatus, str]:
    """Decide how a run ended, from what it left and its process's exit code.

    Parameters
    ----------
    run_id : str
        The id that its result must carry.
    code : int
        The process's exit code; negative where a signal killed it.

    Returns
    -------
    tuple of ExitStatus and str
        The sentence is empty on success.
    """
    failure = read_json(folder / "failure.json")
    if failure is not None:
        known = {exit_status.name: exit_status for exit_status in EXIT_STATUSES}
        return known.get(str(failure.get("ending")), CELL_RAISED), str(failure.get("sentence"))
    if code < 0:
        return RUNNER_DIED, f"the notebook's process was killed by signal {-code} (memory?)"
    if code != 0:
        return UNEXPECTED, f"the notebook's process ended with code {code}; see log.txt"
    result = read_json(folder / "result.json")
    if result is None or result.get("run_id") != run_id:
        return NO_PROOF, "no result was recorded"
    return SUCCEEDED, ""
