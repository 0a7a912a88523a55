"""Many questions at once: what each comes to, or why it is refused; as one observation, by one package.

A batch is answered a chunk at a time, so that memory stays bounded: values are read as a table, customers are paged
through as `serving.predict.deciding` reads one, and both are decided together. A chunk is kept before it is given.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

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
from commerce.records.tenants import SHARED, Tenant, find_tenant, observe
from scoring.bank_model import BANK_MODEL
from scoring.decisions import decide_many
from scoring.errors import ScoringError
from serving.errors import InvalidRequest, ModelMissing, ServingError, StoreMissing
from serving.predict.answers import keep_all
from serving.predict.asking import Answer, AppState, CustomerRequest, ValuesRequest
from serving.predict.customer_values import customer_values, served_for
from serving.predict.deciding import read_values, served_by_values, settle
from serving.predict.packages import Served
from serving.predict.payload import accept_rows
from serving.predict.prediction_log.entries import Entry

Floats = NDArray[np.float64]

MOST_ROWS = 100_000
"""Questions of a batch."""
AT_ONCE = 2_000
"""Questions of a chunk: enough that arrays pay, few enough that they take some megabytes."""
_CUSTOMERS_AT_ONCE = 200
"""How many customers are read through one connection before another request may have it."""
_MICROSECOND = timedelta(microseconds=1)

REFUSED = (CommerceError, ScoringError, ServingError, TimeoutError)
"""What refuses one question; the others are answered."""


@dataclass(frozen=True, kw_only=True)
class BatchRequest:
    """What is said once for all questions.

    Attributes
    ----------
    as_of : str or None
        Of the questions by customer that say none themselves, as `commerce.records.tenants.settle_as_of` takes it.
    with_reasons : bool
        Whether answers tell reasons.
    """

    tenant: str
    model: str
    as_of: str | None = None
    with_reasons: bool = True


Question = CustomerRequest | ValuesRequest | Exception
"""Of the batch's tenant; or why it cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """Some questions, in their order.

    Attributes
    ----------
    questions : sequence of Question or None
        None: its values are the next row of the table.
    table : float array of shape (n_none, n_outputs)
        Values of all outputs, in the order of `Batch.served`; NaN where missing.
    look : callable
        Given the place of such a question, reads it by itself.
    """

    questions: Sequence[Question | None]
    table: Floats
    look: Callable[[int], Question]


@dataclass(frozen=True, kw_only=True)
class _Row:
    """A question that can be decided."""

    place: int
    values: Floats
    as_of: datetime
    customer_id: str | None = None
    customer: Identity | None = None
    assumed: Mapping[str, float | None] = field(default_factory=dict)


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


class Batch:
    """Answers the questions of one request.

    Parameters
    ----------
    state : AppState
    asked : BatchRequest

    Raises
    ------
    TenantNotFound, UnknownName
        Nobody here knows the tenant.
    ModelMissing, OtherKind
        No answer is possible.
    """

    def __init__(self, state: AppState, asked: BatchRequest) -> None:
        self._state, self._asked = state, asked
        self._kept = state.store is not None and asked.tenant != SHARED
        self._as_of = state.now()
        if state.store is not None and self._kept:
            self._as_of = state.store.clock(asked.tenant, self._as_of)
        self._observation: _Observation | Exception | None = None
        self.served: Served | ModelMissing
        """Who answers upon values, or why nobody does."""
        try:
            self.served = served_by_values(state, asked.tenant, asked.model)
        except ModelMissing as error:
            if asked.model != BANK_MODEL or not self._kept:
                raise
            self.served = error  # of customers, the model of a table may answer

    def answer(self, chunk: Chunk) -> list[Answer | Exception]:
        """Answer questions, and keep the answers, all of them or none.

        Returns
        -------
        list of Answer or Exception
            One for each question: of the exceptions in `REFUSED`, why it has no answer.
        """
        found: list[Answer | Exception] = [_UNANSWERED] * len(chunk.questions)
        by_values, by_customer = self._split(chunk, found)
        if by_values:
            assert isinstance(self.served, Served)
            self._decide(self.served, by_values, found)
        if by_customer:
            assert isinstance(self._observation, _Observation)
            self._decide(self._observation.served, by_customer, found)
        entries = [
            each.entry for each in found if isinstance(each, Answer) and each.entry is not None
        ]
        try:
            keep_all(self._state, entries)
        except REFUSED as error:
            return [
                error if isinstance(each, Answer) and each.entry is not None else each
                for each in found
            ]
        return found

    def _split(
        self, chunk: Chunk, found: list[Answer | Exception]
    ) -> tuple[list[_Row], list[_Row]]:
        """Read values and customers; what is refused is put among what was found."""
        questions = list(chunk.questions)
        rows: list[_Row] = []
        if len(chunk.table) and isinstance(self.served, Served):
            accepted = accept_rows(chunk.table, self.served.outputs)
            places = (place for place, each in enumerate(questions) if each is None)
            for place, row, is_accepted in zip(places, chunk.table, accepted.tolist(), strict=True):
                if is_accepted:
                    rows.append(_Row(place=place, values=row, as_of=self._as_of))
                else:
                    questions[place] = chunk.look(place)
        customers: list[tuple[int, CustomerRequest]] = []
        for place, each in enumerate(questions):
            if isinstance(each, Exception):
                found[place] = each
            elif isinstance(each, CustomerRequest):
                customers.append((place, each))
            elif each is not None:
                try:
                    rows.append(self._read_values(place, each))
                except REFUSED as error:
                    found[place] = error
        return rows, self._read_customers(customers, found)

    def _read_values(self, place: int, question: ValuesRequest) -> _Row:
        if isinstance(self.served, ModelMissing):
            raise self.served
        payload = read_values(question, self.served)
        return _Row(place=place, values=payload.values, as_of=self._as_of, assumed=payload.assumed)

    def _read_customers(
        self, asked: Sequence[tuple[int, CustomerRequest]], found: list[Answer | Exception]
    ) -> list[_Row]:
        rows: list[_Row] = []
        for first in range(0, len(asked), _CUSTOMERS_AT_ONCE):
            page = asked[first : first + _CUSTOMERS_AT_ONCE]
            try:
                rows += self._read_page(page, found)
            except REFUSED as error:  # of all that follow, too: nothing else is to be expected
                for place, _ in asked[first:]:
                    found[place] = error
                break
        return rows

    def _read_page(
        self, page: Sequence[tuple[int, CustomerRequest]], found: list[Answer | Exception]
    ) -> list[_Row]:
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

        def read(connection: Connection) -> list[_Row]:
            rows = []
            for place, question, as_of in settled:
                try:
                    rows.append(_read_customer(connection, seen, place, question, as_of))
                except REFUSED as error:
                    found[place] = error
            return rows

        return store.look(read)

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
        store, asked, now = self._state.store, self._asked, self._state.now()
        if store is None:
            raise StoreMissing
        known = store.look(lambda connection: look_up(connection, asked.tenant, ""))
        if known is None:
            with store.reading() as connection:
                find_tenant(connection, asked.tenant)
        assert known is not None
        served = served_for(self._state.shelf, known.tenant, asked.model, None)
        time = _clock(known, now)
        seen = _Observation(
            tenant=known.tenant,
            served=served,
            time=time,
            as_of=settle(asked.as_of, known.tenant, time),
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

    def _decide(
        self, served: Served, rows: Sequence[_Row], found: list[Answer | Exception]
    ) -> None:
        package, now = served.package, self._state.now()
        try:
            decisions = decide_many(
                package,
                np.array([row.values for row in rows]),
                with_reasons=self._asked.with_reasons,
            )
        except REFUSED as error:
            for row in rows:
                found[row.place] = error
            return
        for row, decision in zip(rows, decisions, strict=True):
            request_id = str(uuid.uuid4())
            entry = None
            if self._kept:
                entry = Entry(
                    decision=decision,
                    package=package,
                    values=row.values,
                    request_id=request_id,
                    tenant=self._asked.tenant,
                    customer_id=None if row.customer is None else row.customer.id,
                    as_of=row.as_of,
                    made_at=now,
                    backfills=0 if row.customer is None else self._backfills(),
                )
            found[row.place] = Answer(
                package=package,
                decision=decision,
                customer_id=row.customer_id,
                customer=row.customer,
                as_of=row.as_of,
                request_id=request_id,
                steps=(),
                assumed=row.assumed,
                values=row.values,
                entry=entry,
            )

    def _backfills(self) -> int:
        seen = self._observation
        return seen.backfills if isinstance(seen, _Observation) else 0


_UNANSWERED = RuntimeError("a question was passed over")


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
) -> _Row:
    """Read what a package wants to know of a customer."""
    tenant = seen.tenant
    known = look_up(connection, tenant.slug, question.customer_id)
    if known is None or known.customer is None or known.since is None:
        raise CustomerNotFound(tenant.slug, question.customer_id)
    customer = known.customer
    if known.since > as_of and not was_known(connection, tenant, customer.id, as_of):
        raise CustomerNotYet(question.customer_id, as_of)
    return _Row(
        place=place,
        values=customer_values(
            connection, tenant, customer.id, as_of, seen.served, backfills=seen.backfills
        ),
        as_of=as_of,
        customer_id=question.customer_id,
        customer=customer,
    )
