"""Whom a model is about, before anything is read: groups whose limits a shop's own records set."""

from __future__ import annotations

from dataclasses import dataclass

from features.declaring.sources import Source
from scoring.populations import Group, Population

ACTIVE, LAPSED, NEW = "active", "lapsed", "new"


@dataclass(frozen=True, kw_only=True)
class Active:
    """Customers who are not silent for longer than almost all who ever came back.

    Who is silent for longer is lapsed: of those, the probability of coming back is told.
    """

    feature: str
    """The output that holds the days of silence."""
    rows: Source
    """Whose latest event breaks the silence."""
    doing: str
    """What they did last, as in "who ... at most 142 days ago": "ordered"."""
    within_days: int | None = None
    """Days of silence at most; None reads them off the shop's records."""

    @property
    def features(self) -> tuple[str, ...]:
        """The outputs that tell who belongs where."""
        return (self.feature,)

    def settle(self, days: int) -> Population:
        """Give the population of a shop in which a silence of so many days is usual."""
        who = f"customers who {self.doing} within {days} days"
        return Population(
            name=ACTIVE,
            description=who,
            others=(
                Group(
                    name=NEW,
                    feature=self.feature,
                    missing=True,
                    note=f"The model was measured on {who}; this one never {self.doing}.",
                ),
                Group(
                    name=LAPSED,
                    feature=self.feature,
                    above=days,
                    note=f"Silent for more than {days} days, after which hardly anybody came back in this"
                    " shop: the probability told is that of coming back.",
                    returns=True,
                ),
            ),
        )


@dataclass(frozen=True, kw_only=True)
class Recent:
    """Customers with whom something happened a short while ago; of the others nothing is asked in particular."""

    feature: str
    """The output that holds the days since it happened last."""
    within_days: int
    doing: str
    """What happened, as in "customers who ... within 30 days": "received a parcel"."""

    @property
    def population(self) -> Population:
        """The population, the same in every shop."""
        who = f"customers who {self.doing} within {self.within_days} days"
        others = Group(
            name="not lately",
            feature=self.feature,
            above=self.within_days,
            missing=True,
            note=f"The model was measured on {who}; this one did not.",
        )
        return Population(name="lately", description=who, others=(others,))


Populations = Active | Recent | Population
