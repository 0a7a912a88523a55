"""How long each route takes to answer, in this process, as Prometheus reads it."""

from __future__ import annotations

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Histogram, generate_latest

TYPE = CONTENT_TYPE_LATEST

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
_registry = CollectorRegistry()
_seconds = Histogram(
    "bellwether_request_seconds",
    "Seconds until a request was answered, by the template of its route.",
    ("method", "route", "status"),
    registry=_registry,
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)


def count(method: str, route: str, status: int, seconds: float) -> None:
    """Count an answer; of methods that nobody knows as one, so that no client makes lines without end."""
    method = method if method in _METHODS else "other"
    _seconds.labels(method, route, str(status)).observe(seconds)


def exposed() -> bytes:
    """Give all counts in Prometheus's text format."""
    return generate_latest(_registry)
