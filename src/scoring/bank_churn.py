"""Will this customer of a bank leave? By a record of nine fields, as any program has it at hand."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from commerce.people.bank_schema import BANK_V1, check_field
from commerce.records.errors import RecordError
from commerce.records.tenants import SHARED
from scoring.bank_model import BANK_MODEL, TRAINED_BY
from scoring.errors import InvalidField, InvalidRecord, PackageNotFound
from scoring.files import as_kind
from scoring.package import Package
from scoring.published import current_any, current_version
from scoring.scorer import score


class NoBankModel(PackageNotFound):
    """Nobody trained the model yet.

    Parameters
    ----------
    folder : Path
        Where packages were looked for.
    """

    def __init__(self, folder: Path) -> None:
        LookupError.__init__(
            self,
            f"model {SHARED}.{BANK_MODEL} must have a published package; got none in {folder}."
            f" Train it first: {TRAINED_BY}",
        )


def predict_churn(record: Mapping[str, Any], *, packages: Path | None = None) -> float:
    """Give the probability that a customer of the bank leaves.

    Parameters
    ----------
    record : mapping of str to int, float, str or bool
        All nine fields of `commerce.people.bank_schema.BANK_V1`; what else it holds says nothing. A country or gender
        that the model has never seen is no error: its column is then missing, or one of the rarer ones.
    packages : Path, optional
        Where packages are published; by default in the home: the folder that ``BELLWETHER_HOME`` names, else the
        nearest one at or above the current folder that has ``data/packages``.

    Returns
    -------
    float
        In [0, 1].

    Raises
    ------
    InvalidField
        "age must be given; got None. ...", "age must be 0 to 150; got -1. ..."
    NoBankModel
        "model shared.bank_churn must have a published package; got none in ... Train it first: ..."
    """
    checked = check_record(record)
    package = bank_package(packages or _packages())
    assert package.fields is not None
    values, _ = package.fields.read_row(checked)
    return float(score(package, values[None, :]).probability[0])


def check_record(record: Mapping[str, Any]) -> dict[str, Any]:
    """Check that a record holds each of the nine fields, within its range; a country may be any.

    Parameters
    ----------
    record : mapping of str to int, float, str or bool
        What else it holds is left out.

    Returns
    -------
    dict of str to int, float or str
        The nine fields.

    Raises
    ------
    InvalidField
        Names the field.

    Examples
    --------
    >>> check_record({"credit_score": 600})
    Traceback (most recent call last):
    ...
    scoring.errors.InvalidField: geography must be given; got None. A record has credit_score, geography, gender, age, \
tenure, balance, num_of_products, has_cr_card, is_active_member.
    """
    all_nine = f"A record has {', '.join(BANK_V1)}."
    if not isinstance(record, Mapping):
        raise InvalidField("", "be fields by name", record, all_nine)
    checked: dict[str, Any] = {}
    for name in BANK_V1:
        if record.get(name) is None:
            raise InvalidField(name, "be given", None, all_nine)
        try:
            checked[name] = check_field(name, record[name], known_only=False)
        except RecordError as error:
            raise InvalidRecord(name, str(error)) from error
    return checked


def bank_package(packages: Path) -> Package:
    """Read the package that answers now; it is read anew only where another version was published.

    Parameters
    ----------
    packages : Path
        Where packages are published.

    Returns
    -------
    Package
        With fields.

    Raises
    ------
    NoBankModel
    PackageDamaged
        If its files were changed.
    """
    version = current_version(packages, SHARED, BANK_MODEL)
    if version is None:
        raise NoBankModel(packages)
    known = _READ.get(packages)
    if known is None or known.version != version:
        known = as_kind(current_any(packages, SHARED, BANK_MODEL), Package)
        _READ[packages] = known
    return known


_READ: dict[Path, Package] = {}


def _packages() -> Path:
    """Find the home, as the workbench does; this is an entry point, so it looks around."""
    named = os.environ.get("BELLWETHER_HOME", "").strip()
    here = Path.cwd()
    homes = [Path(named).expanduser()] if named else [here, *here.parents]
    found = (home / "data" / "packages" for home in homes)
    return next((folder for folder in found if folder.is_dir()), homes[0] / "data" / "packages")
