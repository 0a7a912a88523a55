"""Feature tables as pandas DataFrames, for training, for notebooks and on disk.

The only module here, with the checks, that knows pandas.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from commerce.records.instants import to_micros
from features.catalogue import CATALOGUE
from features.comparing.changes import declarations
from features.declaring.compilation import Catalogue
from features.declaring.operators import Feature
from features.errors import SnapshotNotFound
from features.evaluating.duckdb_evaluator import evaluate_each, label_table
from features.evaluating.evaluator import Evaluator
from features.evaluating.table import FeatureTable, LabelTable, joined
from features.labels import Label, find_label
from features.snapshots.snapshot import Snapshot
from tabular.files import replace_text, replacing

KEYS = ("customer_id", "cutoff")
"""The columns that come before the features."""

LABEL = "label"
"""The column that comes after them."""

DECLARED = "catalogue.json"
"""The file beside feature tables that says what each of their features was declared as."""


def training_frame(
    snapshot: Snapshot,
    cutoffs: Sequence[int],
    label: Label | str,
    features: Iterable[str | Feature] | None = None,
    horizon_days: int | None = None,
    *,
    known_before: int | None = None,
    keep_constant: bool = False,
) -> pd.DataFrame:
    """Give features at cutoffs beside what came about after them.

    Parameters
    ----------
    snapshot : Snapshot
    cutoffs : sequence of int
        Epoch microseconds; each is a row of its own for every customer.
    label : Label or str
        One of the shop's own by name, or one declared on the spot.
    features : iterable of str or Feature, optional
        Names in the catalogue, and entries declared on the spot; the whole catalogue by default.
    horizon_days : int, optional
        Days, >= 1; the label's own by default.
    known_before : int, optional
        Epoch microseconds: labels as they were known then. By default whatever the snapshot holds counts.
    keep_constant : bool, default False
        Whether to keep features with one value, or none, in all the rows: there is nothing to learn from them.

    Returns
    -------
    DataFrame of shape (n_rows, n_features + 3)
        ``customer_id`` (32 hex digits), ``cutoff`` (UTC), the features as float64, ``label`` (0 or
        1), one row per cutoff and customer of the label's population, in that order. The names of features
        left out because they are constant are in ``frame.attrs["constant"]``, a list.

    Raises
    ------
    UnknownFeature
        "feature must be in the catalogue; got ... Did you mean ...?".
    DeclarationError
        "label must be one of the shop's own; got ..."; and as :func:`chosen`.
    """
    label = find_label(label) if isinstance(label, str) else label
    outcomes = label_table(snapshot, label, cutoffs, horizon_days, known_before=known_before)
    table = feature_frame(snapshot, cutoffs, chosen(features), customers=set(outcomes.customer_ids))
    labels = _keys(outcomes).assign(**{LABEL: outcomes.labels})
    frame = table.merge(labels, on=list(KEYS), how="inner", validate="one_to_one")
    kinds = frame.drop(columns=[*KEYS, LABEL]).nunique(dropna=False)
    constant = [] if keep_constant else list(kinds.index[kinds <= 1])
    frame = frame.drop(columns=constant)
    frame.attrs["constant"] = constant
    return frame


def feature_frame(
    snapshot: Snapshot,
    cutoffs: Sequence[int],
    catalogue: Catalogue = CATALOGUE,
    *,
    customers: Collection[str] | None = None,
    evaluator: Evaluator = evaluate_each,
) -> pd.DataFrame:
    """Give the features of every customer known at each cutoff.

    Parameters
    ----------
    snapshot : Snapshot
    cutoffs : sequence of int
        Epoch microseconds.
    catalogue : Catalogue, optional
        The shop's own by default.
    customers : collection of str, optional
        32 hex digits each; all by default.
    evaluator : Evaluator, optional
        What computes them; DuckDB by default. The values are the same by any.

    Returns
    -------
    DataFrame of shape (n_rows, n_outputs + 2)
        ``customer_id``, ``cutoff`` (UTC), and the features as float64, NaN where missing; a row for each cutoff and
        customer that had an event recorded and occurred before it.
    """
    tables = evaluator(snapshot, cutoffs, catalogue, customers=customers)
    return frame_of(joined(tables, catalogue))


def frame_of(table: FeatureTable) -> pd.DataFrame:
    """Give an evaluator's table the form of :func:`feature_frame`.

    Parameters
    ----------
    table : FeatureTable

    Returns
    -------
    DataFrame of shape (n_rows, n_outputs + 2)
        The same rows in the same order.
    """
    values = pd.DataFrame(table.values, columns=list(table.names))
    return pd.concat([_keys(table), values], axis=1)


def chosen(features: Iterable[str | Feature] | None, base: Catalogue = CATALOGUE) -> Catalogue:
    """Compile a choice of names and of entries declared on the spot.

    Parameters
    ----------
    features : iterable of str or Feature, or None
        Names in `base`, and entries declared on the spot, which may be derived from it; None is all of `base`.
    base : Catalogue, optional
        The shop's own by default.

    Returns
    -------
    Catalogue
        The outputs in the order given; an entry gives one for each of its windows.

    Raises
    ------
    UnknownFeature
        "feature must be in the catalogue; got ... Did you mean ...?".
    DeclarationError
        As :func:`features.declaring.declaration.catalogue`.

    Examples
    --------
    >>> chosen(["orders_90d", "spend"]).names
    ('orders_90d', 'spend')
    """
    if features is None:
        return base
    wanted = list(features)
    extended = base.extend([entry for entry in wanted if isinstance(entry, Feature)])
    names: list[str] = []
    for entry in wanted:
        names += [entry] if isinstance(entry, str) else map(entry.output_name, entry.windows)
    return extended.subset(names)


@dataclass(frozen=True, kw_only=True)
class StoredFeatures:
    """Feature values read back from disk.

    Parameters
    ----------
    frame : DataFrame
        As :func:`feature_frame` gives it.
    snapshot : str
        Hash of the snapshot it was made from.
    hashes : dict
        Hash per feature, as declared then.
    """

    frame: pd.DataFrame
    snapshot: str
    hashes: dict[str, str]


def write_features(
    frame: pd.DataFrame, folder: Path, *, snapshot: Snapshot, catalogue: Catalogue = CATALOGUE
) -> tuple[Path, ...]:
    """Write a feature frame, one Parquet file per cutoff, each complete or absent.

    Parameters
    ----------
    frame : DataFrame
        As :func:`feature_frame` or :func:`training_frame` gives it.
    folder : Path
        Where features of all tenants lie.
    snapshot : Snapshot
    catalogue : Catalogue, optional
        What the frame was made with; the shop's own by default.

    Returns
    -------
    tuple of Path
        ``folder/<tenant>/<snapshot hash>/<cutoff in microseconds>.parquet``, ordered by cutoff; beside them
        `DECLARED`, what the features were declared as.
    """
    root = folder / snapshot.tenant / snapshot.hash
    hashes = {output.name: output.hash for output in catalogue.outputs if output.name in frame}
    about = {"snapshot": snapshot.hash, "hashes": hashes}
    paths = []
    for cutoff, rows in frame.groupby("cutoff", sort=True):
        assert isinstance(cutoff, pd.Timestamp), "cutoffs are instants"
        # Instants go without their zone, and get it back: pyarrow's way to read it is deprecated in pandas.
        plain = rows.assign(cutoff=rows["cutoff"].dt.tz_convert(None)).reset_index(drop=True)
        table = pa.Table.from_pandas(plain, preserve_index=False)
        instants = table["cutoff"].cast(pa.timestamp("us", tz="UTC"))
        table = table.set_column(table.column_names.index("cutoff"), "cutoff", instants)
        table = table.replace_schema_metadata({"bellwether": json.dumps(about)})
        path = root / f"{to_micros(cutoff.to_pydatetime())}.parquet"
        with replacing(path) as draft:
            pq.write_table(table, draft, compression="zstd")
        paths.append(path)
    declared = {"hash": catalogue.hash, "outputs": declarations(catalogue)}
    replace_text(root / DECLARED, json.dumps(declared, indent=1))
    return tuple(paths)


def read_features(folder: Path, tenant: str, snapshot_hash: str, cutoff: int) -> StoredFeatures:
    """Read the features of one cutoff back.

    Parameters
    ----------
    folder : Path
        Where features of all tenants lie.
    tenant : str
    snapshot_hash : str
        32 hex digits.
    cutoff : int
        Epoch microseconds.

    Returns
    -------
    StoredFeatures
        The frame, and what it was made with.

    Raises
    ------
    SnapshotNotFound
        "features at ... must have been written; got no file ...".
    """
    path = folder / tenant / snapshot_hash / f"{cutoff}.parquet"
    if not path.exists():
        raise SnapshotNotFound(
            f"features at {cutoff} must have been written; got no file {path}."
            " Build the features first."
        )
    table = pq.read_table(path)
    about = json.loads((table.schema.metadata or {})[b"bellwether"])
    frame = table.replace_schema_metadata(None).to_pandas()
    frame["customer_id"] = frame["customer_id"].astype("str")
    return StoredFeatures(frame=frame, snapshot=about["snapshot"], hashes=about["hashes"])


def stored_hashes(path: Path) -> dict[str, str] | None:
    """Read what the features of one file were declared as, without reading the features.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict or None
        Hash per feature; None where the file is not one that :func:`write_features` wrote.
    """
    metadata = pq.read_schema(path).metadata or {}
    hashes: dict[str, str] | None = json.loads(metadata.get(b"bellwether", b"{}")).get("hashes")
    return hashes


def _keys(table: FeatureTable | LabelTable) -> pd.DataFrame:
    """Give the columns of `KEYS`; instants as UTC timestamps of microseconds."""
    instants = pd.Series(pd.to_datetime(table.cutoffs, unit="us", utc=True)).dt.as_unit("us")
    customers = pd.Series(table.customer_ids, dtype="str")
    return pd.DataFrame({"customer_id": customers, "cutoff": instants})
