"""A wallet in the simulation: nothing is taken that a later day, known already, needs."""

from simulation.shopper import HOUR, Purse


def purse(*moves: tuple[float, int]) -> Purse:
    made = Purse()
    made.moves.extend(moves)
    return made


def test_an_empty_purse_has_nothing_to_take() -> None:
    assert purse().free(3.0) == 0


def test_what_came_in_can_be_taken_an_hour_later() -> None:
    made = purse((1.0, 50))
    assert made.free(0.5) == 0
    assert made.free(1.0 + HOUR / 2) == 0
    assert made.free(1.0 + 2 * HOUR) == 50


def test_what_a_later_day_needs_cannot_be_taken_before() -> None:
    made = purse((1.0, 50), (20.0, -40))
    assert made.free(10.0) == 10
    assert made.free(30.0) == 10


def test_what_comes_back_later_does_not_help_before() -> None:
    made = purse((1.0, 50), (5.0, -50), (9.0, 50))
    assert made.free(3.0) == 0
    assert made.free(10.0) == 50
