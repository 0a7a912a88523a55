"""From values that are sent to a decision. Nothing is kept here."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import numpy as np

from commerce.records.tenants import SHARED
from features.declaring.complete_rows import all_surely_agree
from scoring.decisions import Decision, decide, decide_many
from serving.errors import InvalidRequest, ModelMissing, UnknownName
from serving.predict.asking import Answer, AppState, ValuesRequest
from serving.predict.packages import PackageShelf, Served
from serving.predict.payload import Payload, read_fields, read_payload, read_whole
from serving.predict.prediction_log.entries import Entry


def decide_by_values(
    state: AppState, model: str, request: ValuesRequest, request_id: str
) -> Answer:
    """Decide upon values; nothing is kept yet. Where there is a record store it must know the tenant.

    What a model of a table answers is about no record of any shop: it is not kept, and comes out the same again from
    the values that were sent and the version that is named.
    """
    moment = _moment(state, model, request.tenant)
    payload = read_values(request, moment.served)
    decision = decide(moment.served.package, payload.values)
    return _answer(moment, request, request_id, payload, decision)


def decide_together(
    state: AppState, model: str, tenant: str, asked: Sequence[tuple[ValuesRequest, str]]
) -> list[Answer] | None:
    """Decide upon the values of several requests at once, each as `decide_by_values` does.

    Parameters
    ----------
    asked : sequence of (ValuesRequest, str)
        Of one tenant, each with its request id.

    Returns
    -------
    list of Answer, or None
        None where one of them takes a closer look.
    """
    moment = _moment(state, model, tenant)
    served = moment.served
    if served.package.fields is not None:
        try:
            payloads = [read_values(request, served) for request, _ in asked]
        except InvalidRequest:
            return None
        table = np.stack([each.values for each in payloads])
    else:
        whole = read_whole([request.features for request, _ in asked], served.outputs)
        if whole is None or not all_surely_agree(served.outputs, whole):
            return None
        payloads, table = [Payload(values=row, assumed={}) for row in whole], whole
    decisions = decide_many(served.package, table)
    return [
        _answer(moment, request, request_id, payload, decision)
        for (request, request_id), payload, decision in zip(asked, payloads, decisions, strict=True)
    ]


class _Moment(NamedTuple):
    """When values are asked about, who answers, and whether the answer is kept."""

    now: datetime
    as_of: datetime
    served: Served
    kept: bool


def _moment(state: AppState, model: str, tenant: str) -> _Moment:
    now = as_of = state.now()
    kept = state.store is not None and tenant != SHARED
    if state.store is not None and kept:
        as_of = state.store.clock(tenant, now)
    return _Moment(now, as_of, served_by_values(state, tenant, model), kept)


def _answer(
    moment: _Moment, request: ValuesRequest, request_id: str, payload: Payload, decision: Decision
) -> Answer:
    """Give the answer to a request by values."""
    now, as_of, served, kept = moment
    entry = None
    if kept:
        entry = Entry(
            decision=decision,
            package=served.package,
            values=payload.values,
            request_id=request_id,
            tenant=request.tenant,
            customer_id=None,
            as_of=as_of,
            made_at=now,
            backfills=0,
        )
    return Answer(
        package=served.package,
        decision=decision,
        customer_id=None,
        customer=None,
        as_of=as_of,
        request_id=request_id,
        assumed=payload.assumed,
        values=payload.values,
        steps=(
            f"values:{len(request.features)}",
            served.package.label,
            "kept" if kept else "not kept",
        ),
        entry=entry,
    )


def is_whole(state: AppState, model: str, request: ValuesRequest) -> bool:
    """Whether values are sent of all that a model reads: working out the rest takes a hundred times as long."""
    served = state.shelf.current(request.tenant, model)
    return served.package.fields is not None or len(request.features) >= len(served.outputs)


def served_by_values(state: AppState, tenant: str, model: str) -> Served:
    """Find who answers upon values: the tenant's own package alone.

    Raises
    ------
    ModelMissing
        "model <tenant>.<model> must have a published package; got ..."
    UnknownName
        Where there are no records that would know the tenant, and no packages of it.
    """
    if state.store is None or tenant == SHARED:
        return _without_records(state.shelf, tenant, model)
    return state.shelf.current(tenant, model)


def read_values(request: ValuesRequest, served: Served) -> Payload:
    """Read values as a package takes them, of the shop's features or of its own table.

    Raises
    ------
    InvalidRequest
        As `serving.predict.payload.read_payload` and `read_fields`.
    """
    if served.package.fields is not None:
        return read_fields(request.features, served.package.fields)
    return read_payload(request.features, served.outputs, served.usual)


def _without_records(shelf: PackageShelf, tenant: str, model: str) -> Served:
    """Find a package where only the packages say which tenants there are."""
    try:
        return shelf.current(tenant, model)
    except ModelMissing:
        tenants = sorted({known for known, _ in shelf.published()})
        if not tenants or tenant in (*tenants, SHARED):  # which nobody has to name
            raise
        raise UnknownName(
            f"tenant must have a model here; got {tenant!r}. Check the name.",
            field="tenant",
        ) from None
