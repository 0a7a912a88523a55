"""A coherent shop that never was: customers who come, buy, pay, complain and leave.

Start with `simulate`, which writes a shop into a tenant, and `SimulationOptions`, which say which shop.
`behaviour` holds every number of it; `life` is one customer's way through `checkout`, `fulfilment`,
`returns` and `billing`; in `auctions` customers meet. They act on latent traits (`traits`) that go to a
truth file and never into the database: what a model can learn about them it must learn from the records.
"""

from simulation.behaviour import VERSION, Behaviour
from simulation.effects import Outcome, TrueEffect, realised_gain, true_effects
from simulation.offers import MadeOffers, OfferEffect
from simulation.options import SimulationOptions, SimulationRefused, SimulationSummary
from simulation.simulation import simulate

__all__ = [
    "VERSION",
    "Behaviour",
    "MadeOffers",
    "OfferEffect",
    "Outcome",
    "SimulationOptions",
    "SimulationRefused",
    "SimulationSummary",
    "TrueEffect",
    "realised_gain",
    "simulate",
    "true_effects",
]
