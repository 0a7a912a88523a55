"""A pipeline is asked over HTTP as any model is, by its own columns; it says that it gives no reasons."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, func, select
from tests.pipelines import ROW, STRANGE, chance, dumped, fit, payments, pipeline_package
from tests.serving.rest.fuzzing import TEXTS, VALUES
from tests.serving.rest.people import Shops
from tests.serving.shop import OPEN, SHOP, Client

from commerce.records.database import reading
from commerce.records.tenants import Tenant
from scoring.pipelines import AS_IT_IS
from scoring.promotions import promote
from scoring.published import lay_down, publish
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.pipelines.process import PipelineProcess, PipelineSettings
from serving.rest.batch_bodies import LINES
from serving.schema import score

AS_JSON = {"accept": "application/json"}
SENT = {"content-type": "application/json"}


@pytest.fixture(scope="module")
def process() -> Iterator[PipelineProcess]:
    """The process that these tests share."""
    made = PipelineProcess(PipelineSettings(seconds=60))
    yield made
    made.close()


@pytest.fixture
def state(
    shop: Tenant,
    engine: Engine,
    packages: Path,
    make_state: Callable[..., AppState],
    process: PipelineProcess,
) -> AppState:
    """The shop's state, with a pipeline beside its models."""
    publish(pipeline_package("acme.fraud"), packages)
    return replace(make_state(engine), pipelines=process)


@pytest.fixture
def client(state: AppState) -> Client:
    return Client(make_app(state, door=OPEN))


def asked(**changes: Any) -> dict[str, Any]:
    return {"tenant": "acme", "features": {**ROW, **changes}}


def test_a_row_is_answered_and_said_to_be_unexplained(client: Client, engine: Engine) -> None:
    response = client.post("/predict/fraud", asked())
    answer = response.json()
    assert response.status_code == 200, answer
    assert answer["probability"] == pytest.approx(chance(ROW), abs=1e-12)
    assert answer["decision"]["action"] == ("hold" if chance(ROW) >= 0.4 else "pass")
    assert (answer["explained"], answer["reasons"], answer["note"]) == (False, [], AS_IT_IS)
    assert (answer["model_version"], answer["tenant"]) == ("acme.fraud/1", "acme")
    assert answer["request_id"] == response.headers["x-request-id"]
    left_out = client.post(
        "/predict/fraud", {"tenant": "acme", "features": {**ROW, "amount": None}}
    )
    assert left_out.json()["assumed"] == {}
    del (fewer := asked())["features"]["amount"]
    assert client.post("/predict/fraud", fewer).json()["assumed"] == {"amount": None}
    with reading(engine) as connection:
        assert connection.scalar(select(func.count()).select_from(score)) == 0
    assert client.post("/predict/churn", {"tenant": "acme", "customer_id": "17850"}).json()[
        "explained"
    ]


@pytest.mark.parametrize(
    ("body", "field", "says"),
    [
        (asked(contry="DE"), "features.contry", "must be a column that the model reads"),
        (asked(hour="3"), "features.hour", "must be a whole number; got '3'."),
        (asked(amount=1e300), "features.amount", "must be finite and at most"),
        (asked(country=None), "features.country", "must be text, never null"),
        (asked(country="Atlantis"), "features", "that acme.fraud/1 takes; got ValueError: Found unknown"),
        ({"tenant": "acme", "features": {}}, "features", "must hold at least one column"),
        ({"tenant": "acme", "customer_id": "17850"}, "customer_id", "reads a row of its own columns"),
    ],
)  # fmt: skip
def test_what_it_cannot_read_is_refused_by_name(
    client: Client, body: dict[str, Any], field: str, says: str
) -> None:
    response = client.post("/predict/fraud", body)
    assert (response.status_code, response.json()["field"]) == (422, field), response.json()
    assert says in response.json()["detail"]


