"""Whether a shop's records can tell its customers apart at all, asked before anything is fitted.

A model needs enough of the rarer outcome, to learn from and to be tested on: what a handful of customers did tells
nothing of the others, and figures measured on them are chance.
"""

from __future__ import annotations

import pandas as pd

from commerce.records.instants import from_micros
from features.declaring.origins import opening_types
from features.labels import Owes
from features.snapshots.snapshot import Snapshot, recorded_types
from training.errors import GOES_ON, NotTrainable
from training.fitting.schedule import Schedule
from training.specs import ModelSpec


def check_recorded(spec: ModelSpec, snapshot: Snapshot, *, as_of: int) -> None:
    """Refuse a shop that never recorded what its population is known by.

    Raises
    ------
    NotTrainable
        "credit must have invoices to look at; got none. ..."
    """
    population = spec.label.population
    rows = population.aggregates if isinstance(population, Owes) else population.rows
    if recorded_types(snapshot, before=as_of).isdisjoint(opening_types(rows.origin)):
        raise NotTrainable(f"{spec.lacking} Without them, {GOES_ON}.")


def check_outcomes(
    spec: ModelSpec, train: pd.DataFrame, test: pd.DataFrame, schedule: Schedule
) -> None:
    """Refuse to learn from too few rows, and where too few customers did the rarer of two things.

    Parameters
    ----------
    spec : ModelSpec
        How much is enough, and the words for what customers did.
    train, test : DataFrame
        Columns customer_id and label, a row per customer and cutoff.
    schedule : Schedule
        When they were looked at.

    Raises
    ------
    NotTrainable
        "churn must have ... rows to learn from; got ..." or "6 of 7,384 customers ordered again within 90 days of
        2018-05-30: nobody can be told apart; ..."
    """
    if len(train) < spec.least_rows:
        raise NotTrainable(
            f"{spec.name} must have {spec.least_rows} rows to learn from; got {len(train)}:"
            f" too few customers {spec.had}. Until there are more, {GOES_ON}."
            " Import more records, or wait."
        )
    least = (spec.least_outcomes, spec.least_test_outcomes)
    for outcome, did in enumerate(spec.did):
        counts = [int((rows["label"] == outcome).sum()) for rows in (train, test)]
        if all(count >= wanted for count, wanted in zip(counts, least, strict=True)):
            continue
        rows = test if counts[1] < least[1] else train
        when = [from_micros(cutoff).date() for cutoff in schedule.cutoffs]
        day = f"{when[-1]}" if rows is test else f"a date from {when[0]} to {when[-2]}"
        who = rows.loc[rows["label"] == outcome, "customer_id"].nunique()
        seen = (
            f"{who:,} of {rows['customer_id'].nunique():,} customers {did} within"
            f" {schedule.horizon_days} days of {day}"
            if len(rows)
            else f"no customer {spec.had} on {day}"
        )
        raise NotTrainable(
            f"{seen}: nobody can be told apart; {GOES_ON}."
            f" {spec.name} must have {least[0]} of them to learn from and {least[1]} to be tested on;"
            f" got {counts[0]} and {counts[1]}. Import more records, or wait."
        )
