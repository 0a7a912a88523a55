"""What may be read to a customer who was refused."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from tests.scoring.samples import NAMES, rows, scorecard

from scoring.decisions import decide_many
from scoring.notices import ASK, adverse_notice

WORDED = ("Paid late: {value}.", "", "Paid late: {value}.", "Few orders.", "Few orders.")


def test_a_refusal_says_score_band_principal_reasons_and_that_it_can_be_asked_about() -> None:
    random = np.random.default_rng(11)
    package = scorecard(random)
    outputs = tuple(
        replace(output, notice=words, notice_missing="Nothing is known yet.")
        for output, words in zip(package.outputs, WORDED, strict=True)
    )
    package = replace(package, outputs=outputs)
    decisions = decide_many(package, rows(random, 200, len(NAMES)))
    refused = [each for each in decisions if each.decision.action == "refuse"]
    assert 0 < len(refused) < len(decisions)
    said = [adverse_notice(package, each) for each in refused]
    for decision, (head, *reasons, last) in zip(refused, said, strict=True):
        assert f" {decision.score} " in head
        assert f"band {decision.band}" in head
        assert last == ASK
        assert 1 <= len(reasons) <= 4
        assert len(set(reasons)) == len(reasons)
    every = {sentence for each in said for sentence in each}
    assert "Few orders." in every
    assert "Nothing is known yet." in every
    assert any(sentence.startswith("Paid late: ") for sentence in every)
    assert any(sentence.startswith("order_gap_mean is ") for sentence in every)


def test_who_was_not_refused_gets_no_notice() -> None:
    random = np.random.default_rng(11)
    package, values = scorecard(random), rows(random, 200, len(NAMES))
    unscaled = replace(package, scale=None)
    for decision, bare in zip(
        decide_many(package, values), decide_many(unscaled, values), strict=True
    ):
        assert bool(adverse_notice(package, decision)) == (decision.decision.action == "refuse")
        assert adverse_notice(unscaled, bare) == ()
