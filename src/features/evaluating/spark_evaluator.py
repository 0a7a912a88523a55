"""Features of more customers than one machine holds, on Spark over the same snapshot.

Guarantees: the Parquet files are read once, and shuffled once, so that each customer's events lie together;
every cutoff is one query without another shuffle; only integers leave Spark, so values are the same bits as those of
every other evaluator; rows are ordered by cutoff and customer. No Python runs on the executors; where more is to be
worked out there, :mod:`features.evaluating.spark_tables` does it.

pyspark is imported when a session is opened, and only here.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from commerce.records.stream import ANNULLED
from features.declaring.compilation import Catalogue
from features.errors import EngineFailed, EngineMissing
from features.evaluating.evaluator import Evaluator
from features.evaluating.finish import finish
from features.evaluating.spark_sql import event_columns, spark_statement
from features.evaluating.table import FeatureTable
from features.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

EVENTS_PER_PARTITION = 1_000_000
"""How many events lie together at most, on average; what does not fit in memory goes to disk."""

_RULES = {
    "spark.sql.session.timeZone": "UTC",
    "spark.sql.ansi.enabled": "true",  # what overflows is refused, as by DuckDB, not wrapped around
    "spark.sql.autoBroadcastJoinThreshold": "-1",  # rows of a customer lie together already
    "spark.sql.requireAllClusterKeysForDistribution": "false",
}
"""What every evaluation sets, whatever session it is given."""

_compute: Any = pc


@contextmanager
def session(
    master: str, folder: Path, settings: Mapping[str, str] | None = None
) -> Iterator[SparkSession]:
    """Open a Spark session, and close it with its Java process.

    Parameters
    ----------
    master : str
        ``local[2]`` for two cores of this machine, ``spark://host:7077`` for a cluster, or whatever else Spark
        takes.
    folder : Path
        Where scratch files and the log of the Java process, ``spark.log``, go.
    settings : mapping of str to str, optional
        Spark's own settings; they win over those here. For a cluster on other machines ``spark.driver.host`` must
        be an address of this machine that they can reach: by default the driver listens on 127.0.0.1 alone.

    Yields
    ------
    SparkSession
        Without pages, progress bars or anything printed.

    Raises
    ------
    EngineMissing
        "engine spark must have pyspark; got none. Install bellwether[spark]", or the same of Java.
    EngineFailed
        "engine spark must start on ...; got ..."
    """
    try:
        from py4j.protocol import Py4JError
        from pyspark import SparkConf, SparkContext
        from pyspark.errors import PySparkRuntimeError
        from pyspark.java_gateway import launch_gateway
        from pyspark.sql import SparkSession
    except ImportError:
        raise EngineMissing(
            "engine spark must have pyspark; got none. Install bellwether[spark]."
        ) from None
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "spark.log"
    usual = {
        "spark.app.name": "bellwether",
        # A query is one stage of a hundred aggregations, joins and sorts, each of which holds a page at least.
        "spark.buffer.pageSize": "1m",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "2g",
        "spark.local.dir": str(folder / "scratch"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
    }
    conf = SparkConf(loadDefaults=False)
    conf.setMaster(master).setAll(list((usual | dict(settings or {})).items()))
    with log.open("wb") as written, untroubled():
        try:
            gateway = launch_gateway(conf, {"stdout": written, "stderr": written})
        except PySparkRuntimeError:
            raise EngineMissing(
                f"engine spark must have Java 17 or newer; got none that starts. Install a JDK and set JAVA_HOME,"
                f" and see {log}."
            ) from None
        try:
            context = SparkContext(conf=conf, gateway=gateway)
            opened = SparkSession(context)
        except Py4JError as error:
            _end(gateway)
            raise EngineFailed(f"start on {master}", error, log) from error
    try:
        yield opened
    finally:
        opened.stop()
        _end(gateway)


@contextmanager
def untroubled() -> Iterator[None]:
    """Spare people that Spark asks for an older pandas, where it looks for one; nothing of ours goes through pandas."""
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", "PySpark does not yet fully support", FutureWarning)
        yield


def _end(gateway: Any) -> None:
    """End the Java process, so that the next session starts one of its own."""
    from pyspark import SparkContext

    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.wait()
    SparkContext._gateway = SparkContext._jvm = None


def evaluator(session: SparkSession) -> Evaluator:
    """Give the evaluator that a session is.

    Parameters
    ----------
    session : SparkSession
        Any; what matters here is set in a session of each evaluation's own beside it. A snapshot's files must lie where
        every executor can read them under the same path.

    Returns
    -------
    Evaluator
        It may raise what every evaluator may, and EngineFailed: "engine spark must evaluate ...; got ..."
    """
    return partial(_evaluate_each, session)


def _evaluate_each(
    session: SparkSession,
    snapshot: Snapshot,
    cutoffs: Sequence[int],
    catalogue: Catalogue,
    *,
    customers: Collection[str] | None = None,
) -> Iterator[FeatureTable]:
    """Evaluate one cutoff after another, so that only one is held in memory."""
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    own, size = own_session(session, snapshot)
    try:
        with events_until(own, snapshot, max(cutoffs, default=0), customers, size) as (
            recorded,
            stand,
        ):
            absent = catalogue.absent(recorded)
            for cutoff in cutoffs:
                stand(cutoff)
                found = own.sql(spark_statement(catalogue), args={"cutoff": cutoff}).toArrow()
                yield finished(found.sort_by("customer"), cutoff, catalogue, absent)
    except (Py4JError, PySparkException) as error:
        raise EngineFailed(f"evaluate {snapshot.tenant} at its cutoffs", error) from error


def own_session(session: SparkSession, snapshot: Snapshot) -> tuple[SparkSession, int]:
    """Open a session beside one that was given, with our rules; and say how many partitions a snapshot takes."""
    own = session.newSession()
    size = max(session.sparkContext.defaultParallelism, -(-snapshot.events // EVENTS_PER_PARTITION))
    for name, value in {**_RULES, "spark.sql.shuffle.partitions": str(size)}.items():
        own.conf.set(name, value)
    return own, size


@contextmanager
def events_until(
    own: SparkSession,
    snapshot: Snapshot,
    before: int,
    customers: Collection[str] | None,
    size: int,
) -> Iterator[tuple[set[str], Callable[[int], None]]]:
    """Keep the events known before an instant at hand, by customer.

    Yields
    ------
    (set of str, callable)
        The types recorded before it; and what leaves in the view of events what was not annulled before a cutoff.
    """
    rows = own.read.schema(event_columns()).parquet(*map(str, snapshot.files))
    types = rows.where(f"recorded_at < {before}").select("type").distinct().toArrow()
    events = _events(own, rows, before, customers).repartition(size, "customer").persist()
    events.createOrReplaceTempView("event")
    own.sql(
        "SELECT customer, MIN(GREATEST(recorded_at, occurred_at)) AS known_from FROM event GROUP BY customer"
    ).createOrReplaceTempView("customer")
    recorded = set(types.column("type").to_pylist())

    def stand(cutoff: int) -> None:
        if ANNULLED in recorded:
            known = f"type = '{ANNULLED}' AND recorded_at < {cutoff} AND occurred_at < {cutoff}"
            gone = rows.where(known).selectExpr("value AS id")
            events.join(gone, "id", "left_anti").createOrReplaceTempView("event")

    try:
        yield recorded, stand
    finally:
        events.unpersist()


def _events(
    own: SparkSession, rows: DataFrame, before: int, customers: Collection[str] | None
) -> DataFrame:
    """The events of customers, or of those chosen, that are known before an instant."""
    if customers is not None:
        wanted = own.createDataFrame(pa.table({"customer_id": pa.array(customers, pa.string())}))
        rows = rows.join(wanted.distinct(), "customer_id", "left_semi")
    known = f"customer_id IS NOT NULL AND recorded_at < {before} AND occurred_at < {before}"
    return rows.where(known).withColumnRenamed("customer_id", "customer")


def finished(
    found: pa.Table, cutoff: int, catalogue: Catalogue, absent: tuple[str, ...]
) -> FeatureTable:
    """Turn the partial aggregates of a cutoff into values."""
    shape = found.num_rows, len(catalogue.partials)
    partials: npt.NDArray[np.int64] = np.zeros(shape, dtype=np.int64)
    missing: npt.NDArray[np.bool_] = np.zeros(shape, dtype=np.bool_)
    for place in range(len(catalogue.partials)):
        column = found.column(f"s{place}")
        partials[:, place] = _compute.fill_null(column, 0).to_numpy()
        missing[:, place] = _compute.is_null(column).to_numpy()
    return FeatureTable(
        customer_ids=[str(customer) for customer in found.column("customer").to_pylist()],
        cutoffs=np.full(found.num_rows, cutoff, dtype=np.int64),
        values=finish(catalogue, partials, missing),
        names=catalogue.names,
        absent=absent,
    )
