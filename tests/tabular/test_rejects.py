"""The rejects file, and what is said of refused rows."""

from pathlib import Path

from tabular.errors import Refused
from tabular.rejects import Rejects


def test_words_that_are_not_known_are_all_listed_with_their_counts(tmp_path: Path) -> None:
    with Rejects(tmp_path, ("status",), keep=False) as rejects:
        for number, word in enumerate(["ruht", "wartet", "ruht", "offen", "halb", "ruht"]):
            refused = Refused(
                "unknown status", f"status must be known; got {word!r}.", is_word=True
            )
            rejects.add(number, [word], refused)
    (said,) = rejects.said()
    assert said == "6 unknown status ('ruht' 3 times, 'wartet', 'offen', 'halb')"


def test_of_other_refusals_three_different_cells_are_shown(tmp_path: Path) -> None:
    with Rejects(tmp_path, ("time",), keep=False) as rejects:
        for number, cell in enumerate(["a", "b", "a", "c", "d"]):
            rejects.add(number, [cell], Refused("no time", f"time must be a time; got {cell!r}."))
    assert rejects.said() == ["5 no time (such as 'a', 'b', 'c')"]


def test_of_many_words_the_most_frequent_are_listed(tmp_path: Path) -> None:
    with Rejects(tmp_path, ("status",), keep=False) as rejects:
        for number in range(30):
            refused = Refused(
                "unknown status", f"status must be known; got {number}.", is_word=True
            )
            rejects.add(number, [str(number)], refused)
    assert rejects.said()[0].endswith("18, 19 and 10 more)")
