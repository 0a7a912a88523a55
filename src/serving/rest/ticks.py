"""What the clock does by itself, done by hand: all that is due, or one record."""

from __future__ import annotations

from uuid import UUID

from commerce import ticks
from serving.rest.deps import Acting, Asking, Resource
from serving.rest.fields import Told, example

router = Resource("shops", "/api/ticks", tag="ticks")


class TickAnswer(Told):
    """The records that were moved, by transition, and what was due and could not be moved."""

    model_config = example(
        moved={"auctions started": ["c1d2b5f0-8f0a-4f0e-8a55-6a8f1c2d3e4f"]}, refused=[]
    )

    moved: dict[str, list[UUID]]
    refused: list[str]


class MovedAnswer(Told):
    """Whether there was something to do."""

    model_config = example(moved=True)

    moved: bool


@router.post("", summary="Move all that is due")
def tick(desk: Asking) -> TickAnswer:
    """What the scheduler asks for; at the same instant a second time, it changes nothing."""
    report = ticks.tick(
        desk.gate.engine, desk.tenant, now=desk.now, stand_in=desk.cards.stand_in, actor=desk.actor
    )
    return TickAnswer.model_validate(report)


@router.post("/{transition}/{record_id}", summary="Move one record that is due")
def move_one(work: Acting, transition: str, record_id: UUID) -> MovedAnswer:
    """auctions-started, auctions-closed, orders-completed, invoices-reminded or proofs-expired; once."""
    moved = ticks.move_by_hand(work, transition.replace("-", " "), record_id)
    return MovedAnswer(moved=moved)
