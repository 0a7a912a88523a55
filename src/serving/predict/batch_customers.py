"""The customers of a batch, paged through as one observation: all of them as they were known before one instant."""

from __future__ import annotations

from collections.abc import Mapping, MutableSequence, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple

import msgspec
import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

from commerce.records.errors import (
    CommerceError,
    CustomerNotFound,
    CustomerNotYet,
    TenantNotFound,
)
from commerce.records.identity import Identity, was_known
from commerce.records.lookup import Lookup, look_up
from commerce.records.stream.backfills import last_backfill
from commerce.records.tenants import Tenant, find_tenant, observe
from features.errors import FeatureError
from scoring.errors import ScoringError
from serving.errors import InvalidRequest, ModelMissing, ServingError, StoreMissing
from serving.predict.asking import Answer, AppState, CustomerRequest
from serving.predict.by_customer import settle
from serving.predict.customer_values import (
    CustomerRead,
    read_customer,
    served_for,
    values_of_all,
)
from serving.predict.packages import Served

Floats = NDArray[np.float64]

REFUSED = (CommerceError, FeatureError, ScoringError, ServingError, TimeoutError)
"""What refuses one question; the others are answered."""
_AT_ONCE = 200
"""How many customers are read through one connection before another request may have it."""
_MICROSECOND = timedelta(microseconds=1)


