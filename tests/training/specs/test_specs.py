"""Models are found by name: those of a shop's records, and those of a table."""

from __future__ import annotations

import pytest

from training.errors import UnknownModel
from training.specs import SPECS, TABLE_SPECS, find_spec


def test_a_model_of_a_table_is_sent_to_the_command_that_trains_it() -> None:
    assert not SPECS.keys() & TABLE_SPECS.keys()
    for name in TABLE_SPECS:
        with pytest.raises(UnknownModel, match=f"bellwether train {name} --table FILE"):
            find_spec(name)
