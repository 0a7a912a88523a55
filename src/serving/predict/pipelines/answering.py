"""Questions to models that are served as they are: rows by their signature, one or many.

What they answer is about no customer on record and is not kept: the version that is named, and the row that was sent,
give it again. Sums inside scikit-learn may come out otherwise in their last bits among other rows, so the law by which
one row and many give the same does not hold here.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path

from scoring.errors import InvalidField
from scoring.pipelines import PipelinePackage, Scalar
from serving.errors import InvalidRequest, ModelMissing, PipelineFailed, ServingError
from serving.predict.asking import AnyAnswer, AppState, CustomerRequest, ValuesRequest
from serving.predict.batch_customers import REFUSED
from serving.predict.batches import Chunk
from serving.predict.request_ids import new_request_ids

_CHUNK_SECONDS = 60.0
"""For which the answers to many rows at once are waited for."""

Question = CustomerRequest | ValuesRequest
_Row = tuple[tuple[Scalar, ...], tuple[str, ...]]


def pipeline_of(state: AppState, tenant: str, model: str) -> PipelinePackage | None:
    """Give the pipeline that answers by a name; None where another kind of model does, or none."""
    with suppress(ModelMissing):
        package = state.shelf.answering(tenant, model)
        return package if isinstance(package, PipelinePackage) else None
    return None


def answer_pipeline(
    state: AppState, package: PipelinePackage, asked: Question, request_id: str
) -> AnyAnswer:
    """Answer a question; waits for the process.

    Raises
    ------
    InvalidRequest
        A field breaks its rule, or the pipeline does not take the row.
    PipelineBusy, PipelineLate, PipelineFailed
        No answer is possible now.
    """
    row, missing = _read(package, asked)
    (told,) = state.pipelines.ask(_place(state, package), package.sha256, [row])
    return _answer(state, package, told, missing, request_id)


def answer_pipelines(
    state: AppState, package: PipelinePackage, asked: Sequence[Question | Exception]
) -> list[AnyAnswer | Exception]:
    """Answer many questions at once, each by itself or with why it has no answer; raises as `answer_pipeline`."""
    read: list[_Row | Exception] = []
    for question in asked:
        try:
            read.append(question if isinstance(question, Exception) else _read(package, question))
        except InvalidRequest as error:
            read.append(error)
    rows = [row[0] for row in read if not isinstance(row, Exception)]
    place = _place(state, package)
    told = iter(
        state.pipelines.ask(place, package.sha256, rows, seconds=_CHUNK_SECONDS) if rows else ()
    )
    found: list[AnyAnswer | Exception] = []
    for row, request_id in zip(read, new_request_ids(len(read)), strict=True):
        if isinstance(row, Exception):
            found.append(row)
            continue
        try:
            found.append(_answer(state, package, next(told), row[1], request_id))
        except InvalidRequest as error:
            found.append(error)
    return found


def warm_pipelines(state: AppState) -> None:
    """Load what is published, in the background, so that the first questions wait less."""
    found: list[PipelinePackage] = []
    for tenant, model in state.shelf.published():
        package = pipeline_of(state, tenant, model)
        if package is not None:
            found.append(package)

    def load() -> None:
        for package in found:
            with suppress(ServingError):
                state.pipelines.ask(
                    _place(state, package), package.sha256, [], seconds=_CHUNK_SECONDS
                )

    if found:
        threading.Thread(target=load, name="warm-pipelines", daemon=True).start()


class PipelineBatch:
    """Answers the questions of one request to such a model, as `serving.predict.batches.Batch` does those to others."""

    served = None

    def __init__(self, state: AppState, package: PipelinePackage) -> None:
        self._state, self._package = state, package
        self._began = False

    def begin(self, chunk: Chunk) -> Callable[[], Sequence[AnyAnswer | Exception]]:
        """Answer questions, and give the answers when asked: none of them is kept."""
        found = self.answer(chunk)
        return lambda: found

    def answer(self, chunk: Chunk) -> Sequence[AnyAnswer | Exception]:
        """Answer questions; where the process fails, all of the first chunk is refused, or each row of a later one."""
        asked = [
            chunk.look(place) if each is None else each
            for place, each in enumerate(chunk.questions)
        ]
        try:
            found = answer_pipelines(self._state, self._package, asked)
        except REFUSED as error:
            if not self._began:
                raise
            return [error] * len(asked)
        self._began = True
        return found


def _read(package: PipelinePackage, asked: Question) -> _Row:
    if isinstance(asked, CustomerRequest):
        raise InvalidRequest(
            f"customer_id must not be sent to {package.label}; got one, and it reads a row of its own columns."
            f" Send features: {', '.join(each.name for each in package.fields)}.",
            field="customer_id",
        )
    try:
        return package.read_row(asked.features)
    except InvalidField as error:
        field = f"features.{error.column}" if error.column else "features"
        raise InvalidRequest(f"{field} {error.rule}", field=field) from error


def _place(state: AppState, package: PipelinePackage) -> Path:
    place = state.shelf.place(package)
    if place is None:
        raise PipelineFailed(f"no files of {package.label}")
    return place


def _answer(
    state: AppState,
    package: PipelinePackage,
    told: float | str,
    missing: tuple[str, ...],
    request_id: str,
) -> AnyAnswer:
    if isinstance(told, str):
        raise InvalidRequest(
            f"features must be a row that {package.label} takes; got {told}. Send a row like those it was fitted on.",
            field="features",
        )
    return AnyAnswer(
        package=package,
        decision=package.decide(told),
        customer_id=None,
        customer=None,
        as_of=state.now(),
        request_id=request_id,
        steps=(f"values:{len(package.fields) - len(missing)}", package.label, "not kept"),
        assumed=dict.fromkeys(missing),
    )
