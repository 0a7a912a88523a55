"""What a file says of orders that are known: told apart before anything is written, written behind the new orders."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection, Engine

from commerce.records.database import reading
from commerce.records.tenants import Tenant
from importing.engine.writing import Writer
from importing.sales.change_writer import write_changes
from importing.sales.changes import Change, Conflict, Outcome, compare
from importing.sales.order_history import histories
from importing.sales.shown_orders import ShownOrder, order_name
from importing.sales.staging import SalesStaging
from tabular.store import chunks

_CHUNK = 5_000


class Reexport:
    """Known orders of one file.

    Parameters
    ----------
    staging : SalesStaging
        After `SalesStaging.note_orders`, and after what is refused for itself was refused.
    has_states : bool
        Whether the file says what became of its lines.
    end : int
        Its latest instant, in microseconds since 1970 UTC.

    Attributes
    ----------
    changed : dict of str to list of str
        Names of orders, by what became of them.
    """

    def __init__(self, staging: SalesStaging, *, has_states: bool, end: int) -> None:
        self.changed: dict[str, list[str]] = defaultdict(list)
        self._staging = staging
        self._has_states = has_states
        self._end = end

    def settle(self, engine: Engine, tenant: Tenant) -> None:
        """Refuse the lines of orders in conflict, and let those be known that tell nothing new."""
        self._staging.note_altered(has_states=self._has_states)
        with reading(engine) as connection:
            for shown in chunks(self._staging.altered(), _CHUNK):
                for order, found in self._weigh(connection, tenant, shown):
                    if isinstance(found, Change):
                        continue
                    refused = found.sentence if isinstance(found, Conflict) else None
                    self._staging.settle(order, refused)
                    if found is not None:
                        self.changed[found.kind].append(order_name(order.known.basket))

    def write(self, writer: Writer) -> None:
        """Write what became of the others, each transaction in view of what the records hold then."""
        for shown in chunks(self._staging.altered(), _CHUNK):
            with writer.session() as session:
                weighed = self._weigh(session.connection, session.tenant, shown)
                changes = [found for _, found in weighed if isinstance(found, Change)]
                write_changes(session, changes)
            for change in changes:
                for kind in change.kinds:
                    self.changed[kind].append(order_name(change.history.order.basket))

    def _weigh(
        self, connection: Connection, tenant: Tenant, orders: Sequence[ShownOrder]
    ) -> Iterator[tuple[ShownOrder, Outcome]]:
        """Hold what the file shows of some orders against their histories."""
        shown = {order.known.order_id: order for order in orders}
        for history in histories(connection, tenant, [order.known for order in orders]):
            order = shown[history.order.order_id]
            yield (
                order,
                compare(history, order.lines, has_states=self._has_states, end=self._end),
            )