def test_nothing_that_is_put_into_a_row_is_a_fault_of_ours(client: Client) -> None:
    """Answered or refused, alone as in a batch; the process that reads it goes on."""
    rows = [{**ROW, name: value} for name in ROW for value in VALUES]
    rows += [{**ROW, text: 1} for text in TEXTS]
    statuses: list[int] = []
    for row in rows:
        body = json.dumps({"tenant": "acme", "features": row}).encode()
        statuses.append(
            client.request("POST", "/predict/fraud", content=body, headers=SENT).status_code
        )
    assert set(statuses) == {200, 422}
    told: list[int] = []
    for first in range(0, len(rows), 200):
        lines = b"\n".join(
            json.dumps({"features": row}).encode() for row in rows[first : first + 200]
        )
        found = client.request(
            "POST",
            "/predict/fraud/batch?tenant=acme",
            content=lines,
            headers={"content-type": LINES, **AS_JSON},
        )
        assert found.status_code == 200, found.text
        told += [each.get("error", {"status": 200})["status"] for each in found.json()]
    assert [each == 200 for each in told] == [each == 200 for each in statuses]
    assert client.post("/predict/fraud", asked()).status_code == 200


def test_it_cannot_be_explained_and_says_so(client: Client) -> None:
    response = client.post("/explain/fraud", asked())
    assert response.status_code == 404
    assert "must give reasons to be explained; got one that is served" in response.json()["detail"]


def test_many_rows_are_answered_each_by_itself(client: Client) -> None:
    sent = (ROW, STRANGE, {**ROW, "hour": 4.5}, ROW)
    rows: list[dict[str, Any]] = [{"features": each} for each in sent]
    rows.append({"customer_id": "17850"})
    found = client.post("/predict/fraud/batch?tenant=acme", rows, headers=AS_JSON)
    told = found.json()
    assert found.status_code == 200, told
    assert [each["index"] for each in told] == [0, 1, 2, 3, 4]
    assert told[0]["probability"] == told[3]["probability"] == pytest.approx(chance(ROW))
    assert not told[0]["explained"]
    assert len({told[0]["request_id"], told[3]["request_id"]}) == 2
    errors = [told[place]["error"] for place in (1, 2, 4)]
    assert [each["field"] for each in errors] == ["features", "features.hour", "customer_id"]
    assert {each["status"] for each in errors} == {422}


def test_arrow_rows_are_answered_in_arrow(client: Client) -> None:
    import pyarrow as pa

    table = pa.Table.from_pylist([ROW, {**ROW, "amount": None}])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    kind = "application/vnd.apache.arrow.stream"
    response = client.request(
        "POST",
        "/predict/fraud/batch?tenant=acme&reasons=false",
        content=sink.getvalue().to_pybytes(),
        headers={"content-type": kind, "accept": kind},
    )
    told = pa.ipc.open_stream(response.content).read_all().to_pylist()
    assert [each["error"] for each in told] == [None, None]
    assert told[0]["probability"] == pytest.approx(chance(ROW))
    assert (told[0]["explained"], told[0]["note"]) == (False, AS_IT_IS)


def test_a_new_version_answers_at_once_and_the_one_before_again(
    client: Client, packages: Path
) -> None:
    from sklearn.ensemble import RandomForestClassifier
    from sklearn.pipeline import make_pipeline

    frame, labels = payments()
    forest = make_pipeline(fit()[0], RandomForestClassifier(3, random_state=0)).fit(frame, labels)
    told = {"at": "2026-03-01T12:00:00+00:00", "by": "ann", "why": "better"}
    trees = pipeline_package("acme.fraud", "2", skops=dumped(forest), trusted=TREES)
    lay_down(trees, packages)
    answers = []
    for version in ("1", "2", "1"):
        promote(packages, "acme", "fraud", version, **told)
        answers.append(client.post("/predict/fraud", asked()).json())
    assert [each.get("model_version", each) for each in answers] == [
        "acme.fraud/1",
        "acme.fraud/2",
        "acme.fraud/1",
    ]
    assert answers[0]["probability"] == answers[2]["probability"] != answers[1]["probability"]


TREES = ("sklearn.tree._tree.Tree",)


def test_a_version_that_cannot_be_asked_here_is_refused_and_the_one_before_answers(
    client: Client, packages: Path
) -> None:
    client.post("/predict/fraud", asked())
    old = {"scikit-learn": "0.9.1"}
    publish(pipeline_package("acme.fraud", "2", made_with=old), packages)
    assert client.post("/predict/fraud", asked()).json()["model_version"] == "acme.fraud/1"
    told = client.get("/models/fraud?tenant_id=acme").json()
    assert "must be served beside scikit-learn 0.9" in told["refused"]


