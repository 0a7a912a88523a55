"""How a number is read aloud: money in its currency, days as days, shares as per cent."""

from __future__ import annotations

from commerce.records.money import format_money

_WORDS = {"days": ("day", "days"), "hours": ("hour", "hours")}


def write_value(value: float, unit: str, currency: str) -> str:
    """Write a feature's value for a person.

    Parameters
    ----------
    value : float
        Finite.
    unit : str
        "minor" (money), "share" or "ratio", "days", "hours"; any other unit shows the bare number.
    currency : str
        ISO 4217, for money.

    Examples
    --------
    >>> [write_value(*pair, "EUR") for pair in ((123456.4, "minor"), (0.125, "share"), (1, "days"), (11.96, "days"))]
    ['1,234.56 EUR', '12.5 %', '1 day', '12 days']
    >>> [write_value(number, "orders a day", "EUR") for number in (3, 2.25, 0.0217, 41250)]
    ['3', '2.2', '0.022', '41,250']
    """
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
