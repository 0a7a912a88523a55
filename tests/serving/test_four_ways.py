"""One decision, four ways to it: by notebook, in a batch, by customer and by values. They are one to the bit."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select
from tests.commands import bellwether
from tests.serving.shop import OPEN, Client

from commerce.records import schema
from commerce.records.database import connect, reading
from commerce.records.tenants import find_tenant
from features.catalogue import CATALOGUE
from scoring.decisions import Decision
from serving.app import make_app
from serving.predict.asking import AppState
from serving.predict.packages import PackageShelf
from serving.predict.prediction_log.writer import PredictionLog
from serving.predict.scores import ScoreRow
from serving.predict.store import RecordStore
from serving.rest.batch_bodies import JSON, LINES
from serving.schema import score

SLUG = "acme"
CUSTOMERS = 10_000
AT_ONCE = 5_000


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A shop, and a model that was trained on another one of its name."""
    trained = tmp_path / "trained"
    shop = ("simulate", "--tenant", SLUG, "--customers")
    bellwether(trained, *shop, "800")
    bellwether(trained, "run", "--tenant", SLUG, "--models", "churn")
    bellwether(tmp_path, *shop, str(CUSTOMERS), "--seed", "11")
    shutil.copytree(trained / "data" / "packages", tmp_path / "data" / "packages")
    bellwether(tmp_path, "features", "build", "--tenant", SLUG)
    return tmp_path


@pytest.fixture
def by_notebook(home: Path) -> dict[str, ScoreRow]:
    """What the notebook keeps of everybody, by the shop's own id."""
    notebook = Path(__file__).parents[2] / "notebooks" / "40_score_customers.ipynb"
    bellwether(home, "notebook", str(notebook), "-p", f"tenant={SLUG}", "-p", "model=churn")
    engine = connect(f"sqlite:///{home}/data/records.db")
    with reading(engine) as connection:
        tenant = find_tenant(connection, SLUG)
        customer = schema.customer
        query = (
            select(customer.c.external_id, score)
            .join_from(score, customer, score.c.customer_id == customer.c.id)
            .where(score.c.tenant_id == tenant.id, score.c.origin == "batch")
        )
        rows = [row._asdict() for row in connection.execute(query)]
    engine.dispose()
    return {str(row.pop("external_id")): ScoreRow.from_dict(row) for row in rows}


@pytest.fixture
def client(home: Path) -> Iterator[Client]:
    """A server over the shop, which keeps its answers."""
    store = RecordStore(f"sqlite:///{home}/data/records.db")
    log = PredictionLog(home / "log")
    state = AppState(
        shelf=PackageShelf([home / "data" / "packages"], CATALOGUE),
        store=store,
        now=lambda: datetime.now(UTC),
        log=log,
    )
    yield Client(make_app(state, door=OPEN))
    log.close()
    store.close()


def told(answer: dict[str, Any]) -> dict[str, Any]:
    """What an answer says, without what it says of itself."""
    return {name: answer[name] for name in Decision.__struct_fields__}


def in_batches(client: Client, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Ask about many at once."""
    found: list[dict[str, Any]] = []
    for first in range(0, len(rows), AT_ONCE):
        some = rows[first : first + AT_ONCE]
        response = client.request(
            "POST",
            f"/predict/churn/batch?tenant={SLUG}",
            content=b"\n".join(json.dumps(row).encode() for row in some),
            headers={"content-type": LINES, "accept": LINES},
        )
        assert response.status_code == 200, response.text
        found += [told(json.loads(line)) for line in response.text.splitlines()]
    return found


def alone(client: Client, row: dict[str, Any]) -> dict[str, Any]:
    """Ask about one."""
    response = client.post("/predict/churn", {"tenant": SLUG, **row}, headers={"accept": JSON})
    assert response.status_code == 200, response.text
    return told(response.json())


@pytest.mark.slow
def test_a_notebook_a_batch_a_customer_and_values_come_to_the_same_bits(
    by_notebook: dict[str, ScoreRow], client: Client
) -> None:
    kept = list(by_notebook.values())
    meant = [told(json.loads(msgspec.json.encode(row))) for row in kept]
    as_of = kept[0].as_of.isoformat()
    customers = [{"customer_id": name, "as_of": as_of} for name in by_notebook]
    values = [{"features": dict(row.features)} for row in kept]
    assert len(meant) == CUSTOMERS
    assert in_batches(client, customers) == meant
    assert in_batches(client, values) == meant
    assert [alone(client, row) for row in customers] == meant
    assert [alone(client, row) for row in values] == meant
