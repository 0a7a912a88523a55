"""The same questions in plain pandas and loops, from exported rows: read the rules of `analytics.sales` beside it."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from typing import Any
from zoneinfo import ZoneInfo

import pandas
from sqlalchemy import Connection, text

from analytics.periods import Period
from commerce.records.instants import from_micros
from commerce.records.states import DELIVERY, ORDER, RETURN
from commerce.records.stream import FEATURE_COLUMNS, iterate
from commerce.records.tenants import Tenant

pd: Any = pandas

_STEPS = {
    word: (machine.kind, move.targets[0])
    for machine in (ORDER, DELIVERY, RETURN)
    for word, move in machine.moves.items()
    if word != "event.annulled" and not word.startswith("cart.") and not move.stays
}
_ALIASES = {"GERMANY": "DE", "DEUTSCHLAND": "DE", "USA": "US"}


@dataclass
class Export:
    """A tenant's rows, as anybody could export them."""

    rows: list[tuple[Any, ...]]
    zone: ZoneInfo
    links: Mapping[str, str] = field(default_factory=dict)
    """Order of payments, invoices and returns."""
    categories: Mapping[str, tuple[str, str | None]] = field(default_factory=dict)
    """Name and parent by id."""
    products: Mapping[str, str | None] = field(default_factory=dict)
    """Category by product."""

    def as_of(self, instant: int) -> Reading:
        """What is known at an instant, in microseconds."""
        return Reading(self, instant)


def export(connection: Connection, tenant: Tenant) -> Export:
    """Read everything with plain SQL."""

    def plain(value: object) -> str | None:
        return None if value is None else str(value).replace("-", "")

    def table(query: str) -> list[list[str | None]]:
        found = connection.execute(text(query), {"tenant": tenant.id})
        return [[plain(cell) for cell in row] for row in found]

    links: dict[str, str] = {}
    for name in ("payment", "invoice", "return_request"):
        pairs = table(f"SELECT id, order_id FROM {name} WHERE tenant_id = :tenant")
        links |= {str(record): order for record, order in pairs if order is not None}
    names = {
        str(row[0]): row[1]
        for row in connection.execute(
            text("SELECT id, name FROM category WHERE tenant_id = :tenant"), {"tenant": tenant.id}
        )
    }
    parents = table("SELECT id, parent_id FROM category WHERE tenant_id = :tenant")
    products = table("SELECT id, category_id FROM product WHERE tenant_id = :tenant")
    return Export(
        rows=[row for batch in iterate(connection, tenant.id) for row in batch],
        zone=tenant.zone,
        links=links,
        categories={
            str(key): (
                next(name for id_, name in names.items() if plain(id_) == key),
                parent,
            )
            for key, parent in parents
        },
        products={str(key): category for key, category in products},
    )