class Row(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """A question that can be decided.

    Attributes
    ----------
    place : int
        Among the questions of its chunk.
    values : float array of shape (n_outputs,)
    customer_id, customer
        As `serving.predict.asking.Answer` has them.
    """

    place: int
    values: Floats
    as_of: datetime
    backfills: int = 0
    customer_id: str | None = None
    customer: Identity | None = None
    assumed: Mapping[str, float | None] = {}


class _CustomerRow(NamedTuple):
    """A question whose customer was read."""

    place: int
    question: CustomerRequest
    as_of: datetime
    customer: Identity
    read: CustomerRead


@dataclass(kw_only=True)
class _Observation:
    """What a batch reads of customers: the records of a tenant as they were known before an instant."""

    tenant: Tenant
    served: Served
    time: datetime
    """By the tenant's clock, when the batch began."""
    as_of: datetime
    backfills: int
    mark: datetime | None
    """What the tenant was observed as of."""


class CustomerReader:
    """Reads customers, a page at a time.

    Parameters
    ----------
    state : AppState
    tenant, model : str
    as_of : str or None
        As of when, where a question does not say it; as `commerce.records.tenants.settle_as_of` takes it.
    """

    def __init__(self, state: AppState, tenant: str, model: str, as_of: str | None) -> None:
        self._state = state
        self._tenant, self._model, self._as_of = tenant, model, as_of
        self._observation: _Observation | Exception | None = None

    @property
    def served(self) -> Served:
        """Who answers about customers; known once one was read."""
        assert isinstance(self._observation, _Observation)
        return self._observation.served

    def read(
        self,
        asked: Sequence[tuple[int, CustomerRequest]],
        found: MutableSequence[Answer | Exception],
    ) -> list[Row]:
        """Read customers; why one is refused is put at its place among what was found."""
        rows: list[Row] = []
        for first in range(0, len(asked), _AT_ONCE):
            page = asked[first : first + _AT_ONCE]
            try:
                rows += self._read_page(page, found)
            except REFUSED as error:  # of all that follow, too: nothing else is to be expected
                for place, _ in asked[first:]:
                    found[place] = error
                break
        return rows

    def _read_page(
        self,
        page: Sequence[tuple[int, CustomerRequest]],
        found: MutableSequence[Answer | Exception],
    ) -> list[Row]:
        seen, store = self._observed(), self._state.store
        assert store is not None
        settled: list[tuple[int, CustomerRequest, datetime]] = []
        for place, question in page:
            try:
                as_of = seen.as_of
                if question.as_of is not None:
                    as_of = settle(question.as_of, seen.tenant, seen.time)
                    self._reach(seen, as_of)
                settled.append((place, question, as_of))
            except REFUSED as error:
                found[place] = error

        def read(connection: Connection) -> list[_CustomerRow]:
            rows = []
            for place, question, as_of in settled:
                try:
                    rows.append(_read_customer(connection, seen, place, question, as_of))
                except REFUSED as error:
                    found[place] = error
            return rows

        return _with_values(seen, store.look(read), found)

    def _observed(self) -> _Observation:
        """Observe the tenant, once for all customers."""
        if self._observation is None:
            try:
                self._observation = self._observe()
            except (ModelMissing, StoreMissing, InvalidRequest, TenantNotFound) as error:
                self._observation = error
        if isinstance(self._observation, Exception):
            raise self._observation
        return self._observation

    def _observe(self) -> _Observation:
        store, now = self._state.store, self._state.now()
        if store is None:
            raise StoreMissing
        known = store.look(lambda connection: look_up(connection, self._tenant, ""))
        if known is None:
            with store.reading() as connection:
                find_tenant(connection, self._tenant)
        assert known is not None
        served = served_for(self._state.shelf, known.tenant, self._model, None)
        time = _clock(known, now)
        seen = _Observation(
            tenant=known.tenant,
            served=served,
            time=time,
            as_of=settle(self._as_of, known.tenant, time),
            backfills=known.backfills,
            mark=known.tenant.observed_at,
        )
        if self._reach(seen, seen.as_of):
            seen.backfills = store.look(
                lambda connection: last_backfill(connection, seen.tenant.id)
            )
        return seen

    def _reach(self, seen: _Observation, as_of: datetime) -> bool:
        """Observe the tenant as of an instant; whether it had not been yet."""
        if seen.mark is not None and as_of <= seen.mark:
            return False
        assert self._state.store is not None
        with self._state.store.writing() as connection:
            observe(connection, seen.tenant, as_of)
        seen.mark = as_of
        return True


def _clock(known: Lookup, now: datetime) -> datetime:
    """Tell what time it is for a tenant: after all that was recorded of it, also ahead of the wall's time."""
    mark = known.tenant.observed_at
    if known.tenant.clock_mode == "wall" and mark is not None and mark >= now:
        return mark + _MICROSECOND
    return known.clock(now)


def _read_customer(
    connection: Connection,
    seen: _Observation,
    place: int,
    question: CustomerRequest,
    as_of: datetime,
) -> _CustomerRow:
    """Read what a package wants to know of a customer."""
    tenant = seen.tenant
    known = look_up(connection, tenant.slug, question.customer_id)
    if known is None or known.customer is None or known.since is None:
        raise CustomerNotFound(tenant.slug, question.customer_id)
    customer = known.customer
    if known.since > as_of and not was_known(connection, tenant, customer.id, as_of):
        raise CustomerNotYet(question.customer_id, as_of)
    found = read_customer(
        connection, tenant, customer.id, as_of, seen.served, backfills=seen.backfills
    )
    return _CustomerRow(place, question, as_of, customer, found)


def _with_values(
    seen: _Observation, rows: Sequence[_CustomerRow], found: MutableSequence[Answer | Exception]
) -> list[Row]:
    """Give customers their values, all at once; where that cannot be, each by itself, to tell whose fault it is."""
    if not rows:
        return []
    try:
        table = values_of_all(seen.served, [each.read for each in rows])
    except REFUSED as error:
        if len(rows) == 1:
            found[rows[0].place] = error
            return []
        return [row for each in rows for row in _with_values(seen, [each], found)]
    return [
        Row(
            place=each.place,
            values=values,
            as_of=each.as_of,
            backfills=seen.backfills,
            customer_id=each.question.customer_id,
            customer=each.customer,
        )
        for each, values in zip(rows, table, strict=True)
    ]
