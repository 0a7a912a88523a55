"""Write a model of a table down as a decision package."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import asdict

import numpy as np
from numpy.typing import NDArray

from commerce.records.tenants import SHARED
from scoring.calibration import Calibration
from scoring.fields import Field
from scoring.package import DecisionRule, Package, PackageOutput
from scoring.templates import ALTERNATIVE
from training.errors import NotExportable
from training.fitting.choosing import Chosen
from training.fitting.estimators import LogitBlend, obstacle
from training.publishing.export import UNPUBLISHED, components_of
from training.specs.table_spec import SpecColumn, TableSpec
from training.tables.dataset import TableDataset

Floats = NDArray[np.float64]

NO_CURRENCY = "XXX"
"""ISO 4217's code where there is no money."""

LIKELIER = 0.5
"""The threshold where no money says another."""

_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_MARKS = re.compile(r"[{}\[\]|]")


def export_table(
    dataset: TableDataset, chosen: Chosen, calibration: Calibration | None = None
) -> Package:
    """Write a fitted model down as a decision package.

    Parameters
    ----------
    dataset : TableDataset
        The rows it was fitted on: usual values are read off them.
    chosen : Chosen
    calibration : Calibration, optional
        What is done to its logits; nothing by default.

    Returns
    -------
    Package
        Version "0"; its outputs are the columns learned from.

    Raises
    ------
    NotExportable
        "chosen candidate 'forest' must be one that tables hold to become a decision package; got ..."
    """
    if not isinstance(chosen.estimator, LogitBlend):
        raise NotExportable(
            f"chosen candidate {chosen.chosen.name!r} must be one that tables hold to become a decision package;"
            f" got {type(chosen.estimator).__name__}: {obstacle(chosen.estimator)}. Add one of the standard ones."
        )
    outcome, spec = dataset.outcome, dataset.spec
    usual, decision = _sentences(outcome) if spec is None else _declared(spec)
    return Package(
        name=f"{SHARED}.{dataset.name}",
        version=UNPUBLISHED,
        currency=NO_CURRENCY,
        outputs=tuple(
            _output(field, values, None if spec is None else spec.columns[field.name])
            for field, values in zip(dataset.fields.columns, dataset.values.T, strict=True)
        ),
        components=components_of(chosen.estimator, len(dataset.features)),
        calibration=calibration or Calibration(),
        decision=decision,
        fields=dataset.fields,
        usual=usual,
        trained_on={
            "snapshot": dataset.digest,
            "file": dataset.source,
            "n_train": len(dataset.labels),
            "base_rate": float(dataset.labels.mean()),
        },
    )


def readable(name: str) -> str:
    """Write a column's name as people say it.

    Examples
    --------
    >>> [readable(name) for name in ("CreditScore", "num_of_products", "PAY_0", "age")]
    ['Credit score', 'Num of products', 'PAY 0', 'Age']
    """
    words = _plain(_CAMEL.sub(" ", name).replace("_", " ")).split()
    told = [word if word.isupper() else word.lower() for word in words]
    text = " ".join(told) or name
    return text[:1].upper() + text[1:]


def _plain(text: str) -> str:
    """Take the marks of a template out of a text."""
    return _MARKS.sub(" ", text)


def _sentences(outcome: str) -> tuple[str, DecisionRule]:
    """What is usual and what is decided, where nobody found words for it."""
    usual = (
        f"The probability of {_plain(outcome)} is usually {{risk}}; nothing known here raises it by much."
        f"{ALTERNATIVE}The probability of {_plain(outcome)} is usually {{risk}}; several small things raise it here,"
        " none of which stands out."
    )
    rule = f"Yes where {outcome} is likelier than not; no costs are known that would set another threshold."
    return usual, DecisionRule(threshold=LIKELIER, at_or_above="yes", below="no", rule=rule)


def _declared(spec: TableSpec) -> tuple[str, DecisionRule]:
    """The same in the words of a spec."""
    decision = DecisionRule(
        threshold=LIKELIER, at_or_above=spec.at_or_above, below=spec.below, rule=spec.rule
    )
    return spec.usual, decision


def _output(field: Field, values: Floats, worded: SpecColumn | None) -> PackageOutput:
    known = values[~np.isnan(values)]
    label = readable(field.name)
    number = f"{label} is {{value}}{{compared}}.{ALTERNATIVE}{label} is {{value}}."
    template = f"{label} is {{value}}." if field.is_category else number
    return PackageOutput(
        name=field.name,
        hash=hashlib.sha256(json.dumps(asdict(field), sort_keys=True).encode()).hexdigest()[:32],
        family=field.name,
        unit="",
        reference=float(np.median(known)) if len(known) and not field.is_category else None,
        template=template if worded is None else worded.template,
        missing=f"{label} is not known." if worded is None else worded.missing,
    )