class Reading:
    """The export as of an instant."""

    def __init__(self, export: Export, instant: int) -> None:
        self.export, self.instant = export, instant
        self.today = from_micros(instant).astimezone(export.zone).date()
        frame = pd.DataFrame(export.rows, columns=list(FEATURE_COLUMNS), dtype=object)
        known = frame[(frame.recorded_at < instant) & (frame.occurred_at < instant)]
        self.ever = known[known.type != "event.annulled"]
        annulled = set(known[known.type == "event.annulled"].value)
        events = chosen(self.ever, [number not in annulled for number in self.ever.id]).copy()
        events["day"] = [
            from_micros(at).astimezone(export.zone).date() for at in events.occurred_at
        ]
        self.events = events
        self.called_off = {self._sale(each) for each in self.of("order.cancelled").itertuples()}
        self.moves = self._movements()

    def of(self, *types: str) -> Any:
        return self.events[self.events.type.isin(types)]

    def _sale(self, event: Any) -> str:
        return event.aggregate_id or f"event {event.id}"

    def _movements(self) -> Any:
        """What was sold and taken back: sale, product, day, customer, word, units, amount and what is taken of both."""
        lines: dict[str, list[dict[str, Any]]] = defaultdict(list)
        with_lines = {
            self._sale(each) for each in self.ever[self.ever.type == "order.line"].itertuples()
        }
        for event in self.of("order.line", "order.placed").sort_values("id").itertuples():
            sale = self._sale(event)
            whole = event.type == "order.placed"
            if whole and sale in with_lines:
                continue
            lines[sale].append(
                {
                    "sale": sale,
                    "product": None if whole else event.product_id,
                    "day": event.day,
                    "customer": event.customer_id,
                    "word": None if whole else event.category,
                    "units": event.quantity or 0,
                    "amount": event.base_minor or 0,
                }
            )
        goods: dict[str, list[Any]] = defaultdict(list)
        for event in self.of("order.returned", "order.reduced", "return.approved").itertuples():
            sale = self._sale(event)
            goods[self.export.links.get(sale, sale)].append(event)
        money: dict[str, int] = defaultdict(int)
        for event in self.of(
            "payment.refunded", "payment.charged_back", "invoice.credited"
        ).itertuples():
            sale = self._sale(event)
            money[self.export.links.get(sale, sale)] += event.base_minor or 0
        found: list[dict[str, Any]] = []
        for sale, sold in lines.items():
            found += self._taken(sale, sold, goods.pop(sale, []), money.get(sale, 0))
        for sale, back in goods.items():
            found += [
                {
                    "sale": sale,
                    "product": event.product_id,
                    "day": event.day,
                    "customer": event.customer_id,
                    "word": None,
                    "units": 0,
                    "amount": 0,
                    "units_back": event.quantity or 0,
                    "back": event.base_minor or 0,
                }
                for event in back
            ]
        columns = [
            "sale",
            "product",
            "day",
            "customer",
            "word",
            "units",
            "amount",
            "units_back",
            "back",
        ]
        return pd.DataFrame(found, columns=columns)

    def _taken(
        self, sale: str, sold: list[dict[str, Any]], goods: list[Any], money: int
    ) -> list[dict[str, Any]]:
        """Put together what one order sold by product and day, and take from it what came back."""
        pieces: dict[Any, dict[str, Any]] = {}
        for line in sold:
            key = (line["product"], line["day"], line["word"])
            piece = pieces.setdefault(key, {**line, "units": 0, "amount": 0})
            piece["units"] += line["units"]
            piece["amount"] += line["amount"]
        ordered = sorted(
            pieces.values(),
            key=lambda piece: (piece["day"], piece["product"] or "", piece["word"] or ""),
        )
        for piece in ordered:
            piece["units_back"] = piece["back"] = 0
        for product in {piece["product"] for piece in ordered}:
            same = [each for each in ordered if each["product"] == product]
            matching = [each for each in goods if each.product_id == product]
            for what, back, given in (
                ("units", "units_back", sum(each.quantity or 0 for each in matching)),
                ("amount", "back", sum(each.base_minor or 0 for each in matching)),
            ):
                whole = sum(each[what] for each in same)
                for each, part in zip(
                    same, spread(min(given, whole), [each[what] for each in same]), strict=True
                ):
                    each[back] = part
        gone = max(money, sum(each.base_minor or 0 for each in goods))
        left = [piece["amount"] - piece["back"] for piece in ordered]
        rest = min(max(0, gone - sum(piece["back"] for piece in ordered)), sum(left))
        for piece, part in zip(ordered, spread(rest, left), strict=True):
            piece["back"] += part
        found = []
        for piece in ordered:
            if sale in self.called_off:
                piece["units_back"], piece["back"] = piece["units"], piece["amount"]
            found.append(piece)
        return found

    # ----- questions

    def within(self, period: Period) -> Any:
        return chosen(self.moves, [period.first <= day <= period.last for day in self.moves.day])

    def sums(self, moves: Any) -> tuple[int, int, int, int]:
        return tuple(int(moves[name].sum()) for name in ("units", "units_back", "amount", "back"))  # type: ignore[return-value]

    def orders(self) -> Any:
        placed = self.of("order.placed").copy()
        placed["off"] = [self._sale(each) in self.called_off for each in placed.itertuples()]
        return placed

    def bucket(self, period: Period) -> tuple[Any, ...]:
        placed = self.orders()
        placed = chosen(placed, [period.first <= day <= period.last for day in placed.day])
        good = chosen(placed, [not off for off in placed.off])
        return (
            len(good),
            len(placed) - len(good),
            good.customer_id.dropna().nunique(),
            self.sums(self.within(period)),
        )

    def buckets(self, period: Period, step: str) -> list[tuple[Any, ...]]:
        days = [
            period.first + timedelta(days=n) for n in range((period.last - period.first).days + 1)
        ]
        named: dict[str, Any] = {
            "day": lambda day: day,
            "week": lambda day: day.isocalendar()[:2],
            "month": lambda day: (day.year, day.month),
        }
        groups: dict[Any, list[date]] = defaultdict(list)
        for day in days:
            groups[named[step](day)].append(day)
        return [
            (group[0], group[-1], *self.bucket(Period(group[0], group[-1])))
            for group in groups.values()
        ]

    def category_of(self, word: str | None, product: str | None) -> str | None:
        for key, (name, _) in self.export.categories.items():
            if name == word:
                return key
        return self.export.products.get(product or "")

    def revenue_by_category(self, period: Period) -> dict[str | None, tuple[int, int, int, int]]:
        """By id, children in their parents; None is what has no category."""
        sums: dict[str | None, list[int]] = {key: [0, 0, 0, 0] for key in self.export.categories}
        for row in self.within(period).itertuples():
            category = self.category_of(row.word, row.product)
            places = [category]
            while category is not None and (category := self.export.categories[category][1]):
                places.append(category)
            for place in places:
                held = sums.setdefault(place, [0, 0, 0, 0])
                for index, part in enumerate((row.units, row.units_back, row.amount, row.back)):
                    held[index] += part
        return {key: tuple(parts) for key, parts in sums.items()}  # type: ignore[misc]

    def country(self) -> dict[str, str]:
        told = self.of("customer.registered", "customer.profiled").sort_values(
            ["occurred_at", "id"]
        )
        found = {}
        for event in told.itertuples():
            if event.category is not None and (
                event.type == "customer.registered" or event.reason == "country"
            ):
                written = event.category.strip().upper()
                found[event.customer_id] = _ALIASES.get(written, written)
        return found

    def top_products(
        self, period: Period, country: str | None, limit: int
    ) -> list[tuple[Any, ...]]:
        moves = self.within(period)
        if country is not None:
            living = self.country()
            moves = chosen(moves, [living.get(customer) == country for customer in moves.customer])
        found = [
            (product, self.sums(part))
            for product, part in moves.groupby("product")
            if part.units.sum() > part.units_back.sum()
        ]
        return sorted(found, key=lambda row: (row[1][1] - row[1][0], row[0]))[:limit]

    def products(self, period: Period) -> list[tuple[Any, ...]]:
        """Product, orders, sums, units sent back, reviews and stars."""
        moves = self.within(period)
        last = self.of("review.posted", "review.edited", "review.removed").sort_values(
            ["occurred_at", "id"]
        )
        last = (
            last.assign(record=[self._sale(each) for each in last.itertuples()])
            .groupby("record")
            .tail(1)
        )
        stars: dict[str, list[int]] = defaultdict(list)
        for event in last.itertuples():
            if event.type != "review.removed" and period.first <= event.day <= period.last:
                stars[event.product_id].append(event.value or 0)
        bought = {
            (self._sale(each), each.product_id)
            for each in self.of("order.line").itertuples()
            if period.first <= each.day <= period.last
        }
        sent: dict[str, int] = defaultdict(int)
        for event in self.of("order.returned", "return.approved").itertuples():
            sale = self.export.links.get(self._sale(event), self._sale(event))
            if (sale, event.product_id) in bought:
                sent[event.product_id] += event.quantity or 0
        found = []
        for product in {*moves["product"].dropna(), *stars} - {None}:
            mine = moves[moves["product"] == product]
            orders = {sale for sale, each in bought if each == product} - self.called_off
            found.append(
                (
                    product,
                    len(orders),
                    self.sums(mine),
                    sent[product],
                    len(stars[product]),
                    sum(stars[product]),
                )
            )
        found = [row for row in found if row[1] or row[4] or any(row[2])]
        return sorted(found, key=lambda row: (row[2][3] - row[2][2], row[0]))

    def customers(self) -> dict[str, tuple[Any, ...]]:
        """Since, orders, units, net, first and last order, of everybody known."""
        since = self.events.dropna(subset=["customer_id"]).groupby("customer_id").day.min()
        placed = self.orders()
        placed = chosen(placed, [not off for off in placed.off])
        found = {}
        for customer, day in since.items():
            mine = placed[placed.customer_id == customer]
            units, units_back, amount, back = self.sums(self.moves[self.moves.customer == customer])
            first, last = (mine.day.min(), mine.day.max()) if len(mine) else (None, None)
            found[str(customer)] = (day, len(mine), units - units_back, amount - back, first, last)
        return found

    def inactive(self, days: int) -> tuple[int, int]:
        customers = self.customers().values()
        quiet = [
            each for each in customers if each[5] is None or (self.today - each[5]).days >= days
        ]
        return len(quiet), len(customers)

    def segments(self) -> tuple[Any, dict[str, Any]]:
        """Edges, and every customer's three scores; None for who never bought."""
        customers = self.customers()
        bought = {
            key: ((self.today - each[5]).days, each[1], each[3])
            for key, each in customers.items()
            if each[1]
        }
        if not bought:
            return None, dict.fromkeys(customers)
        edges = []
        for figure in range(3):
            values = sorted(each[figure] for each in bought.values())
            edges.append(
                tuple(
                    values[math.ceil(Fraction(len(values) * fifth, 5)) - 1] for fifth in range(1, 5)
                )
            )
        scores: dict[str, Any] = {}
        for key in customers:
            if key not in bought:
                scores[key] = None
                continue
            late, often, much = (
                sum(limit < bought[key][figure] for limit in edges[figure]) for figure in range(3)
            )
            scores[key] = (5 - late, 1 + often, 1 + much)
        return tuple(edges), scores

    def cohorts(self, step: str) -> dict[date, list[int]]:
        placed = self.orders()
        placed = chosen(placed, [not off for off in placed.off]).dropna(subset=["customer_id"])
        frequency = {"day": "D", "week": "W", "month": "M"}[step]
        if placed.empty:
            return {}
        months = pd.to_datetime(pd.Series(list(placed.day), index=placed.index)).dt.to_period(
            frequency
        )
        bought = pd.DataFrame({"customer": placed.customer_id, "month": months}).drop_duplicates()
        first = bought.groupby("customer").month.min()
        bought["began"] = bought.customer.map(first)
        last = pd.Period(self.today, frequency)
        return {
            began.start_time.date(): [
                int((group.month == began + ahead).sum()) for ahead in range((last - began).n + 1)
            ]
            for began, group in bought.groupby("began")
        }

    def lifecycle(self, period: Period) -> dict[tuple[str, str], list[int]]:
        """Entered, left, and microseconds in it, by kind and state."""
        tracks: dict[tuple[str, str], list[Any]] = defaultdict(list)
        for event in self.of(*_STEPS).sort_values(["occurred_at", "id"]).itertuples():
            kind, state = _STEPS[event.type]
            tracks[kind, self._sale(event)].append((state, event.occurred_at, event.day))
        found: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0, 0])
        for (kind, _), steps in tracks.items():
            changes = [
                step
                for place, step in enumerate(steps)
                if place == 0 or steps[place - 1][0] != step[0]
            ]
            if not period.first <= min(day for *_, day in changes) <= period.last:
                continue
            for place, (state, at, _) in enumerate(changes):
                found[kind, state][0] += 1
                if place + 1 < len(changes):
                    found[kind, state][1] += 1
                    found[kind, state][2] += changes[place + 1][1] - at
        return dict(found)

    def payments(self, period: Period) -> dict[tuple[str | None, str], tuple[int, int]]:
        types = [f"payment.{kind}" for kind in ("captured", "failed", "refunded", "charged_back")]
        events = self.of(*types)
        events = chosen(events, [period.first <= day <= period.last for day in events.day])
        return {
            (None if method == "" else method, kind.partition(".")[2]): (
                len(part),
                sum(amount or 0 for amount in part.base_minor),
            )
            for (method, kind), part in events.assign(
                method=["" if method is None else method for method in events.method]
            ).groupby(["method", "type"])
        }


def spread(amount: int, over: Sequence[int]) -> list[int]:
    """Spread an amount in proportion, each part to where the running total has come, rounded down."""
    whole, upto, done, parts = sum(over), 0, 0, []
    for weight in over:
        upto += weight
        reached = math.floor(Fraction(amount * upto, whole)) if whole > 0 else 0
        parts.append(reached - done)
        done = reached
    return parts


def chosen(frame: Any, flags: list[bool]) -> Any:
    """The rows for which a flag is set."""
    return frame[pd.Series(flags, index=frame.index, dtype=bool)]
