"""Figures over HTTP: which days are asked about, who may ask, and how amounts and shares are written."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from typing import Annotated, Any, Generic, TypeVar
from uuid import UUID

from fastapi import Depends, Query
from pydantic import AliasPath, BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo

from analytics.periods import Period, Ratio
from analytics.questions import Answer
from serving.errors import QuestionUnanswered
from serving.rest.deps import AsOf, Listing, PageRequest, Row
from serving.rest.desk import Desk
from serving.rest.fields import Instant, MoneyText, write_money

Figured = TypeVar("Figured", bound="Figures")


def _amount(value: Any, info: ValidationInfo) -> Any:
    if isinstance(value, Ratio):
        value = round(value.exact)
    return write_money(value, (info.context or {})["currency"]) if isinstance(value, int) else value


def _share(value: Any) -> Any:
    return round(float(value), 6) if isinstance(value, Ratio | Fraction) else value


Money = Annotated[MoneyText, BeforeValidator(_amount)]
"""Of minor units, or of a mean of them, which is rounded to one; in the answer's currency."""

Share = Annotated[float, BeforeValidator(_share)]
"""A part of a whole, or a mean, to six places."""


def minor(name: str) -> Any:
    """Say of which minor units a `Money` is written."""
    return Field(validation_alias=f"{name}_minor")


class Figures(BaseModel):
    """A part of an answer, made of what a question gives by attributes of the same names."""

    model_config = ConfigDict(from_attributes=True, populate_by_name=True)


def example(**values: Any) -> ConfigDict:
    """As `fields.example`, of `Figures`."""
    return ConfigDict(
        from_attributes=True, populate_by_name=True, json_schema_extra={"examples": [values]}
    )


class AsOfFigures(Figures):
    """Figures, and what they are about."""

    as_of: Instant = Field(description="Asked again as of it, the same comes out.")
    currency: str = Field(description="ISO 4217: of every amount beside it.")


class PeriodFigures(AsOfFigures):
    """Figures of some days in the shop's zone, the first and the last among them."""

    start_date: date
    end_date: date


@dataclass(frozen=True)
class Days:
    """Which days are asked about, as of when."""

    start_date: str | None
    end_date: str | None
    as_of: str | None

    def settle(self, desk: Desk) -> tuple[Period, datetime]:
        """Fill in what was left out, by the shop's clock."""
        with desk.looking() as work:
            as_of = work.settle(self.as_of)
        today = as_of.astimezone(desk.tenant.zone).date()
        return Period.until(today, self.start_date, self.end_date), as_of


def _days(
    start_date: Annotated[
        str | None, Query(description="YYYY-MM-DD; by default 29 days before the last.")
    ] = None,
    end_date: Annotated[
        str | None, Query(description="YYYY-MM-DD, counted too; by default the day of `as_of`.")
    ] = None,
    as_of: AsOf = None,
) -> Days:
    return Days(start_date, end_date, as_of)


Within = Annotated[Days, Depends(_days)]
Step = Annotated[str, Query(description="`day`, `week` (from Monday) or `month`.")]
Limit = Annotated[int, Query(description="Rows at most, 1 to 1000.")]
Window = Annotated[int, Query(description="How many days, the day of `as_of` among them.")]


def ask(desk: Desk, question: str, as_of: str | None, **asked: Any) -> Answer:
    """Ask a question of `analytics.questions` about the shop, for who runs it."""
    desk.actor.require_running("reading figures")
    return put(desk, question, as_of, **asked)


def ask_within(desk: Desk, question: str, days: Days, **asked: Any) -> tuple[Answer, Period]:
    """Ask a question about some days, for who runs the shop."""
    desk.actor.require_running("reading figures")
    period, as_of = days.settle(desk)
    return put(desk, question, as_of.isoformat(), period=period, **asked), period


