"""Documents are read back as they were written, or refused."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commerce.records.documents import write_document
from commerce.records.errors import RecordError

numbers = st.none() | st.integers() | st.floats(allow_nan=False)


@given(
    st.dictionaries(
        st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0")), numbers
    )
)
def test_numbers_by_name_are_read_back_to_the_last_bit(document: dict[str, float | None]) -> None:
    found = json.loads(write_document(document))
    assert found == document
    assert list(map(type, found.values())) == list(map(type, document.values()))
    assert [value for value in found.values() if value == 0 and math.copysign(1, value) < 0] == [
        value for value in document.values() if value == 0 and math.copysign(1, value) < 0
    ]


@pytest.mark.parametrize(
    "document", [{"a": math.nan}, {"a": math.inf, "b": -math.inf}, {"a": True}]
)
def test_what_is_no_finite_number_is_written_as_ever(document: dict[str, float]) -> None:
    assert write_document(document) == json.dumps(document)


@pytest.mark.parametrize("text", ["\0", "\ud800"])
def test_a_text_that_no_database_stores_is_refused_wherever_it_is(text: str) -> None:
    for document in (text, [text], {text: 1.5}, {"name": {"deeper": [text]}}):
        with pytest.raises(RecordError, match="document must"):
            write_document(document)
