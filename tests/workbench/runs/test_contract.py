from __future__ import annotations

from datetime import date

import pytest

from workbench.errors import ContractError, ParameterError
from workbench.runs.contract import read_contract

CELL = """
from datetime import date, datetime
tenant: str = "demo"  # whose records
as_of: datetime | None = None  # cut-off
rounds: int = 3
rate: float = 0.5
again: bool = False
since: date = date(2026, 1, 31)
models: list[str] = ["churn", "credit"]
"""


def test_a_parameters_cell_is_a_typed_contract() -> None:
    contract = read_contract(CELL)
    assert contract.names == ("tenant", "as_of", "rounds", "rate", "again", "since", "models")
    assert contract["tenant"].help == "whose records"
    assert str(contract["as_of"].kind) == "datetime | None"
    assert contract["since"].default == date(2026, 1, 31)


def test_given_values_replace_defaults_and_the_rest_stay() -> None:
    values = read_contract(CELL).parse({"rounds": "7", "again": "true", "models": "churn"})
    assert values["rounds"] == 7
    assert values["again"] is True
    assert values["models"] == ["churn"]
    assert values["tenant"] == "demo"


def test_a_misspelt_parameter_is_answered_with_the_nearest_one() -> None:
    with pytest.raises(ParameterError, match=r"got 'tenat'. Did you mean tenant\?"):
        read_contract(CELL).parse({"tenat": "acme"})


def test_a_secret_that_no_notebook_declares_is_refused_as_a_secret() -> None:
    with pytest.raises(ParameterError, match="must not carry a secret"):
        read_contract(CELL).parse({"db_password": "hunter2"})


@pytest.mark.parametrize(
    ("cell", "rule"),
    [
        ("rounds = 3", "must hold only annotated assignments"),
        ("print('x')", "must hold only annotated assignments"),
        ("import os", "must hold only annotated assignments"),
        ("rounds: int", "must hold only annotated assignments"),
        ("rounds: int = len('abc')", "must be a plain value"),
        ("rounds: int = 'three'", "must be a whole number"),
        ("rounds: dict = {}", "must be declared as one of"),
        ("rounds: int = 1\nrounds: int = 2", "must be declared once"),
        ("rounds: int =", "must be Python"),
        ("since: date = date(2026, 13, 1)", "must be a date"),
        ("password: str = ''", "must not carry a secret"),
    ],
)
def test_a_cell_that_is_no_contract_is_refused(cell: str, rule: str) -> None:
    with pytest.raises(ContractError, match=rule):
        read_contract(cell)


def test_reading_a_contract_runs_nothing() -> None:
    with pytest.raises(ContractError):
        read_contract("rounds: int = exit(1)")
