"""How payments go: what arrived, what failed, what went back."""

from __future__ import annotations

from dataclasses import dataclass, fields

from analytics.periods import Period, Ratio
from analytics.view import View


@dataclass(frozen=True, kw_only=True)
class PaymentFigures:
    """What happened to payments in a period, each on the day on which it happened; money in minor units."""

    method: str | None
    """None: by no method on record, or by whichever."""
    captured: int = 0
    captured_minor: int = 0
    failed: int = 0
    failed_minor: int = 0
    refunded: int = 0
    refunded_minor: int = 0
    charged_back: int = 0
    charged_back_minor: int = 0

    @property
    def success_rate(self) -> Ratio:
        """Attempts by which money arrived."""
        return Ratio(self.captured, self.captured + self.failed)

    @property
    def failure_rate(self) -> Ratio:
        """Attempts that failed."""
        return Ratio(self.failed, self.captured + self.failed)

    @property
    def refund_rate(self) -> Ratio:
        """Money that went back over money that arrived."""
        return Ratio(self.refunded_minor, self.captured_minor)

    @property
    def charge_back_rate(self) -> Ratio:
        """Money that banks took back over money that arrived."""
        return Ratio(self.charged_back_minor, self.captured_minor)


@dataclass(frozen=True, kw_only=True)
class PaymentAnalytics:
    """Payments of a period, together and by method."""

    total: PaymentFigures
    methods: tuple[PaymentFigures, ...]
    """By name; what has none comes last."""


_COUNTED = [field.name for field in fields(PaymentFigures) if field.name != "method"]


def payment_rates(view: View, period: Period) -> PaymentAnalytics:
    """Tell how payments went in a period."""
    rows = view.rows(
        "SELECT method, substr(type, 9), count(*), sum(amount) FROM payment WHERE day BETWEEN $first AND $last"
        " GROUP BY ALL",
        **period.days,
    )
    counted: dict[str, dict[str, int]] = {}
    for method, kind, count, amount in rows:
        if kind in _COUNTED:
            counted.setdefault(method, {}).update({kind: count, f"{kind}_minor": int(amount)})
    whole = {name: sum(each.get(name, 0) for each in counted.values()) for name in _COUNTED}
    return PaymentAnalytics(
        total=PaymentFigures(method=None, **whole),
        methods=tuple(
            PaymentFigures(method=method or None, **counted[method])
            for method in sorted(counted, key=lambda name: (not name, name))
        ),
    )
