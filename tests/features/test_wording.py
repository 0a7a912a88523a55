"""Every feature can be put into words."""

from __future__ import annotations

import pytest

from commerce.records.stream import EVENT_TYPES
from features.catalogue import CATALOGUE
from features.declaring.operators import OPERATORS
from features.wording import event_meanings, family_meanings, in_words, inputs_of, source_in_words


@pytest.mark.parametrize("kind", sorted({output.kind for output in CATALOGUE.evaluated}))
def test_every_operator_in_use_has_a_phrase_of_its_own(kind: str) -> None:
    assert kind in OPERATORS
    for output in CATALOGUE.evaluated:
        if output.kind == kind:
            phrase = in_words(output)
            assert "None" not in phrase, output.name
            assert "{" not in phrase, output.name
            assert phrase.partition(", in the ")[0] != kind.replace("_", " "), (
                f"operator {kind} must have a phrase; add one to features.wording.REDUCED or DERIVED"
            )


def test_every_family_says_what_it_is_about() -> None:
    meanings = family_meanings()
    for family in {output.family for output in CATALOGUE.outputs}:
        assert meanings.get(family, "").endswith("."), (
            f"the module of family {family} in src/features/catalogue must begin with a docstring"
            " whose first line says what the family is about, with a full stop"
        )


def test_what_a_derived_feature_is_made_of_is_known_to_the_bottom() -> None:
    output = CATALOGUE["late_delivery_rate_365d"]
    inputs = inputs_of(output, CATALOGUE)
    assert {each.name for each in inputs} >= set(output.inputs)
    assert all(
        needed in {each.name for each in inputs} for each in inputs for needed in each.inputs
    )
    read = {name for each in inputs for name in event_meanings(each)}
    assert "delivery.promised" in read
    assert event_meanings(output) == {}


def test_every_event_a_feature_reads_is_an_event_type_of_the_stream() -> None:
    for output in CATALOGUE.evaluated:
        unknown = set(event_meanings(output)) - set(EVENT_TYPES)
        assert not unknown, (
            f"{output.name} reads {unknown}; name an event type of commerce.records.stream.EVENT_TYPES,"
            " or add it there"
        )


def test_an_aggregate_is_described_by_what_opens_and_settles_it() -> None:
    partial = CATALOGUE["open_invoices"].partials[0]
    assert source_in_words(partial.source) == (
        "everything opened by invoice.issued, until invoice.credited or invoice.paid cover its amount"
        " where is_open is 1"
    )
