"""What a notebook calls: `open_bench` in its second cell, `training_frame` to explore, `finish` in its last.

The same two lines serve a person in JupyterLab, a scheduler with papermill and `bellwether run`: paths come
from the settings, never from the current directory, and nothing is recorded as done unless a run asked for it.

    bench = notebook.open_bench(tenant=tenant, as_of=as_of)
    frame = notebook.training_frame(bench, ["2025-06-01", "2025-09-01"], "churn")
    ...
    notebook.finish("5,120 customers, 120 features", bench=bench, outputs={"snapshot": snapshot.hash})
"""

from __future__ import annotations

# longer than modules are here: five functions that every notebook imports by one name, two thirds of it their
# docstrings, which people read in JupyterLab
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import ParameterError, ResultError
from workbench.records import open_records
from workbench.runs.alone import begin_alone, end_alone, is_scheduled
from workbench.runs.environment import RUN_FOLDER_VARIABLE
from workbench.runs.files import read_json, write_json
from workbench.runs.values import Kind, check_value
from workbench.settings import Settings

if TYPE_CHECKING:
    import pandas as pd
    from sqlalchemy import Engine

    from commerce.records.tenants import Tenant
    from features.declaring.declaration import Feature
    from features.labels import Label
    from training.publishing.tracking import Source
    from training.specs import ModelSpec

Instant = str | date | datetime | int
"""What names a cutoff: a date or an ISO text, where the tenant is, or microseconds since 1970 UTC."""

_NAMED = 3
"""How many of the features that were left out are named in print."""


@dataclass(frozen=True, kw_only=True)
class Bench:
    """Where a notebook stands: whose records, as of when, and where things lie.

    Parameters
    ----------
    settings : Settings
    engine : Engine
    tenant : Tenant
    as_of : datetime
        Nothing recorded at or after it is seen; aware, in UTC.
    now : datetime
        Wall time at which the notebook was opened.
    """

    settings: Settings
    engine: Engine
    tenant: Tenant
    as_of: datetime
    now: datetime

    @property
    def cutoff(self) -> int:
        """``as_of`` in microseconds since 1970, as the evaluators take it."""
        from commerce.records.instants import to_micros

        return to_micros(self.as_of)

    def spec(self, model: str) -> ModelSpec:
        """Give what a model is, with what the tenant decided about it.

        Parameters
        ----------
        model : str
            "churn", "credit" or another of `training.specs`.

        Returns
        -------
        ModelSpec
            The spec, and over it the settings kept with the tenant.

        Raises
        ------
        UnknownModel
            "model must be known; got ... Did you mean ...?"
        """
        from training.specs import find_spec
        from training.specs.decided import settled

        return settled(find_spec(model), self.tenant.settings)

    @property
    def day(self) -> date:
        """The day of ``as_of`` where the tenant is."""
        return self.as_of.astimezone(self.tenant.zone).date()

    @property
    def moment(self) -> str:
        """``as_of`` in words, where the tenant is."""
        return f"{self.as_of.astimezone(self.tenant.zone):%Y-%m-%d %H:%M} {self.tenant.zone.key}"

    def __repr__(self) -> str:
        return f"tenant {self.tenant.slug}, as of {self.moment}, home {self.settings.home}"


def open_bench(*, tenant: str, as_of: str | date | datetime | None = None) -> Bench:
    """Open the bench of a notebook.

    Parameters
    ----------
    tenant : str
    as_of : str, date, datetime or None
        A date means 00:00 where the tenant is, an instant without offset is in the tenant's zone, and None
        is the tenant's clock.

    Returns
    -------
    Bench

    Raises
    ------
    ParameterError
        "parameter 'as_of' must be an ISO date or instant; got ..."
    RecordError
        "as_of must not be later than ...; got ..."
    TenantNotFound
        "tenant must exist; got ... Did you mean ...?"
    """
    from commerce.records.database import reading
    from commerce.records.tenants import clock, find_tenant, settle_as_of

    check_value("tenant", tenant, Kind(name="str"))
    check_value("as_of", as_of, Kind(name="datetime", optional=True))
    settings = Settings.from_env(os.environ, Path.cwd())
    now = datetime.now(UTC)
    engine = open_records(settings)
    with reading(engine) as connection:
        found = find_tenant(connection, tenant)
        asked = as_of.isoformat() if isinstance(as_of, date) else as_of
        instant = settle_as_of(asked, found, clock(connection, found, now=now))
    _show_well()
    return Bench(settings=settings, engine=engine, tenant=found, as_of=instant, now=now)


