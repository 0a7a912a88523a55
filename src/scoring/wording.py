"""How a number is read aloud: money in its currency, long times as days, shares as per cent."""

from __future__ import annotations

from datetime import timedelta
from functools import lru_cache

from commerce.records.money import format_money

ELAPSED_HOURS, ELAPSED_DAYS = "elapsed hours", "elapsed days"
"""Units of times that are read as hours where they are short, as days where they are long."""

_CLOCK = "o'clock, minutes ahead: "
_WORDS = {"days": ("day", "days"), "hours": ("hour", "hours"), "stars": ("star", "stars")}
_LONG = 48.0
"""Hours from which a time is read as days."""


def clock_unit(offset: timedelta) -> str:
    """Name the unit of an hour of the day that is counted in UTC and read on a clock ahead of it by an offset."""
    return f"{_CLOCK}{round(offset.total_seconds() / 60)}"


@lru_cache(maxsize=100_000)
def write_value(value: float, unit: str, currency: str) -> str:
    """Write a feature's value for a person.

    Parameters
    ----------
    value : float
        Finite.
    unit : str
        "minor" (money), "share" or "ratio", "days", "hours", "stars", one of the elapsed ones or of `clock_unit`; any
        other unit shows the bare number.
    currency : str
        ISO 4217, for money.

    Examples
    --------
    >>> [write_value(*pair, "EUR") for pair in ((123456.4, "minor"), (0.125, "share"), (1, "days"), (11.96, "days"))]
    ['1,234.56 EUR', '12.5 %', '1 day', '12 days']
    >>> [write_value(number, "orders a day", "EUR") for number in (3, 2.25, 0.0217, 41250)]
    ['3', '2.2', '0.022', '41,250']
    >>> [write_value(hours, ELAPSED_HOURS, "EUR") for hours in (1, 30, 9888)]
    ['1 hour', '30 hours', '412 days']
    >>> [write_value(days, ELAPSED_DAYS, "EUR") for days in (0, 0.5, 1, 411.7)]
    ['0 days', '12 hours', '1 day', '412 days']
    >>> write_value(22.5, clock_unit(timedelta(hours=2)), "EUR")
    '00:30'
    """
    if unit in (ELAPSED_HOURS, ELAPSED_DAYS):
        hours = value if unit == ELAPSED_HOURS else 24 * value
        is_long = abs(hours) >= _LONG or (unit == ELAPSED_DAYS and value == round(value))
        return write_value(
            hours / 24 if is_long else hours, "days" if is_long else "hours", currency
        )
    if unit.startswith(_CLOCK):
        hours, minutes = divmod(round(60 * value + int(unit.removeprefix(_CLOCK))) % (24 * 60), 60)
        return f"{hours:02}:{minutes:02}"
    if unit == "minor":
        return format_money(round(value), currency)
    if unit in ("share", "ratio"):
        return f"{_short(100.0 * value)} %"
    if unit in _WORDS:
        number = f"{round(value):,}" if abs(value) >= 10 else _short(value)
        return f"{number} {_WORDS[unit][0 if number == '1' else 1]}"
    return _short(value)


def _short(value: float) -> str:
    """Two digits below 1, at most one decimal below 100, none above; never a negative zero."""
    if 0 < abs(value) < 0.95:
        return f"{value:.2g}" if abs(value) >= 0.0001 else "0"
    if (abs(value) >= 10 and abs(value - round(value)) < 0.05) or abs(value) >= 100:
        return f"{round(value):,}"
    text = f"{value:.1f}"
    text = text.removesuffix(".0")
    return "0" if text == "-0" else text


def counted(number: int, noun: str) -> str:
    """Count things.

    Examples
    --------
    >>> [counted(number, "customer") for number in (1, 2000)]
    ['1 customer', '2,000 customers']
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
