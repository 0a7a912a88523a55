"""The simulator is frozen: what the oracle accepted is what is simulated, until its version changes."""

from pathlib import Path

from sqlalchemy import Engine
from tests.commerce.simulated import NOW, TENANT

from simulation import VERSION, SimulationOptions, simulate

DIGESTS = {
    "2": "b9320845a535c864c17ce41c01103c4c71dd4235c3cf12fd28a820167bc96368",
}


def test_the_stream_of_this_version_is_the_one_that_was_accepted(
    engine: Engine, tmp_path: Path
) -> None:
    options = SimulationOptions(customers=40, days=200, seed=11)
    made = simulate(engine, TENANT, options, now=NOW, truth_folder=tmp_path)
    assert made.digest == DIGESTS[VERSION], (
        "the frozen simulator must not change under one version. Raise simulation.behaviour.VERSION,"
        " ask the oracle anew, and write its figures into docs/simulator.md."
    )


def test_the_page_on_the_simulator_states_this_version() -> None:
    page = Path(__file__).parents[2] / "docs" / "simulator.md"
    assert f"Version {VERSION}" in page.read_text(encoding="utf-8")
