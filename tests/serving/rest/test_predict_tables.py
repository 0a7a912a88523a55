"""A model of a table is asked by the table's own column names; nobody's records are touched."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from tests.brought import small_package
from tests.serving.shop import OPEN, Client

from commerce.records.database import reading
from commerce.records.tenants import Tenant
from scoring.decisions import decide
from scoring.published import publish
from serving.app import make_app
from serving.predict.asking import AppState
from serving.schema import score

ROW = {"Age": 61, "Geography": "Germany", "Active": "No"}
AS_JSON = {"accept": "application/json"}


@pytest.fixture
def client(
    shop: Tenant, engine: Engine, packages: Path, make_state: Callable[..., AppState]
) -> Client:
    """The shop's application, with a model of a table beside the shop's own."""
    publish(small_package(), packages)
    return Client(make_app(make_state(engine), door=OPEN))


def test_a_row_is_answered_with_reasons_from_its_columns(client: Client, engine: Engine) -> None:
    response = client.post("/predict/bank", {"features": ROW})
    answer = response.json()
    assert response.status_code == 200, answer
    package = small_package()
    assert package.fields is not None
    expected = decide(package, package.fields.read_row(ROW)[0])
    assert answer["probability"] == expected.probability
    assert [reason["text"] for reason in answer["reasons"]] == [
        "Age is 61; usually 38.",
        "Geography is Germany.",
        "Active is No.",
    ]
    assert answer["model_version"] == "shared.bank/1"
    assert answer["decision"]["action"] == "yes"
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(score)) == 0


def test_what_is_left_out_or_was_never_seen_is_said_to_be_missing(client: Client) -> None:
    answer = client.post("/predict/bank", {"features": {"Age": 40, "Active": "perhaps"}}).json()
    assert answer["assumed"] == {"Geography": None, "Active": None}
    unseen = client.post("/predict/bank", {"features": {**ROW, "Geography": "Peru"}}).json()
    assert (unseen["assumed"], unseen["reasons"][1]["text"]) == ({}, "Active is No.")


@pytest.mark.parametrize(
    ("features", "field", "says"),
    [
        (
            {"Agge": 1},
            "features.Agge",
            "must be a column of the table; got 'Agge'. Did you mean Age?",
        ),
        ({"Age": "old"}, "features.Age", "must be a number; got 'old'."),
        (
            {"Age": [1]},
            "features.Age",
            "must be a number, a text or null; got an object or a list.",
        ),
        ({}, "features", "must hold at least one column"),
    ],
)
def test_what_cannot_be_read_is_refused_by_name(
    client: Client, features: dict[str, Any], field: str, says: str
) -> None:
    response = client.post("/predict/bank", {"features": features})
    assert (response.status_code, response.json()["field"]) == (422, field)
    assert says in response.json()["detail"]


def test_a_model_of_a_table_is_asked_by_no_customer(client: Client) -> None:
    response = client.post("/predict/bank", {"tenant": "shared", "customer_id": "17850"})
    assert response.status_code == 404


def test_a_new_champion_answers_at_once(client: Client, packages: Path) -> None:
    assert (
        client.post("/predict/bank", {"features": ROW}).json()["model_version"] == "shared.bank/1"
    )
    publish(replace(small_package(version="2")), packages)
    assert (
        client.post("/predict/bank", {"features": ROW}).json()["model_version"] == "shared.bank/2"
    )


def test_the_document_describes_the_columns_of_the_table(client: Client) -> None:
    document = client.get("/openapi.json").json()
    operation = document["paths"]["/predict/bank"]["post"]
    body = operation["requestBody"]["content"]["application/json"]
    columns = body["schema"]["properties"]["features"]["properties"]
    assert list(columns) == ["Age", "Geography", "Active"]
    assert columns["Geography"]["description"] == "One of France, Germany"
    sent = body["examples"]["by values"]["value"]
    told = operation["responses"]["200"]["content"]["application/json"]["example"]
    assert client.post("/predict/bank", sent).json()["probability"] == told["probability"]


def test_rows_of_a_batch_are_read_by_the_same_columns(client: Client) -> None:
    import pyarrow as pa

    rows = [ROW, {"Age": 40, "Active": "perhaps"}, {"Agge": 1}, {"Age": "old"}]
    alone = [client.post("/predict/bank", {"features": row}).json() for row in rows]
    told = client.post(
        "/predict/bank/batch", [{"features": row} for row in rows], headers=AS_JSON
    ).json()
    for index, (row, answer) in enumerate(zip(told, alone, strict=True)):
        assert row["index"] == index
        if "error" in row:
            assert row["error"]["detail"] == answer["detail"]
        else:
            assert {**row, "request_id": None} == {**answer, "index": index, "request_id": None}
    assert ["error" in row for row in told] == [False, False, True, True]
    table = pa.table({"Age": [61, None], "Geography": ["Germany", None], "Active": ["No", "Yes"]})
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    headers = {**AS_JSON, "content-type": "application/vnd.apache.arrow.stream"}
    answer = client.request(
        "POST",
        "/predict/bank/batch",
        content=sink.getvalue().to_pybytes(),
        headers=headers,
    )
    assert [row["probability"] for row in answer.json()] == [
        alone[0]["probability"],
        client.post("/predict/bank", {"features": {"Active": "Yes"}}).json()["probability"],
    ]
