"""What is asked, what it is asked of, and what comes of it; nothing here knows HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from threading import BoundedSemaphore, Semaphore
from typing import Any

import msgspec
import numpy as np
from numpy.typing import NDArray

from commerce.records.identity import Identity
from scoring.any_package import AnyPackage
from scoring.decisions import Decision
from scoring.package import Package
from serving.predict.packages import PackageShelf
from serving.predict.pipelines.process import PipelineProcess
from serving.predict.prediction_log.entries import Entry
from serving.predict.prediction_log.loader import load_log
from serving.predict.prediction_log.writer import PredictionLog
from serving.predict.store import RecordStore

BATCHES_AT_ONCE = 2
"""Batches that are answered at once, by one process: each keeps a core busy, and its body on the disk."""


@dataclass(frozen=True, kw_only=True)
class AppState:
    """Everything an answer needs, made once when the server starts."""

    shelf: PackageShelf
    store: RecordStore | None
    """None: requests by values only, and nothing is kept."""
    now: Callable[[], datetime]
    """Gives wall time, aware."""
    log: PredictionLog | None = None
    """Where answers are kept until they are loaded into the record store; None: each is kept there itself."""

    shadows: Path | None = None
    """Where versions lie that shadow others; None: nobody shadows."""

    batches: Semaphore = field(default_factory=partial(BoundedSemaphore, BATCHES_AT_ONCE))
    """Whose turn it is to have a batch answered."""
    pipelines: PipelineProcess = field(default_factory=PipelineProcess)
    """Where models are asked that are served as they are; begun when the first is asked."""

    def load_answers(self) -> None:
        """Have every answer that was given until now in the record store."""
        if self.log is not None and self.store is not None:
            load_log(self.log.folder, self.store.engine, shadows=self.shadows)


@dataclass(frozen=True, kw_only=True)
class CustomerRequest:
    """Asks about a customer of the record store, whose features are computed now."""

    tenant: str
    customer_id: str
    """As `commerce.records.identity.find_customer` takes it."""
    as_of: str | None = None
    """As `commerce.records.tenants.settle_as_of` takes it."""


@dataclass(frozen=True, kw_only=True)
class ValuesRequest:
    """Asks about feature values, given as `serving.predict.payload.read_payload` takes them."""

    tenant: str
    features: Mapping[str, Any]


class AnyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A decision, and what it is about."""

    package: AnyPackage
    decision: Decision
    customer_id: str | None
    """As asked; None for values."""
    customer: Identity | None
    """Who was meant."""
    as_of: datetime
    """The instant the answer is about, aware."""
    request_id: str
    steps: tuple[str, ...]
    """What led to it, for the log: nothing personal."""
    assumed: Mapping[str, float | None] = {}
    """Of an answer by values: what was not sent, and what it was taken to be."""

    @property
    def is_explained(self) -> bool:
        """Whether the model gives reasons, if asked for them."""
        return isinstance(self.package, Package)


class Answer(AnyAnswer, frozen=True, kw_only=True):
    """One that a package of tables gave, with its reasons."""

    package: Package
    values: NDArray[np.float64] | None = None
    """What was scored, shape (n_outputs,); None of an answer that was never given."""
    entry: Entry | None = None
    """What is kept of it; None where nothing is."""
