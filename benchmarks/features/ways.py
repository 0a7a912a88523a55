"""The ways that are compared, each from the same Parquet files to values in memory: pandas, SQL by hand, ours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pandas as pd
from benchmarks.features.stream import Stream

from features.declaring.clocks import DAY
from features.declaring.declaration import DAYS, catalogue, count, recency, source, total
from features.evaluating.table import FeatureTable

WINDOWS = (7, 30, 90, 365)

_paid = source("order.paid")
_returned = source("order.returned", "return.approved")

REFERENCE = catalogue(
    count(_paid, name="paid", windows=(*DAYS(*WINDOWS), None), description="Orders paid for."),
    total(
        _paid.of("base_minor"),
        name="spend",
        windows=DAYS(*WINDOWS),
        null=0,
        description="Amount paid.",
    ),
    count(_returned, name="returned", windows=DAYS(*WINDOWS), description="Returns."),
    recency(_paid, name="days_since_paid", description="Days since the latest order paid for."),
)
"""The fourteen features that pandas and SQL by hand also give."""


Columns = dict[str, npt.NDArray[Any]]


def by_pandas(stream: Stream) -> list[pd.DataFrame]:
    """The fourteen, in pandas: rows that matter picked once, customers numbered once, one groupby per window."""
    columns = ["customer_id", "type", "occurred_at", "recorded_at", "base_minor"]
    folder = stream.snapshot.files[0].parents[1]
    events = pd.read_parquet(folder, columns=columns)
    events = events[events["customer_id"].notna()]
    customer, ids = pd.factorize(events["customer_id"], sort=True)
    known_at = np.maximum(events["occurred_at"], events["recorded_at"])
    events = events.drop(columns="customer_id").assign(customer=customer, known_at=known_at)
    known_from = events.groupby("customer")["known_at"].min()
    paid = events[events["type"] == "order.paid"]
    returned = events[events["type"].isin(["order.returned", "return.approved"])]
    answers = []
    for cutoff in stream.cutoffs:
        paid_now = paid[paid["known_at"] < cutoff]
        returned_now = returned[returned["known_at"] < cutoff]
        ever = paid_now.groupby("customer")["occurred_at"].agg(["size", "max"])
        found = {"paid": ever["size"], "days_since_paid": (cutoff - ever["max"]) / DAY}
        for days in WINDOWS:
            since = cutoff - days * DAY
            recent = paid_now[paid_now["occurred_at"] >= since]
            amounts = recent.groupby("customer")["base_minor"].agg(["size", "sum"])
            found[f"paid_{days}d"], found[f"spend_{days}d"] = amounts["size"], amounts["sum"]
            recent = returned_now[returned_now["occurred_at"] >= since]
            found[f"returned_{days}d"] = recent.groupby("customer").size()
        frame = pd.DataFrame(found, index=known_from.index[known_from < cutoff])
        counted = frame.columns.drop("days_since_paid")
        frame = frame.fillna(dict.fromkeys(counted, 0)).astype("float64")
        answers.append(frame.set_index(ids[frame.index]))
    return answers


def by_hand(stream: Stream, script: str) -> list[Columns]:
    """What a script of SQL beside this module gives: its last statement at each cutoff, as numpy columns."""
    text = (Path(__file__).parent / script).read_text()
    *once, at_cutoff = text.split(";\n")
    files = [str(path) for path in stream.snapshot.files]
    with duckdb.connect() as database:
        database.read_parquet(files, hive_partitioning=False).create_view("snapshot")
        for statement in once:
            database.execute(statement).fetchall()
        return [
            {name: np.ma.asarray(found) for name, found in answer.items()}
            for answer in (
                database.execute(at_cutoff, {"t": cutoff}).fetchnumpy() for cutoff in stream.cutoffs
            )
        ]


def differing(
    table: FeatureTable, ids: Sequence[str], columns: Mapping[str, npt.NDArray[Any]]
) -> list[str]:
    """Name what is not the same in a table and in columns: customers, names, or values in any bit."""
    if table.customer_ids != list(ids):
        return ["customers"]
    if set(columns) != set(table.names):
        return sorted(set(columns) ^ set(table.names))
    return [
        name
        for place, name in enumerate(table.names)
        if not np.array_equal(table.values[:, place], columns[name], equal_nan=True)
    ]


def joined(answers: list[Columns]) -> tuple[list[str], Columns]:
    """Put the answers at each cutoff together: customers, and columns of floats with NaN where missing."""
    columns = {
        name: np.concatenate(
            [np.ma.filled(answer[name].astype(np.float64), np.nan) for answer in answers]
        )
        for name in answers[0]
        if name != "customer_id"
    }
    return [one for answer in answers for one in answer["customer_id"]], columns
