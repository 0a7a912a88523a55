"""The activity stream: one append-only table, written in bulk, read by customer or in order.

It is the audit log, the header of every ledger posting and the only source of features. Features read
`FEATURE_COLUMNS`; ``attributes`` is for audit alone.
"""

from commerce.records.stream.event_types import (
    ANNULLED,
    EVENT_TYPES,
    MOVES_MONEY,
    EventType,
    crossing,
)
from commerce.records.stream.reading import (
    FEATURE_COLUMNS,
    FeatureRow,
    StreamState,
    count_after,
    customer_rows,
    iterate,
    stream_state,
)
from commerce.records.stream.writing import NewEvent, append, check

__all__ = [
    "ANNULLED",
    "EVENT_TYPES",
    "FEATURE_COLUMNS",
    "MOVES_MONEY",
    "EventType",
    "FeatureRow",
    "NewEvent",
    "StreamState",
    "append",
    "check",
    "count_after",
    "crossing",
    "customer_rows",
    "iterate",
    "stream_state",
]
