"""The questions of a batch: as rows of a table where they are whole and plain, else as the route of one reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from itertools import chain
from typing import Any

import msgspec
import numpy as np
from fastapi import Request
from pydantic import TypeAdapter, ValidationError

from features.declaring.declaration import Catalogue
from serving.errors import InvalidRequest, Unreadable
from serving.predict.batches import Chunk, Question
from serving.predict.packages import Served
from serving.rest.refusals import EXAMPLE, explain_invalid
from serving.rest.schemas import ByCustomer, ByValues, PredictionBody


class _Customer(msgspec.Struct, forbid_unknown_fields=True):
    customer_id: str
    as_of: str | None = None


_read_customer = msgspec.json.Decoder(_Customer).decode
_question: TypeAdapter[ByCustomer | ByValues] = TypeAdapter(PredictionBody)
_NO_TABLE = np.empty((0, 0))


class QuestionReader:
    """Reads questions.

    Parameters
    ----------
    request : Request
        That brought them.
    tenant : str or None
        Of all of them, where it is known.
    served : Served or None
        Who answers upon values, where it is known.
    """

    def __init__(self, request: Request, tenant: str | None, served: Served | None) -> None:
        self._request, self._tenant = request, tenant
        self._width = 0
        if served is not None and served.package.fields is None:
            self._width = len(served.outputs)
            self._read_values = _decoder(served.outputs)

    def read(self, rows: Sequence[msgspec.Raw | bytes]) -> Chunk:
        """Read some questions."""
        questions: list[Question | None] = []
        whole: list[tuple[float | None, ...]] = []
        for row in rows:
            if self._width:
                try:
                    whole.append(msgspec.structs.astuple(self._read_values(row).features))
                    questions.append(None)
                    continue
                except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                    pass  # a closer look
            questions.append(self._look(row))
        flat = np.fromiter(
            chain.from_iterable(whole), dtype=np.float64, count=len(whole) * self._width
        )
        return Chunk(
            questions=questions,
            table=flat.reshape(len(whole), self._width),
            look=lambda place: self._look(rows[place]),
        )

    def _look(self, row: msgspec.Raw | bytes) -> Question:
        if self._tenant is not None:
            try:
                plain = _read_customer(row)
            except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
                pass
            else:
                return self.validate(msgspec.structs.asdict(plain))
        try:
            found = json.loads(bytes(row))
        except (ValueError, RecursionError) as error:
            said = error.msg if isinstance(error, json.JSONDecodeError) else type(error).__name__
            return Unreadable(f"row must be JSON in UTF-8; got {said}. Send {EXAMPLE}.")
        return self.validate(found)

    def validate(self, row: object) -> Question:
        """Read a question as the route of one question does, but for the tenant."""
        if not isinstance(row, dict):
            shown = "a list" if isinstance(row, list) else repr(row)[:60]
            return InvalidRequest(f"row must be a JSON object; got {shown}. Send {EXAMPLE}.")
        if "tenant" in row:
            return InvalidRequest(
                "tenant must be said once for all rows; got one in a row. Send it as ?tenant=.",
                field="tenant",
            )
        known = row if self._tenant is None else {"tenant": self._tenant, **row}
        try:
            return _question.validate_python(known).to_request()
        except ValidationError as error:
            first: Mapping[str, Any] = dict(error.errors(include_url=False)[0])
            placed = {**first, "loc": ("body", *first["loc"])}
            sentence, field = explain_invalid(placed, self._request)
            return InvalidRequest(sentence, field=field)


def one_by_one(questions: Sequence[Question]) -> Chunk:
    """Make a chunk of questions that are read already."""
    return Chunk(questions=questions, table=_NO_TABLE, look=questions.__getitem__)


@lru_cache(maxsize=64)
def _decoder(outputs: Catalogue) -> Any:
    """Give what reads a question by the values of all outputs."""
    features = msgspec.defstruct(
        "Features", [(name, float | None) for name in outputs.names], forbid_unknown_fields=True
    )
    question = msgspec.defstruct("Values", [("features", features)], forbid_unknown_fields=True)
    return msgspec.json.Decoder(question).decode
