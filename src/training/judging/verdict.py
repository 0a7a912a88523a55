"""What a gate says, and what all of them together come to."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, kw_only=True)
class Gate:
    """One condition."""

    name: str
    passed: bool | None
    """None where the gate does not apply."""
    text: str
    """What was seen and what is wanted."""

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
    """

    gates: tuple[Gate, ...]
    same_as: str | None = None

    @property
    def promoted(self) -> bool:
        """Whether no gate refuses."""
        return all(gate.passed is not False for gate in self.gates)

    @property
    def refusals(self) -> tuple[str, ...]:
        """The sentences of the gates that refuse."""
        return tuple(f"{gate.name}: {gate.text}" for gate in self.gates if gate.passed is False)

    @property
    def summary(self) -> str:
        """Say "gates 6/6", or what refuses; gates that do not apply are not counted."""
        counted = [gate for gate in self.gates if gate.passed is not None]
        passed = sum(gate.passed is True for gate in counted)
        text = f"gates {passed}/{len(counted)}"
        if self.same_as is not None:
            text = f"same as champion {self.same_as}, {text}"
        return text if self.promoted else f"{text}, refused: {'; '.join(self.refusals)}"

    def as_list(self) -> list[dict[str, Any]]:
        """The gates in JSON's own types.

        Returns
        -------
        list of dict
            One per gate, in their order.
        """
        return [asdict(gate) | {"verdict": gate.verdict} for gate in self.gates]
