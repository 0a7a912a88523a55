"""What a package of any kind says of itself: whose model it is, which version, how good, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from scoring.errors import InvalidPackage


@dataclass(frozen=True, kw_only=True, eq=False)
class AnyPackage:
    """A model version of any kind; each kind adds what it answers with.

    Parameters
    ----------
    name : str
        Registered name, "<tenant>.<model>".
    version : str
        Version of the registered model.
    validation : mapping
        Figures of the exported package, out of time.
    card : mapping
        The model card.
    trained_on : mapping
        Snapshot, cutoffs, rows: what reproduces it.

    Raises
    ------
    InvalidPackage
        "package name must be '<tenant>.<model>'; got ...".
    """

    name: str
    version: str
    validation: Mapping[str, Any] = field(default_factory=dict)
    card: Mapping[str, Any] = field(default_factory=dict)
    trained_on: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        tenant, dot, model = self.name.rpartition(".")
        if not (tenant and dot and model):
            raise InvalidPackage(
                f"package name must be '<tenant>.<model>'; got {self.name!r}."
                " Put the tenant before the dot."
            )

    @property
    def label(self) -> str:
        """Name and version, as answers state them: "demo.churn/1"."""
        return f"{self.name}/{self.version}"

    @property
    def tenant(self) -> str:
        """The tenant whose model this is."""
        return self.name.rpartition(".")[0]

    @property
    def model(self) -> str:
        """The model without its tenant: "churn"."""
        return self.name.rpartition(".")[2]


class Label(NamedTuple):
    """The parts of a label.

    Parameters
    ----------
    tenant, model, version : str
    """

    tenant: str
    model: str
    version: str


def read_label(label: str) -> Label:
    """Read what `AnyPackage.label` wrote.

    Parameters
    ----------
    label : str

    Returns
    -------
    Label
        What is not there is empty.

    Examples
    --------
    >>> read_label("demo.churn/3")
    Label(tenant='demo', model='churn', version='3')
    """
    name, _, version = label.partition("/")
    tenant, _, model = name.rpartition(".")
    return Label(tenant, model, version)
