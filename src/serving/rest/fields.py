"""What every resource's bodies have in common: strict questions, answers made of rows, money, ids, who is meant."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path
from pydantic import AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field

from commerce.records.money import from_minor


class Question(BaseModel):
    """A body that is sent; what it does not declare is refused, so nobody sets what is not theirs to set."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    def given(self) -> dict[str, Any]:
        """Give what was sent, and not what was left out: for changes."""
        return self.model_dump(exclude_unset=True)

    def rest(self, *named: str) -> dict[str, Any]:
        """Give what was said, by name, without some fields."""
        return self.model_dump(exclude_none=True, exclude=set(named))


class OfVariant(Question):
    """A question about a variant; a product stands for the only one it has."""

    variant_id: UUID | None = Field(
        None,
        validation_alias=AliasChoices("variant_id", "variant"),
        description="Or `variant`; it or its product must be given.",
    )
    product: str | int | None = Field(
        None,
        validation_alias=AliasChoices("product", "product_id"),
        description="By any of its names, where it has one variant. Or `product_id`.",
    )


class Told(BaseModel):
    """A body that is answered; `model_validate` makes it of a row's attributes of the same names."""

    model_config = ConfigDict(from_attributes=True)


class Made(BaseModel):
    """The id of what was made."""

    id: UUID


Instant = AwareDatetime
"""RFC 3339 with a zone."""

Amount = Annotated[
    Decimal,
    Field(
        max_digits=18,
        allow_inf_nan=False,
        description='In the currency\'s major units, as text: "19.99".',
        examples=["19.99"],
    ),
]
"""Money that is sent; `commerce.records.money.exact_minor` makes minor units of it."""

MoneyText = Annotated[str, Field(pattern=r"^-?\d+(\.\d+)?$", examples=["19.99"])]
"""Money that is answered, with its currency beside it; see `write_money`."""

Key = Annotated[
    str,
    Path(
        max_length=200,
        description="Our UUID, the shop's own id, or our number as `number:17`.",
    ),
]
"""Which customer, order or product is meant, in a path."""


def write_money(minor: int, currency: str) -> str:
    """Write an amount for a client.

    Examples
    --------
    >>> write_money(1999, "EUR"), write_money(-5, "EUR"), write_money(120, "JPY")
    ('19.99', '-0.05', '120')
    """
    return f"{from_minor(minor, currency):f}"


def example(**values: Any) -> ConfigDict:
    """Give a body's example for the OpenAPI document; tests send a question's, and hold an answer to its shape."""
    return ConfigDict(json_schema_extra={"examples": [values]})
