"""The small shop with a version that shadows its churn model, and a log of answers."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, select
from tests.serving.shop import NOW, SHOP, make_package

from commerce.records.database import reading
from scoring.package import Package
from scoring.shadows import let_shadow
from serving.predict.answers import answer
from serving.predict.asking import Answer, AppState, CustomerRequest, ValuesRequest
from serving.predict.packages import PackageShelf
from serving.predict.prediction_log.loader import load_log
from serving.predict.prediction_log.writer import PredictionLog
from serving.predict.shadowing import settle_shadows
from serving.predict.store import RecordStore
from serving.schema import shadow_score

BY_VALUES = ValuesRequest(tenant="acme", features={"orders_90d": 1, "days_since_order": 60})
ASKED: tuple[CustomerRequest | ValuesRequest, ...] = (
    CustomerRequest(tenant="acme", customer_id="17850"),
    CustomerRequest(tenant="acme", customer_id="12346"),
    CustomerRequest(tenant="acme", customer_id="17850", as_of="2026-01-20"),
    BY_VALUES,
)


def make_shadow(version: str = "3") -> Package:
    """A version that says to keep more customers."""
    package = make_package(version=version)
    return replace(package, decision=replace(package.decision, threshold=0.2))


@dataclass(frozen=True)
class Shadowed:
    """A shop whose answers go through a log."""

    engine: Engine
    packages: Path
    home: Path

    @property
    def shadows(self) -> Path:
        """Where its shadows lie."""
        return self.home / "shadows"

    @property
    def log(self) -> Path:
        """Where its answers lie first."""
        return self.home / "log"

    @property
    def shelf(self) -> PackageShelf:
        """What answers."""
        return PackageShelf([self.packages], SHOP)

    @contextmanager
    def answering(self) -> Iterator[AppState]:
        """A server's state."""
        store = RecordStore(self.engine.url.render_as_string(hide_password=False))
        log = PredictionLog(self.log)
        yield AppState(
            shelf=self.shelf, store=store, now=lambda: NOW, log=log, shadows=self.shadows
        )
        log.close()
        store.close()

    def ask(
        self, asked: Sequence[CustomerRequest | ValuesRequest] = ASKED, model: str = "churn"
    ) -> list[Answer]:
        """Have questions answered, and the answers in the log."""
        with self.answering() as state:
            return [answer(state, model, each, str(uuid.uuid4())) for each in asked]

    def load(self) -> int:
        """Load the log."""
        return load_log(self.log, self.engine, shadows=self.shadows)

    def settle(self, most: int = 200) -> int:
        """Ask the shadow a page of what waits."""
        return settle_shadows(self.engine, self.shelf, self.shadows, now=NOW, most=most)

    def let(self, package: Package | None = None, since: datetime = NOW) -> Package:
        """Let a version shadow."""
        package = package or make_shadow()
        let_shadow(package, self.shadows, since=since, by="Ada")
        return package

    def rows(self) -> list[dict[str, Any]]:
        """What is kept of shadows, by request."""
        with reading(self.engine) as connection:
            found = connection.execute(select(shadow_score).order_by(shadow_score.c.request_id))
            return [row._asdict() for row in found]

    def states(self) -> list[str]:
        """How far what a shadow was to be asked has come."""
        return sorted(row["state"] for row in self.rows())
