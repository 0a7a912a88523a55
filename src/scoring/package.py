"""What a decision package holds: everything needed to score, decide and explain, and where it came from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from scoring.any_package import AnyPackage
from scoring.calibration import Calibration
from scoring.components import Component
from scoring.derived import DerivedColumns
from scoring.errors import InvalidPackage, PackageMismatch
from scoring.fields import Fields
from scoring.offers import Offer
from scoring.populations import Population
from scoring.rules import RuleInputs
from scoring.scale import Scale
from scoring.sums import to_steps

if TYPE_CHECKING:
    from features.declaring.declaration import Catalogue


@dataclass(frozen=True, kw_only=True)
class PackageOutput:
    """One feature the model reads.

    Parameters
    ----------
    name, hash : str
        The output of the catalogue, and the hash of its declaration at training time.
    family : str
        What it is about: features of one family are explained together.
    unit : str
        "minor" (money), "days", "hours", "share" or another one that `scoring.wording.write_value` reads aloud.
    reference : float or None
        What is usual: the median over the customers the model was made for; None where all were missing.
    template : str
        The sentence of a reason, with {value}, {reference} or the name of another output in braces; {compared:ago/among
        all} is the clause that holds value and reference against each other, with what follows the latter and
        whose it is. Alternatives are separated by " | ", and the first whose values are all known is used. One that
        begins with tests in brackets, "[orders=1] [value>=reference] ...", is used only where they hold, on
        whole numbers and values in the package itself; the operators are =, >, >=, < and ~ (written alike). One
        that compares is used only where the values differ, in the direction of `expected_sign`.
        "-> name" tells the feature as another one of the package. Where no alternative is left, the feature is
        no reason.
    missing : str
        The sentence where the customer has no value, with alternatives likewise.
    expected_sign : {1, -1, 0}, default 0
        Whether people expect more of it to raise the risk, to lower it, or either.
    notice : str, default ""
        The sentence that may be read to a customer against whom it counted, with {value}; empty: the reason as it is.
    notice_missing : str, default ""
        The same where the customer has no value.
    """

    name: str
    hash: str
    family: str
    unit: str
    reference: float | None
    template: str
    missing: str
    expected_sign: int = 0
    notice: str = ""
    notice_missing: str = ""


@dataclass(frozen=True, kw_only=True)
class DecisionRule:
    """What to do on which side of a probability, and the money that says so.

    Parameters
    ----------
    threshold : float, in [0, 1]
        The break-even probability.
    at_or_above, below : str
        The action on each side.
    rule : str
        A sentence that shows the money.
    """

    threshold: float
    at_or_above: str
    below: str
    rule: str


@dataclass(frozen=True, kw_only=True, eq=False)
class Package(AnyPackage):
    """A binary model version, in the form that is scored, explained and decided with.

    Parameters
    ----------
    name : str
        Registered name, "<tenant>.<model>".
    version : str
        Version of the registered model.
    validation : mapping
        Figures of the exported package, out of time.
    card : mapping
        The model card.
    trained_on : mapping
        Snapshot, cutoffs, rows: what reproduces the training table.
    currency : str
        ISO 4217; the currency of every amount the package shows.
    outputs : tuple of PackageOutput
        The features read, in the order of the columns of every component.
    components : tuple of Component
        At least one, on the columns of the outputs and the derived ones; the logit is the weighted sum of theirs.
    decision : DecisionRule
    offer : Offer or None
        What acting on a customer is expected to earn; where there is one it decides, and the rule's threshold is
        the usual customer's.
    population : Population or None
        Whom it was measured on; None in packages of before, which were not asked.
    calibration : Calibration
        Applied to the logit, and so to every contribution.
    scale : Scale or None
        Turns the probability into a score; None where the model has none.
    rule_inputs : RuleInputs or None
        Which features the rule-based score reads; None where there is none.
    derived : DerivedColumns or None
        Columns that the components read beside the outputs; None where there are none.
    fields : Fields or None
        How the columns of a user's table become the outputs, one each; None where the outputs are the shop's features.
    actionable : tuple of str, default ()
        The features that a customer can change at once; `scoring.recourse` moves no other.
    usual : str
        The sentence where no reason is told, with {risk}, how high the risk usually is; after " | " the one where
        the customer's is higher. None is told without it.

    Raises
    ------
    InvalidPackage
        "package ... must ..."
    """

    currency: str
    outputs: tuple[PackageOutput, ...]
    components: tuple[Component, ...]
    decision: DecisionRule
    offer: Offer | None = None
    population: Population | None = None
    calibration: Calibration = field(default_factory=Calibration)
    scale: Scale | None = None
    rule_inputs: RuleInputs | None = None
    derived: DerivedColumns | None = None
    fields: Fields | None = None
    actionable: tuple[str, ...] = ()
    usual: str = ""

    def __post_init__(self) -> None:
        super().__post_init__()
        if len(set(self.names)) != len(self.outputs) or not self.outputs:
            raise InvalidPackage(
                f"package {self.label} must list each of its features once; got {list(self.names)}."
                " Remove the repeated ones."
            )
        if not self.components:
            raise InvalidPackage(
                f"package {self.label} must have a component; got none. Export a fitted model."
            )
        columns = len(self.outputs) + len(() if self.derived is None else self.derived.counted_to)
        if not all(component.fits(columns) for component in self.components):
            raise InvalidPackage(
                f"package {self.label} must have components on its {columns} columns;"
                " got other columns. Export it again."
            )
        if self.fields is not None and self.fields.names != self.names:
            raise InvalidPackage(
                f"package {self.label} must read the columns of its table in their order;"
                f" got {list(self.names)}. Export it again."
            )
        for use, read in self._read_beside().items():
            unknown = set(read) - set(self.names)
            if unknown:
                raise InvalidPackage(
                    f"package {self.label} must list the features of its {use};"
                    f" got no {sorted(unknown)}. Add them to its outputs."
                )

    def _read_beside(self) -> dict[str, Iterable[str]]:
        """What is read beside the model's own features, by its use."""
        rule, population, offer = self.rule_inputs, self.population, self.offer
        derived = self.derived
        return {
            "rule score": () if rule is None else rule.columns.values(),
            "offer": () if offer is None else offer.features,
            "derived columns": () if derived is None else derived.outputs,
            "population": ()
            if population is None
            else [each.feature for each in population.others],
        }

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The features read, in order."""
        return tuple(output.name for output in self.outputs)

    @cached_property
    def columns(self) -> Mapping[str, int]:
        """The column of each feature."""
        return {name: column for column, name in enumerate(self.names)}

    @cached_property
    def forecasts_once(self) -> bool:
        """Whether the offer and the derived columns rest on the same forecast."""
        derived, offer = self.derived, self.offer
        return derived is not None and offer is not None and derived.forecast == offer.forecast

    @cached_property
    def families(self) -> Mapping[str, tuple[int, ...]]:
        """The columns of each family, in order."""
        found: dict[str, list[int]] = {}
        for column, output in enumerate(self.outputs):
            found.setdefault(output.family, []).append(column)
        return {family: tuple(columns) for family, columns in found.items()}

    @cached_property
    def family_of(self) -> NDArray[np.int64]:
        """The place of each column's family among `families`, shape (n_outputs,)."""
        places = {family: place for place, family in enumerate(self.families)}
        return np.array([places[output.family] for output in self.outputs], dtype=np.int64)

    def scaled(self, rule_score: int | None) -> int | None:
        """Put a rule score on the scale of the learned one.

        Parameters
        ----------
        rule_score : int or None
            As a decision has it.

        Returns
        -------
        int or None
            From 300 to 1000; None where there is none, or its risk is not known.
        """
        if self.rule_inputs is None or rule_score is None:
            return None
        return self.rule_inputs.scaled(rule_score)

    @cached_property
    def straight_base(self) -> float:
        """The logit from which contributions are counted, on the line of calibration and before its curve."""
        total = 0.0
        for component in self.components:
            total += component.weight * component.base
        return float(np.float64(self.calibration.slope * total + self.calibration.intercept))

    @cached_property
    def base(self) -> float:
        """The logit from which contributions are counted, after calibration, in steps of `scoring.sums`."""
        return float(to_steps(self.calibration.bent(np.array([self.straight_base])))[0])


def check_outputs(package: Package, catalogue: Catalogue) -> None:
    """Refuse a package whose features are declared otherwise here; one of a table declares its own.

    Parameters
    ----------
    package : Package
        A model, which knows the hashes it was trained on.
    catalogue : Catalogue
        The features as they are declared here.

    Raises
    ------
    PackageMismatch
        "package demo.churn/1 must use features as they are declared here; got other declarations of ..."
    """
    if package.fields is not None:
        return  # it brings its columns itself
    known = {output.name: output.hash for output in catalogue.outputs}
    changed = [output.name for output in package.outputs if known.get(output.name) != output.hash]
    if changed:
        raise PackageMismatch(package.label, changed)