def source_of(bench: Bench, name: str) -> Source:
    """Name a notebook as what trained, with the revision of the code.

    Parameters
    ----------
    bench : Bench
    name : str
        "20_train_model.ipynb".

    Returns
    -------
    Source
        Without a revision where the project is not under git.
    """
    from training.publishing.tracking import Source
    from workbench.versions import revision

    return Source(name=name, revision=revision(bench.settings.project))


def training_frame(
    tenant: str | Bench,
    cutoffs: Sequence[Instant],
    label: Label | str,
    features: Iterable[str | Feature] | None = None,
    *,
    horizon_days: int | None = None,
    keep_constant: bool = False,
) -> pd.DataFrame:
    """Give features at some cutoffs beside what came about after them, for a look around.

    Parameters
    ----------
    tenant : str or Bench
        Whose records: a slug, or what `open_bench` gave.
    cutoffs : sequence of str, date, datetime or int
        A date means 00:00 where the tenant is: ``["2011-03-11", "2011-06-10"]``; an int is epoch microseconds.
    label : Label or str
        ``"churn"``, ``"credit"``, or one declared on the spot.
    features : iterable of str or Feature, optional
        Names in the catalogue, and entries declared on the spot; the whole catalogue by default.
    horizon_days : int, optional
        Days, >= 1; the label's own by default.
    keep_constant : bool, default False
        Whether to keep features with one value, or none, in all the rows.

    Returns
    -------
    DataFrame of shape (n_rows, n_features + 3)
        ``customer_id``, ``cutoff`` (UTC), the features as float64, ``label`` (0 or 1): one row per cutoff and
        customer the label is about. How many features were left out because they are constant is printed;
        their names are in ``frame.attrs["constant"]``.

    Raises
    ------
    ParameterError
        "cutoff must lie 90 days before the end of the records, ...; got ...": what comes later is not known
        yet, and would count as not having happened.
    TenantNotFound
        "tenant must exist; got ... Did you mean ...?".
    UnknownFeature, DeclarationError
        As `features.frames.training_frame`.

    See Also
    --------
    features.frames.training_frame : The same from a snapshot, without a tenant's settings.

    Examples
    --------
    >>> from features.declaring.declaration import DAYS, count, source
    >>> bids = count(source("auction.bid"), name="bids", windows=DAYS(60), description="Bids made.")
    >>> frame = training_frame("gifts", ["2011-03-11", "2011-06-10"], "churn", [bids, "orders_90d"])
    ... # doctest: +SKIP
    """
    from commerce.records.instants import DAY, from_micros
    from features import frames
    from features.labels import find_label
    from features.snapshots.snapshot import take_snapshot

    bench = tenant if isinstance(tenant, Bench) else open_bench(tenant=tenant)
    about = find_label(label) if isinstance(label, str) else label
    days = horizon_days or about.horizon_days
    at = [_cutoff(given, bench) for given in cutoffs]
    for given, instant in zip(cutoffs, at, strict=True):
        if instant + days * DAY > bench.cutoff:
            latest = from_micros(bench.cutoff - days * DAY).astimezone(bench.tenant.zone)
            raise ParameterError(
                f"cutoff must lie {days} days before the end of the records, {bench.moment};"
                f" got {str(given)!r}. The latest is {latest:%Y-%m-%d %H:%M}."
            )
    copy = take_snapshot(bench.engine, bench.tenant, bench.settings.snapshots)
    if bench is not tenant:
        bench.engine.dispose()
    frame = frames.training_frame(
        copy, at, about, features, days, known_before=bench.cutoff, keep_constant=keep_constant
    )
    if constant := frame.attrs["constant"]:
        asked = len(constant) + len(frame.columns) - len([*frames.KEYS, frames.LABEL])
        named = ", ".join([*constant[:_NAMED], *(["..."] if len(constant) > _NAMED else [])])
        print(
            f"{len(constant)} of {asked} features left out, as they do not vary here: {named}"
            ' (frame.attrs["constant"]). keep_constant=True keeps them.'
        )
    return frame


