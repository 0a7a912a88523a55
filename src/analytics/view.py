"""What a question is asked of. Neither this nor the questions load DuckDB: whoever unpacks an answer stays light."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlalchemy import Engine

from analytics.assortment import Assortment, product_names
from commerce.records.database import reading
from commerce.records.instants import to_micros
from commerce.records.tenants import Tenant

if TYPE_CHECKING:
    from features.evaluating.database import Database


@dataclass(frozen=True, kw_only=True)
class View:
    """What a mart holds as of one instant: what every question is asked of."""

    tenant: Tenant
    as_of: datetime
    """Aware; what was recorded, or happened, at it or later does not count."""
    backfills: int
    """The last backfill that counts."""
    assortment: Assortment
    database: Database
    engine: Engine
    """The record store: what has no history is read there, as it stands."""

    @property
    def today(self) -> date:
        """The day of the instant, in the tenant's zone."""
        return self.as_of.astimezone(self.tenant.zone).date()

    def rows(self, query: str, **values: object) -> list[tuple[Any, ...]]:
        """Give what a query of the views of `mart_sql` finds; ``$name`` stands for a value of that name."""
        self.database.execute(f"SET VARIABLE as_of = {to_micros(self.as_of)}")
        return self.database.execute(query, values).fetchall()

    def names(self, products: Iterable[UUID]) -> dict[UUID, str]:
        """Give the names of some products, as they are called now."""
        with reading(self.engine) as connection:
            return product_names(connection, self.tenant.id, products)
