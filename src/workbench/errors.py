"""What can go wrong around the notebooks, each with the sentence its user will read."""

from __future__ import annotations


class WorkbenchError(Exception):
    """Base of every error of the workbench; the command line prints it as one sentence."""

    exit_code = 2


class SettingsError(WorkbenchError, ValueError):
    """A setting that is missing or cannot be used."""


class ParameterError(WorkbenchError, ValueError):
    """A notebook parameter that is unknown, of the wrong type, or a secret."""


class ContractError(WorkbenchError, ValueError):
    """A notebook whose parameters cell cannot be read as a contract."""


class PlanError(WorkbenchError, ValueError):
    """A run that cannot be planned: no tenant, no such model, no records."""


class NotebookMissing(WorkbenchError, LookupError):
    """A notebook that does not exist or is none."""


class RunLocked(WorkbenchError, RuntimeError):
    """Another run of the same tenant is at work."""

    exit_code = 7

    def __init__(self, subject: str, holder: str) -> None:
        self.subject = subject
        self.holder = holder
        super().__init__(
            f"{subject} must run alone; got a second run while {holder} is at work."
            " Wait for it to end, or stop that process."
        )


class HostedFailed(WorkbenchError, RuntimeError):
    """A service of one's own that did not come up, or a command for it that failed."""

    def __init__(self, what: str, told: str) -> None:
        super().__init__(f"{what} must succeed; got:\n{told.strip()}")


class ChampionUnusable(WorkbenchError, ValueError):
    """No published version of a model can be used with the features as they are declared here."""

    def __init__(self, tenant: str, model: str, why: str) -> None:
        super().__init__(
            f"model {tenant}.{model} must have a version that can be used; got none: {why}"
        )


class ResultError(WorkbenchError, ValueError):
    """A result that a notebook's last cell cannot record."""
