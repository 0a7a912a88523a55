"""What a refused customer may be read, feature by feature: plain, and never about who somebody is."""

from __future__ import annotations

import re
from string import Formatter

from features.catalogue import CATALOGUE
from training.publishing.notice_sentences import PRINCIPAL, notice_for
from training.specs.concepts import CONCEPTS, concept_of
from training.specs.credit import CREDIT

PROTECTED = re.compile(
    r"\b(age|aged|old(er)?|young(er)?|gender|sex|male|female|wom[ae]n|m[ae]n|country|countries|region|city|nation\w*|"
    r"postcode|address|religion|race|ethnic\w*)\b",
    re.IGNORECASE,
)


def test_a_principal_reason_is_a_sentence_and_names_nothing_protected() -> None:
    said = {sentence for output in CATALOGUE.outputs for sentence in notice_for(output)} - {""}
    assert len(said) > 30
    for sentence in said:
        assert sentence[0].isupper()
        assert sentence.endswith(".")
        assert not PROTECTED.search(sentence), sentence
        assert {name for _, name, _, _ in Formatter().parse(sentence) if name} <= {"value"}


def test_every_entry_words_a_feature_or_a_concept_there_is() -> None:
    known = {concept_of(output) for output in CATALOGUE.outputs} | set(CONCEPTS)
    assert set(PRINCIPAL) <= known


def test_age_is_no_reason_of_credit() -> None:
    assert "age" in CREDIT.never_reasons
    assert notice_for(CATALOGUE["customer_age"]) == ("", "")


def test_nothing_protected_can_be_moved() -> None:
    moved = {output.name for output in CATALOGUE.outputs if concept_of(output) in CREDIT.actionable}
    assert "open_invoice_balance" in moved
    assert not any(PROTECTED.search(name.replace("_", " ")) for name in moved)
