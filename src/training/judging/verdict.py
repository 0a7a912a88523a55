"""What a gate says, and what all of them together come to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

FIRST = "there is no champion yet"
"""Why a first challenger has nobody to be compared with."""

_FOR_DECISIONS = frozenset({"parity", "audit", "fairness"})
"""Gates that a new decision over an old model must not fail either."""


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One condition."""

    name: str
    passed: bool | None
    """None where the gate does not apply."""
    text: str
    """What was seen and what is wanted."""
    waived: str = ""
    """Who answers for it where it would have refused, until when and why; else empty."""

    @property
    def verdict(self) -> str:
        """Say "passed", "refused" or "not applicable"."""
        return {True: "passed", False: "refused", None: "not applicable"}[self.passed]


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """All gates of a challenger.

    Parameters
    ----------
    gates : tuple of Gate
    same_as : str or None, default None
        Label of the champion the challenger equals in everything but its version.
    decides_anew : str or None, default None
        Label of the champion that answers the same question, over which today's decision is another one.
    same_model : bool, default False
        Whether the fitted model is that champion's own.
    replaces : str, default ""
        A sentence where it answers another question than the champion, whose place it takes.
    """

    gates: tuple[Gate, ...]
    same_as: str | None = None
    decides_anew: str | None = None
    same_model: bool = False
    replaces: str = ""

    @property
    def promoted(self) -> bool:
        """Whether no gate refuses."""
        return all(gate.passed is not False for gate in self.gates)

    @property
    def renews(self) -> str | None:
        """Label of the champion whose fitted model goes on under today's decision; None where none does so.

        Money and population are the shop's to decide: they need not rank better. A challenger that gives the same
        model, or is refused, leaves them to the champion's; what concerns the features or fairness holds for both.
        """
        if not self.same_model and self.promoted:
            return None
        stopped = any(gate.passed is False and gate.name in _FOR_DECISIONS for gate in self.gates)
        return None if stopped else self.decides_anew

    @property
    def reason(self) -> str:
        """Why it may be champion: what was seen against the one before, or why nothing was compared; else empty."""
        against = next((gate for gate in self.gates if gate.name == "champion.auc"), None)
        if against is None or against.text == FIRST:
            return ""
        return against.text if against.passed is None else against.text.partition(", must")[0]

    @property
    def refusals(self) -> tuple[str, ...]:
        """The sentences of the gates that refuse."""
        return tuple(f"{gate.name}: {gate.text}" for gate in self.gates if gate.passed is False)

    @property
    def waived(self) -> tuple[str, ...]:
        """A sentence for each gate that would have refused and was waived."""
        return tuple(
            f"Gate {gate.name} would refuse, and is {gate.waived.rstrip('.')}."
            for gate in self.gates
            if gate.waived
        )

    @property
    def summary(self) -> str:
        """Say "gates 6/6", or what refuses; gates that do not apply are not counted, those waived are named."""
        counted = [gate for gate in self.gates if gate.passed is not None]
        passed = sum(gate.passed is True for gate in counted)
        waived = [gate.name for gate in self.gates if gate.waived]
        text = f"gates {passed}/{len(counted)}"
        if waived:
            text += f" ({' and '.join(waived)} waived)"
        if self.same_as is not None:
            text = f"same as champion {self.same_as}, {text}"
        elif self.same_model and self.decides_anew is not None:
            text = f"same model as champion {self.decides_anew} under a new decision, {text}"
        return text if self.promoted else f"{text}, refused: {'; '.join(self.refusals)}"

    def as_list(self) -> list[dict[str, Any]]:
        """The gates in JSON's own types.

        Returns
        -------
        list of dict
            One per gate, in their order.
        """
        return [asdict(gate) | {"verdict": gate.verdict} for gate in self.gates]