def put(
    desk: Desk, question: str, as_of: str | None, tenant: str | None = None, **asked: Any
) -> Answer:
    """Put a question to the processes that answer, whoever asks."""
    if desk.questions is None:
        raise QuestionUnanswered("a server without processes for it")
    return desk.questions.ask(tenant or desk.tenant.slug, question, as_of=as_of, **asked)


def tell(kind: type[Figured], answer: Answer, period: Period | None = None, **told: Any) -> Figured:
    """Write an answer; ``told`` holds what is told beside instant, currency and days."""
    days = {} if period is None else {"start_date": period.first, "end_date": period.last}
    about = {"as_of": answer.as_of, "currency": answer.currency, **days}
    return kind.model_validate({**about, **told}, context=about)


class FiguresListing(Listing[Row], Generic[Row]):
    """A part of a list of figures."""

    as_of: Instant
    currency: str


def list_figures(page: PageRequest, answer: Answer, kind: type[Figured]) -> FiguresListing[Figured]:
    """Answer with a part of a question's rows."""
    about = {"as_of": answer.as_of, "currency": answer.currency}
    part = page.of_all(answer.result, lambda row: kind.model_validate(row, context=about))
    return FiguresListing[Figured].model_validate({**dict(part), **about})


class SalesFigures(Figures):
    """What was sold, and what was taken back of it."""

    model_config = example(
        units_sold=12, units_back=2, units=10, gross="240.00", back="40.00", net="200.00"
    )

    units_sold: int
    units_back: int = Field(description="Called off, sent back.")
    units: int = Field(description="That stay sold.")
    gross: Money = minor("gross")
    back: Money = minor("back")
    net: Money = minor("net")


class ProductRevenue(Figures):
    """What a product sold."""

    product: UUID
    name: str | None
    revenue: Money = Field(validation_alias=AliasPath("sales", "net_minor"))
    units: int = Field(validation_alias=AliasPath("sales", "units"))


class Bucket(Figures):
    """The sales of a day, week or month, or of all the days."""

    start_date: date = Field(validation_alias=AliasPath("period", "first"))
    end_date: date = Field(validation_alias=AliasPath("period", "last"))
    orders: int = Field(description="Placed and not called off.")
    orders_called_off: int
    customers: int
    average_order: Money
    sales: SalesFigures


class Product(Figures):
    """What became of a product."""

    product: UUID
    name: str | None
    orders: int
    sales: SalesFigures
    units_returned: int
    return_rate: Share
    ratings: int
    rating: Share = Field(description="Mean of the stars; 0 without reviews.")


class SegmentFigures(Figures):
    """How many customers a segment has, and what they bought."""

    name: str
    customers: int
    orders: int
    revenue: Money = minor("net")
    share: Share = Field(description="Of all customers.")


class PaymentFigures(Figures):
    """How payments went; no method: by none on record, or by whichever."""

    method: str | None
    attempts_that_succeeded: int = Field(validation_alias="captured")
    amount_received: Money = minor("captured")
    attempts_that_failed: int = Field(validation_alias="failed")
    refunds: int = Field(validation_alias="refunded")
    amount_refunded: Money = minor("refunded")
    chargebacks: int = Field(validation_alias="charged_back")
    amount_charged_back: Money = minor("charged_back")
    success_rate: Share
    failure_rate: Share
    refund_rate: Share = Field(description="Of the amount received.")
    charge_back_rate: Share = Field(description="Of the amount received.")


class PredictedValue(Figures):
    """What a customer is expected to pay within the days to come, less what goes back."""

    model_version: str
    horizon_days: int
    amount: Money = minor("predicted")
    low: Money = minor("low")
    high: Money = minor("high")
    share: float = Field(description="Of such customers paid between `low` and `high`.")


class ValueFigures(Figures):
    """What a customer is worth: on record, and as a model predicts."""

    captured: Money = minor("captured")
    refunded: Money = minor("refunded")
    historical: Money = Field(
        validation_alias="historical_minor", description="Captured less refunded."
    )
    predicted: PredictedValue | None = Field(
        description="By the model that it names; null without one, and of who never ordered."
    )
