"""The notice to a customer who was refused: the score, what weighed most, and that the decision can be asked about."""

from __future__ import annotations

from collections.abc import Iterable

from scoring.decisions import Decision
from scoring.package import Package
from scoring.reasons import LIMIT, Reason
from scoring.scale import HIGHEST, LOWEST
from scoring.wording import write_value

ASK = "You may ask about this decision, have what the shop has on record corrected, and have a person decide anew."


def adverse_notice(package: Package, decision: Decision) -> tuple[str, ...]:
    """Say to a customer that credit was refused, and why, in words that may be read aloud.

    Parameters
    ----------
    package : Package
        What decided.
    decision : Decision
        Its answer.

    Returns
    -------
    tuple of str
        Sentences: the score and band, at most four principal reasons, one per characteristic, and what can be asked.
        Empty where nothing was refused, or there is no score.
    """
    if decision.score is None or decision.decision.action != package.decision.at_or_above:
        return ()
    head = (
        f"Your credit score is {decision.score} on a scale of {LOWEST} to {HIGHEST:,}, band {decision.band};"
        " buying on credit is not possible at present."
    )
    return (head, *principal_reasons(package, decision.reasons), ASK)


def principal_reasons(package: Package, reasons: Iterable[Reason]) -> tuple[str, ...]:
    """Word reasons for the customer: at most four, no two alike; one without words of its own as it stands."""
    told = dict.fromkeys(_worded(package, reason) for reason in reasons)
    return tuple(told)[:LIMIT]


def _worded(package: Package, reason: Reason) -> str:
    place = None if reason.feature is None else package.columns.get(reason.feature)
    if place is None:
        return reason.text
    output = package.outputs[place]
    if reason.value is None:
        return output.notice_missing or reason.text
    value = write_value(reason.value, output.unit, package.currency)
    return output.notice.format(value=value) or reason.text
