"""Many questions at once: what each comes to, or why it is refused; as one observation, by one package.

A batch is answered a chunk at a time, so that memory stays bounded: values are read as a table, customers are paged
through as `serving.predict.by_customer` reads one, and both are decided together. A chunk is kept before it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from commerce.records.tenants import SHARED
from scoring.bank_model import BANK_MODEL
from scoring.decisions import decide_many
from serving.errors import ModelMissing
from serving.predict.answers import begin_keeping
from serving.predict.asking import Answer, AppState, CustomerRequest, ValuesRequest
from serving.predict.batch_customers import REFUSED, CustomerReader, Row
from serving.predict.by_values import read_values, served_by_values
from serving.predict.packages import Served
from serving.predict.payload import accept_rows
from serving.predict.prediction_log.entries import Entry
from serving.predict.request_ids import new_request_ids

Floats = NDArray[np.float64]

MOST_ROWS = 100_000
"""Questions of a batch."""
AT_ONCE = 2_000
"""Questions of a chunk: enough that arrays pay, few enough that they take some megabytes."""


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
        self._customers = CustomerReader(state, asked.tenant, asked.model, asked.as_of)
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
        return self.begin(chunk)()

    def begin(self, chunk: Chunk) -> Callable[[], list[Answer | Exception]]:
        """Answer questions, and begin to keep the answers: the next ones can be decided while a disk is at work.

        Returns
        -------
        callable
            Waits until they are kept, and gives what `answer` does.
        """
        found: list[Answer | Exception] = [_UNANSWERED] * len(chunk.questions)
        by_values, by_customer = self._split(chunk, found)
        if by_values:
            assert isinstance(self.served, Served)
            self._decide(self.served, by_values, found)
        if by_customer:
            self._decide(self._customers.served, by_customer, found)
        entries = [
            each.entry for each in found if isinstance(each, Answer) and each.entry is not None
        ]
        try:
            wait = begin_keeping(self._state, entries)
        except REFUSED as error:
            return partial(_unkept, found, error)
        return partial(_kept, found, wait)

    def _split(self, chunk: Chunk, found: list[Answer | Exception]) -> tuple[list[Row], list[Row]]:
        """Read values and customers; what is refused is put among what was found."""
        questions = list(chunk.questions)
        rows: list[Row] = []
        if len(chunk.table) and isinstance(self.served, Served):
            accepted = accept_rows(chunk.table, self.served.outputs)
            places = (place for place, each in enumerate(questions) if each is None)
            for place, row, is_accepted in zip(places, chunk.table, accepted.tolist(), strict=True):
                if is_accepted:
                    rows.append(Row(place=place, values=row, as_of=self._as_of))
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
        return rows, self._customers.read(customers, found)

    def _read_values(self, place: int, question: ValuesRequest) -> Row:
        if isinstance(self.served, ModelMissing):
            raise self.served
        payload = read_values(question, self.served)
        return Row(place=place, values=payload.values, as_of=self._as_of, assumed=payload.assumed)

    def _decide(self, served: Served, rows: Sequence[Row], found: list[Answer | Exception]) -> None:
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
        request_ids = new_request_ids(len(rows))
        for row, decision, request_id in zip(rows, decisions, request_ids, strict=True):
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
                    backfills=row.backfills,
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


def _kept(found: list[Answer | Exception], wait: Callable[[], None]) -> list[Answer | Exception]:
    """Give answers once they are kept."""
    try:
        wait()
    except REFUSED as error:
        return _unkept(found, error)
    return found


def _unkept(found: list[Answer | Exception], error: Exception) -> list[Answer | Exception]:
    """Refuse what could not be kept."""
    return [
        error if isinstance(each, Answer) and each.entry is not None else each for each in found
    ]


_UNANSWERED = RuntimeError("a question was passed over")