def test_what_lies_in_a_shops_folder_is_trusted_no_further_than_any_other(
    client: Client, packages: Path
) -> None:
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import FunctionTransformer

    file = dumped(make_pipeline(FunctionTransformer(os.system), fit()))
    publish(pipeline_package("acme.fraud", "2", skops=file, trusted=("posix.system",)), packages)
    response = client.post("/predict/fraud", asked())
    assert response.status_code == 503
    assert "got posix.system, which may run anything" in response.json()["detail"]
    assert str(packages) not in response.text


def test_a_late_busy_or_killed_process_is_503_and_429_and_no_other_route_waits(
    state: AppState,
) -> None:
    process = PipelineProcess(PipelineSettings(waiting=0, seconds=0.05))
    client = Client(make_app(replace(state, pipelines=process), door=OPEN))
    values = {"tenant": "acme", "features": {"orders_90d": 3}}
    try:
        late = client.post("/predict/fraud", asked())  # it takes longer to begin
        assert late.status_code == 503
        assert "must answer within 0.05 s; got no answer" in late.json()["detail"]
        process._line.acquire()
        busy = client.post("/predict/fraud", asked())
        assert (busy.status_code, busy.headers["retry-after"]) == (429, "1")
        batch = client.post("/predict/fraud/batch?tenant=acme", [{"features": ROW}])
        assert (batch.status_code, batch.headers["retry-after"]) == (429, "1")
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        assert client.post("/predict/churn", values).status_code == 200
    finally:
        process.close()


def test_questions_that_wait_together_get_each_its_own_answer(
    packages: Path, process: PipelineProcess
) -> None:
    package = pipeline_package("acme.fraud")
    place = publish(package, packages)
    sent = [{**ROW, "hour": hour} for hour in range(12)]
    sent[5] = STRANGE

    def ask(row: dict[str, Any]) -> float | str:
        (told,) = process.ask(place, package.sha256, [package.read_row(row)[0]])
        return told

    with ThreadPoolExecutor(12) as threads:
        told = list(threads.map(ask, sent))
    assert isinstance(told.pop(5), str)
    sent.pop(5)
    assert told == pytest.approx([chance(row) for row in sent], abs=1e-12)
    assert process._waiting == []


def test_models_list_it_with_its_kind_and_signature(client: Client) -> None:
    listed = client.get("/models?tenant_id=acme").json()["results"]
    (fraud,) = [each for each in listed if each["name"] == "fraud"]
    assert (fraud["kind"], fraud["answers_with"], fraud["ask"]) == (
        "pipeline",
        "a probability without reasons",
        "POST /predict/fraud",
    )
    told = client.get("/models/fraud?tenant_id=acme").json()
    assert [(each["name"], each["dtype"]) for each in told["inputs"]] == [
        ("hour", "int"),
        ("amount", "float"),
        ("country", "text"),
        ("is_known", "bool"),
    ]
    assert told["inputs"][1]["description"] == "It may be missing."
    assert told["content"]["decision"]["threshold"] == 0.4
    assert "skops" not in told["content"]


def test_the_document_describes_its_columns(client: Client) -> None:
    document = client.get("/openapi.json").json()["paths"]
    assert "/explain/fraud" not in document
    operation = document["/predict/fraud"]["post"]
    assert operation["description"] == f"The probability of fraud. {AS_IT_IS}"
    body = operation["requestBody"]["content"]["application/json"]
    columns = body["schema"]["properties"]["features"]
    assert columns["properties"]["amount"] == {"type": ["number", "null"]}
    assert columns["required"] == ["hour", "country", "is_known"]
    told = operation["responses"]["200"]["content"]["application/json"]["example"]
    assert told["explained"] is False
    assert "rows" in str(document["/predict/fraud/batch"]["post"]["requestBody"])


def test_it_is_its_shops_and_nobody_elses(
    shops: Shops, tmp_path: Path, process: PipelineProcess
) -> None:
    publish(pipeline_package("acme.fraud"), tmp_path / "packages")
    serving = shops.app.state.serving
    shelf = PackageShelf([tmp_path / "packages"], SHOP)
    shops.app.state.serving = replace(serving, shelf=shelf, pipelines=process)
    assert shops.admin.post("/predict/fraud", asked()).status_code == 200
    other = shops.of("other")["admin"]
    own = shops.admin.post("/predict/churn", asked()).status_code
    assert other.post("/predict/fraud", asked()).status_code in (403, 404)
    assert other.post("/predict/fraud", {**asked(), "tenant": "other"}).status_code == own == 503
    assert other.get("/models/fraud").status_code == 404
