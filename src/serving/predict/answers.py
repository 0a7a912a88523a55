"""A question is answered: decided, and kept before the answer is given.

Every answer by customer is kept, and every answer by values where there is a record store.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

from commerce.records.tenants import find_tenant
from scoring.package import Package
from serving.predict.asking import Answer, AppState, CustomerRequest, ValuesRequest
from serving.predict.by_customer import decide_by_customer
from serving.predict.by_values import decide_by_values
from serving.predict.prediction_log.entries import Entry
from serving.predict.scores import record_score, record_scores


def answer(
    state: AppState, model: str, request: CustomerRequest | ValuesRequest, request_id: str
) -> Answer:
    """Answer a request, and keep the answer.

    Parameters
    ----------
    request_id : str
        UUID text, new.

    Raises
    ------
    TenantNotFound, CustomerNotFound, CustomerNotYet, NoBankRecord, UnknownName
        Nobody here knows that name, or did then.
    InvalidRequest
        A field breaks its rule.
    ModelMissing, StoreMissing, StoreUnavailable, LogUnwritable
        No answer is possible now; the sentence says what to run or set.
    """
    if isinstance(request, CustomerRequest):
        return answer_customer(state, model, request, request_id)
    found = decide_by_values(state, model, request, request_id)
    keep(state, found)
    return found


def answer_customer(
    state: AppState,
    model: str,
    request: CustomerRequest,
    request_id: str,
    *,
    otherwise: Callable[[], Package] | None = None,
) -> Answer:
    """Answer by customer, and keep the answer: features computed now, from everything committed before.

    Parameters
    ----------
    otherwise : callable, optional
        Gives what answers where the tenant has no package of the model that can.
    """
    found = decide_by_customer(state, model, request, request_id, otherwise=otherwise)
    keep(state, found)
    return found


def keep(state: AppState, found: Answer) -> None:
    """Keep an answer before it is given.

    Raises
    ------
    StoreUnavailable, LogUnwritable
    """
    if found.entry is None:
        return
    if state.log is not None:
        state.log.keep(found.entry)
    elif state.store is not None:
        with state.store.writing() as connection:
            tenant = find_tenant(connection, found.entry.tenant)
            record_score(connection, found.entry.row(tenant.id))


def begin_keeping(state: AppState, entries: Sequence[Entry]) -> Callable[[], None]:
    """Begin to keep the answers about one tenant, all or none.

    Returns
    -------
    callable
        Waits until they are kept, before any of them is given; raises as `keep`.
    """
    if state.log is not None:
        return state.log.begin_keeping(entries).result
    return partial(_record, state, entries)


def _record(state: AppState, entries: Sequence[Entry]) -> None:
    if entries and state.store is not None:
        with state.store.writing() as connection:
            tenant = find_tenant(connection, entries[0].tenant)
            record_scores(connection, [each.row(tenant.id) for each in entries])