def _cutoff(given: Instant, bench: Bench) -> int:
    """Read the instant a cutoff names."""
    from commerce.records.instants import parse_as_of, to_micros

    if isinstance(given, int):
        return given
    text = given if isinstance(given, str) else given.isoformat()
    return to_micros(parse_as_of(text, bench.tenant.zone))


def _show_well() -> None:
    """Let a kernel show figures as PNG and tables whole; does nothing outside of one."""
    import pandas as pd
    from IPython.core.getipython import get_ipython
    from IPython.core.pylabtools import select_figure_formats

    if (shell := get_ipython()) is not None:
        select_figure_formats(shell, {"png"})  # type: ignore[no-untyped-call]
        pd.set_option("display.max_colwidth", None)
        pd.set_option("display.max_rows", 200)


def finish(
    headline: str,
    *,
    bench: Bench | None = None,
    decision: str = "",
    data_hash: str = "",
    outputs: Mapping[str, Any] | None = None,
    figures: Mapping[str, Any] | None = None,
    files: Iterable[Path] = (),
    name: str = "",
) -> None:
    """Record that a notebook came to its end; the only proof a run accepts.

    Parameters
    ----------
    headline : str
        One line for people: what was done, with its figures.
    bench : Bench, optional
    decision : str
        What stands in the box on top of the page; the headline where empty.
    data_hash : str
    outputs : mapping, optional
        What later steps build on; they run again when it changes. JSON only.
    figures : mapping, optional
        Numbers for the tables of the command line. JSON only, no NaN.
    files : iterable of Path
        What was made and must still be there for the run to count as up to date.
    name : str
        The notebook's own, "20_train_model": one that a scheduler runs with papermill alone is listed by it among
        the runs.

    Raises
    ------
    ResultError
        "result must be JSON without NaN; got ..." or "file must exist; got ..."
    """
    kept = [str(Path(file).resolve()) for file in files]
    for each in kept:
        if not Path(each).exists():
            raise ResultError(
                f"file of a result must exist; got {each!r}. Write it before finishing."
            )
    print(headline)
    named, request = os.environ.get(RUN_FOLDER_VARIABLE), None
    if named:
        folder = Path(named)
        request = read_json(folder / "request.json")
    elif name and bench and is_scheduled(os.environ):
        folder, request = begin_alone(name, bench)
    else:
        return
    if request is None:
        raise ParameterError(
            f"{RUN_FOLDER_VARIABLE} must be the folder of a run; got {named!r}. Unset it, or use"
            " `bellwether notebook`."
        )
    result = {
        "run_id": request["run_id"],
        "key": request["key"],
        "headline": headline,
        "decision": decision,
        "data_hash": data_hash,
        "as_of": bench.as_of.isoformat() if bench else "",
        "as_of_text": bench.moment if bench else "",
        "as_of_date": bench.day.isoformat() if bench else "",
        "outputs": dict(outputs or {}),
        "figures": dict(figures or {}),
        "files": kept,
        "finished_at": datetime.now(UTC).isoformat(),
    }
    try:
        write_json(folder / "result.json", result)
    except (TypeError, ValueError) as error:
        raise ResultError(
            f"result must be JSON without NaN; got {error}. Convert numbers with int() or float(), and"
            " give None where there is none."
        ) from error
    if bench and not named:
        end_alone(folder, request, bench)
