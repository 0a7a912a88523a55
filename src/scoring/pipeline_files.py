"""A pipeline's file is read, and asked: the one home of skops, for processes that may load scikit-learn.

Nothing is unpickled. skops makes only objects whose types it trusts, or that are named to it; what may be named is
decided here and not by the file, nor by what lies beside it: classes of scikit-learn and of SciPy's interpolation, for
these do nothing but hold numbers. A function, a class of another library, or one of the user's own would run whatever
it holds.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

from scoring.errors import UntrustedPipeline
from scoring.pipelines import PipelineField, Scalar, columns_of

if TYPE_CHECKING:
    import pandas as pd

_HOMES = ("sklearn", "scipy.interpolate")
"""Libraries, or parts of them, whose classes may be named."""
_HARMLESS = frozenset({"numpy.dtype"})
"""What skops does not trust by itself, and need not be named: it only says what an array holds."""

_COLUMN = {"int": "int64", "float": "float64", "bool": "bool", "text": "str"}
_OPTIONAL_COLUMN = {"int": "float64", "float": "float64", "bool": "object", "text": "str"}
"""How pandas holds a column of each type, with all its values and with gaps."""


def untrusted_types(file: bytes) -> tuple[str, ...]:
    """List the types that a file holds beyond those that are trusted by themselves.

    Raises
    ------
    UntrustedPipeline
        "pipeline must be a file that skops wrote; got ..."
    """
    import skops.io

    try:
        found = skops.io.get_untrusted_types(data=file)
    except Exception as error:
        raise _not_written(error) from error
    return tuple(name for name in found if name not in _HARMLESS)


def may_be_trusted(name: str) -> bool:
    """Whether a type may be named as trusted: a class of scikit-learn, found where its name says.

    Examples
    --------
    >>> may_be_trusted("sklearn.tree._tree.Tree"), may_be_trusted("sklearn.datasets._base.fetch_file")
    (True, False)
    >>> may_be_trusted("posix.system")
    False
    """
    module, _, short = name.rpartition(".")
    if not _is_at_home(module) or not all(part.isidentifier() for part in name.split(".")):
        return False
    if any(part.startswith("__") for part in name.split(".")):
        return False
    try:
        found = getattr(import_module(module), short, None)
    except ImportError:
        return False
    return isinstance(found, type) and _is_at_home(found.__module__)


def _is_at_home(module: str) -> bool:
    return any(module == home or module.startswith(f"{home}.") for home in _HOMES)


def load_pipeline(file: bytes, trusted: Collection[str]) -> Any:
    """Make the pipeline that a file holds.

    Parameters
    ----------
    file : bytes
    trusted : collection of str
        Types that whoever answers for the file named.

    Raises
    ------
    UntrustedPipeline
        Where the file holds a type that is not named, or one that may not be; or a step that opens files.
    """
    import skops.io

    found = untrusted_types(file)
    never = [name for name in found if not may_be_trusted(name)]
    if never:
        raise UntrustedPipeline(
            f"pipeline must be made of classes of scikit-learn; got {', '.join(never)}, which may run anything."
            " Put it together from scikit-learn's own steps, or of NumPy's ufuncs by FunctionTransformer."
        )
    unnamed = [name for name in found if name not in trusted]
    if unnamed:
        raise UntrustedPipeline(
            f"pipeline must hold types that are trusted; got {', '.join(unnamed)}, whose contents skops cannot check."
            " Where the file is your own, name them: "
            + " ".join(f"--trust {name}" for name in unnamed)
        )
    try:
        pipeline = skops.io.loads(file, trusted=[*found, *_HARMLESS])
    except Exception as error:
        raise _not_written(error) from error
    if _opens_files(pipeline):
        raise UntrustedPipeline(
            "pipeline must read nothing but its rows; got a vectorizer of files, which would open whatever a request"
            " names. Set input='content'."
        )
    return pipeline


def _opens_files(pipeline: Any) -> bool:
    """Whether a step takes texts for the names of files."""
    told = pipeline.get_params() if hasattr(pipeline, "get_params") else {}
    return any(
        name.rpartition("__")[2] == "input" and value in ("filename", "file")
        for name, value in told.items()
    )


def _not_written(error: Exception) -> UntrustedPipeline:
    return UntrustedPipeline(
        f"pipeline must be a file that skops wrote; got {type(error).__name__}: {str(error)[:200]}."
        " Log it again with serialization_format='skops'."
    )


def frame_of(fields: Sequence[PipelineField], rows: Sequence[Sequence[Scalar]]) -> pd.DataFrame:
    """Put rows into a frame, its columns typed as the fields say.

    Parameters
    ----------
    fields : sequence of PipelineField
    rows : sequence of sequence of str, int, float, bool or None
        As `scoring.pipelines.PipelinePackage.read_row` gives them.

    Returns
    -------
    DataFrame
    """
    import pandas as pd

    columns = columns_of(fields, rows)
    return pd.DataFrame(
        {
            each.name: pd.Series(
                columns[each.name],
                dtype=(_OPTIONAL_COLUMN if each.optional else _COLUMN)[each.dtype],
            )
            for each in fields
        }
    )


def probabilities(
    pipeline: Any, place: int, fields: Sequence[PipelineField], rows: Sequence[Sequence[Scalar]]
) -> list[float | str]:
    """Ask a pipeline about rows: all at once, or one by one where it does not take them all.

    Parameters
    ----------
    place : int
        Of the class whose probability is told.

    Returns
    -------
    list of float or str
        For each row its probability, or why the pipeline gave none.
    """
    if not rows:
        return []
    try:
        told = pipeline.predict_proba(frame_of(fields, rows))[:, place].tolist()
    except Exception as error:  # noqa: BLE001 (whatever is inside: who asked is told)
        if len(rows) > 1:
            return [each for row in rows for each in probabilities(pipeline, place, fields, [row])]
        return [f"{type(error).__name__}: {' '.join(str(error).split())[:200]}"]
    return [
        value if math.isfinite(value) and 0.0 <= value <= 1.0 else f"{value!r} for a probability"
        for value in told
    ]
