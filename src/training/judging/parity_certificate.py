"""The parity certificate: the same customers, at the same instant, by the batch way and by the online way.

Features come once from the columnar evaluator over the snapshot and once, customer by customer, from the
record store as the server reads them; answers once from all rows together and once from each alone. They
must be the same bits. Without a certificate that holds, no model is promoted. It is the first of many: the
later ones are the audits of `training.judging.audits`.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from scoring.decisions import decide, decide_many
from scoring.package import Package
from scoring.wording import counted
from training.errors import NotTrainable
from training.fitting.dataset import Dataset

if TYPE_CHECKING:
    from sqlalchemy import Engine


Floats = NDArray[np.float64]

CUSTOMERS = 200
"""How many customers a certificate looks at."""

SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One value that is not the same by both ways."""

    customer_id: str
    what: str
    """A feature, or "answer"."""
    batch: str
    online: str
    """`batch`, `online`: the values, as Python writes them."""


@dataclass(frozen=True, kw_only=True)
class Certificate:
    """What was compared, and what differed.

    Parameters
    ----------
    package : str
        Name of the model.
    snapshot : str
        Hash of the snapshot.
    as_of : int, epoch microseconds
    customers, values, answers : int
        How many were compared.
    differences : int
        How many values or answers differ.
    examples : tuple of Difference
        At most five.
    hashes : mapping of str to str
        The outputs that were compared, by name, with the hashes of their declarations.
    """

    package: str
    snapshot: str
    as_of: int
    customers: int
    values: int
    answers: int
    differences: int
    examples: tuple[Difference, ...]
    hashes: Mapping[str, str] = field(default_factory=dict)

    @property
    def holds(self) -> bool:
        """Whether customers were compared, and nothing differs."""
        return self.customers > 0 and self.differences == 0

    @property
    def text(self) -> str:
        """One sentence."""
        seen = (
            f"{counted(self.customers, 'customer')}, {counted(self.values, 'feature value')} and"
            f" {counted(self.answers, 'answer')}"
        )
        if self.holds:
            return f"batch and online agree to the bit on {seen}"
        if not self.customers:
            return "batch and online must be compared on at least one customer; got none"
        first = self.examples[0]
        return (
            f"batch and online must agree to the bit on {seen}; got {self.differences} differences,"
            f" first {first.what} of customer {first.customer_id}: {first.batch} against {first.online}"
        )

    def as_dict(self) -> dict[str, Any]:
        """The certificate in JSON's own types.

        Returns
        -------
        dict of str to Any
            Ready for JSON.
        """
        return asdict(self) | {
            "examples": [asdict(one) for one in self.examples],
            "holds": self.holds,
        }


def certify_parity(
    engine: Engine, dataset: Dataset, package: Package, *, customers: int = CUSTOMERS
) -> Certificate:
    """Compare batch and online for a sample of a tenant's customers, as of the dataset's instant.

    Parameters
    ----------
    engine : Engine
        The record store the server reads.
    dataset : Dataset
        Whose records; both ways look at those before its `as_of`, batch in its snapshot.
    package : Package
        What was trained on it.
    customers : int, >= 1, default 200

    Returns
    -------
    Certificate

    Raises
    ------
    NotTrainable
        "demo.churn must have customers before ...; got none. ..."
    """
    from commerce.records.database import reading
    from features.evaluating.duckdb_evaluator import evaluate
    from features.evaluating.online import online_features

    as_of, subset = dataset.as_of, dataset.catalogue.subset(package.names)
    table = evaluate(dataset.snapshot, [as_of], subset)
    if not table.customer_ids:
        raise NotTrainable(
            f"{package.name} must have customers before {as_of}; got none. Choose a later as_of."
        )
    places = sample(table.customer_ids, customers)
    with reading(engine) as connection:
        online = [
            online_features(
                connection,
                dataset.tenant.id,
                uuid.UUID(table.customer_ids[place]),
                as_of,
                subset,
                backfills=dataset.snapshot.backfills,
            )
            for place in places
        ]
    return compare_batch_and_online(
        package,
        [table.customer_ids[place] for place in places],
        table.values[places],
        np.array(online, dtype=np.float64).reshape(len(places), len(package.names)),
        snapshot=dataset.snapshot.hash,
        as_of=as_of,
    )


def sample(customer_ids: Sequence[str], count: int) -> list[int]:
    """Choose rows that look random and are always the same: those with the lowest hashes."""
    marks = [hashlib.sha256(customer.encode()).digest() for customer in customer_ids]
    return sorted(sorted(range(len(marks)), key=lambda place: marks[place])[:count])


def compare_batch_and_online(
    package: Package,
    customer_ids: Sequence[str],
    batch: Floats,
    online: Floats,
    *,
    snapshot: str,
    as_of: int,
    decide_batch: Callable[[Package, Floats], list[Any]] = decide_many,
    decide_online: Callable[[Package, Floats], Any] = decide,
) -> Certificate:
    """Compare two tables of values bit by bit, and the answers that follow from each."""
    found: list[Difference] = []
    together = decide_batch(package, batch)
    for row, customer in enumerate(customer_ids):
        same = (batch[row].view(np.int64) == online[row].view(np.int64)) | (
            np.isnan(batch[row]) & np.isnan(online[row])
        )
        found += [
            Difference(
                customer_id=customer,
                what=package.names[column],
                batch=repr(float(batch[row, column])),
                online=repr(float(online[row, column])),
            )
            for column in np.flatnonzero(~same)
        ]
        alone = decide_online(package, online[row])
        if repr(alone) != repr(together[row]):
            found.append(
                Difference(
                    customer_id=customer,
                    what="answer",
                    batch=repr(together[row].probability),
                    online=repr(alone.probability),
                )
            )
    return Certificate(
        package=package.name,
        snapshot=snapshot,
        as_of=as_of,
        customers=len(customer_ids),
        values=int(batch.size),
        answers=len(together),
        differences=len(found),
        examples=tuple(found[:SHOWN]),
        hashes={output.name: output.hash for output in package.outputs},
    )
