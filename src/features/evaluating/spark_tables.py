"""What is worked out of features customer by customer, by Spark's executors, and written by them as Parquet.

Guarantees: nothing of it passes through the driver, so it may be larger than a machine; what is worked out sees the
bits that every other evaluator gives. Executors run Python here, which must be the driver's, with Bellwether installed.
"""

from __future__ import annotations

import shutil
import sys
import uuid
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa

from features.declaring.compilation import Catalogue
from features.errors import EngineFailed
from features.evaluating.spark_evaluator import events_until, finished, own_session, untroubled
from features.evaluating.spark_sql import spark_statement
from features.evaluating.table import FeatureTable
from features.snapshots.snapshot import Snapshot

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

Columns = Mapping[str, type[str] | type[float] | type[int]]
Work = Callable[[FeatureTable], dict[str, list[Any]]]

ROWS_AT_ONCE = 10_000
"""Customers whose features an executor holds at once."""

_KINDS: Mapping[type, tuple[str, pa.DataType]] = {
    str: ("STRING", pa.string()),
    float: ("DOUBLE", pa.float64()),
    int: ("BIGINT", pa.int64()),
}


def write_table(
    session: SparkSession,
    snapshot: Snapshot,
    cutoff: int,
    catalogue: Catalogue,
    *,
    work: Work,
    columns: Columns,
    names: Mapping[str, str],
    target: Path,
) -> int:
    """Work something out of the features of every customer known at a cutoff, and write it.

    Parameters
    ----------
    session : SparkSession
        Any, as :func:`features.evaluating.spark_evaluator.evaluator` takes it.
    snapshot : Snapshot
    cutoff : int
        Epoch microseconds.
    catalogue : Catalogue
    work : callable
        Given some customers' features, gives columns of as many values. It is sent to the executors.
    columns : mapping of str to type
        What it gives, ``customer_id`` among them: str, float or int.
    names : mapping of str to str
        What to call customers in the first column, ``customer``, which is written in the place of ``customer_id``; by
        their 32 hex digits.
    target : Path
        The folder of Parquet files to write, whole or not at all; it lies where the driver and every executor find it
        under the same path. One that is there is replaced. Its rows are in no order.

    Returns
    -------
    int
        How many rows were written.

    Raises
    ------
    EngineFailed
        "engine spark must write a table of ...; got ..."
    """
    from py4j.protocol import Py4JError
    from pyspark.errors import PySparkException

    own, size = own_session(session, snapshot)
    own.conf.set("spark.sql.execution.arrow.maxRecordsPerBatch", str(ROWS_AT_ONCE))
    own.sparkContext.pythonExec = _python(session)
    schema = pa.schema([(name, _KINDS[kind][1]) for name, kind in columns.items()])
    declared = ", ".join(f"{name} {_KINDS[kind][0]}" for name, kind in columns.items())
    unfinished = target.parent / f".{target.name}.{uuid.uuid4().hex}"
    try:
        with untroubled(), events_until(own, snapshot, cutoff, None, size) as (recorded, stand):
            stand(cutoff)
            absent = catalogue.absent(recorded)

            def worked(batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
                for batch in batches:
                    if batch.num_rows:
                        part = pa.Table.from_batches([batch])
                        found = work(finished(part, cutoff, catalogue, absent))
                        yield pa.RecordBatch.from_pydict(found, schema=schema)

            partials = own.sql(spark_statement(catalogue), args={"cutoff": cutoff})
            made = partials.mapInArrow(worked, declared)
            known = own.createDataFrame(
                pa.table({"customer_id": list(names), "customer": list(names.values())})
            )
            told = made.join(known, "customer_id", "left")
            told.select(
                "customer", *(each for each in columns if each != "customer_id")
            ).write.parquet(str(unfinished))
            rows: int = own.read.parquet(str(unfinished)).count()
        shutil.rmtree(target, ignore_errors=True)
        unfinished.rename(target)
    except (Py4JError, PySparkException) as error:
        raise EngineFailed(f"write a table of {snapshot.tenant}", error) from error
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
    return rows


def _python(session: SparkSession) -> str:
    """Name the Python that executors run: the one that Spark was told of, else this one."""
    told = session.sparkContext.getConf().get("spark.pyspark.python")
    return told or sys.executable
