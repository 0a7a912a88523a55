"""The record of a bank's customer, schema ``bank_v1``: what it holds, and which values it takes.

Whoever asks a model may name a country that the schema does not know; a record may not.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import isfinite

from commerce.records.errors import RecordError
from tabular.errors import did_you_mean

SCHEMA = "bank_v1"


@dataclass(frozen=True, kw_only=True)
class BankField:
    """One field of the record.

    Attributes
    ----------
    meaning : str
        One sentence for people.
    minimum, maximum : float
        The least and the most that a number may be.
    is_whole : bool, default True
        Whether a number must be a whole one.
    values : tuple of str, default ()
        What a text may be; empty for a number.
    """

    meaning: str
    minimum: float = 0
    maximum: float = 0
    is_whole: bool = True
    values: tuple[str, ...] = ()


def _flag(meaning: str) -> BankField:
    return BankField(meaning=meaning, minimum=0, maximum=1)


BANK_V1: Mapping[str, BankField] = {
    "credit_score": BankField(meaning="Points that others gave.", minimum=0, maximum=1_000),
    "geography": BankField(meaning="Country.", values=("France", "Germany", "Spain")),
    "gender": BankField(meaning="Gender.", values=("Female", "Male")),
    "age": BankField(meaning="In years.", minimum=0, maximum=150),
    "tenure": BankField(meaning="Years with the bank.", minimum=0, maximum=150),
    "balance": BankField(
        meaning="On the accounts, in the currency's major units; below 0 where overdrawn.",
        minimum=-1e10,
        maximum=1e10,
        is_whole=False,
    ),
    "num_of_products": BankField(meaning="Products held.", minimum=0, maximum=100),
    "has_cr_card": _flag("1 with a credit card, else 0."),
    "is_active_member": _flag("1 for who uses the accounts, else 0."),
}
"""The nine fields, in their order."""

Value = int | float | str


def check_field(name: str, value: object, *, known_only: bool = True) -> Value:
    """Check one value of a record.

    Parameters
    ----------
    name : str
        Of `BANK_V1`.
    value : int, float, bool or str
        Yes and no may be sent as such.
    known_only : bool, default True
        Whether a text must be one of the schema's; a model is asked about others, too.

    Returns
    -------
    int, float or str
        As it is kept: a whole number as int, a text without blanks around.

    Raises
    ------
    RecordError
        "age must be 0 to 150; got -1. Correct it."

    Examples
    --------
    >>> check_field("is_active_member", True), check_field("age", 40.0), check_field("geography", " France ")
    (1, 40, 'France')
    >>> check_field("geography", "Peru", known_only=False)
    'Peru'
    """
    if name not in BANK_V1:
        raise RecordError(
            f"field must be one of {SCHEMA}; got {name!r}. {did_you_mean(name, BANK_V1)}"
        )
    field = BANK_V1[name]
    if field.values:
        if not isinstance(value, str) or not value.strip():
            raise RecordError(f"{name} must be a text; got {_shown(value)}. Send a name.")
        text = value.strip()
        if known_only and text not in field.values:
            known = f"{', '.join(field.values)}; got {_shown(text)}"
            raise RecordError(f"{name} must be one of {known}. {did_you_mean(text, field.values)}")
        return text
    is_flag = (field.minimum, field.maximum) == (0, 1)
    if not isinstance(value, int | float) or (isinstance(value, bool) and not is_flag):
        raise RecordError(f"{name} must be a number; got {_shown(value)}. Send it without quotes.")
    low, high = field.minimum, field.maximum
    if not low <= value <= high or not isfinite(value):  # false for NaN, too
        raise RecordError(
            f"{name} must be {low:,.15g} to {high:,.15g}; got {_shown(value)}. Correct it."
        )
    if field.is_whole and value != int(value):
        raise RecordError(f"{name} must be a whole number; got {_shown(value)}. Round it.")
    return int(value) if value == int(value) else value


def _shown(value: object) -> str:
    text = "an object or a list" if isinstance(value, dict | list) else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
