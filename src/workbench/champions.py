"""Which package answers for a tenant's model: the champion, or where it cannot be used, the last one that can."""

from __future__ import annotations

from features.catalogue import CATALOGUE
from scoring.any_package import AnyPackage
from scoring.errors import PackageNotFound, ScoringError
from scoring.files import as_kind
from scoring.package import Package, check_outputs
from scoring.promotions import usable
from workbench.errors import ChampionUnusable
from workbench.notebook import Bench


def answering(bench: Bench, model: str) -> tuple[Package, str]:
    """Give the package that answers.

    Parameters
    ----------
    bench : Bench
    model : str
        "churn".

    Returns
    -------
    tuple of Package and str
        With a sentence on the champion where another version answers instead of it; empty otherwise.

    Raises
    ------
    PackageNotFound
        "model 'demo.churn' must have a published package; got none in ..."
    ChampionUnusable
        "model demo.churn must have a version that can be used; got none: ...". A run leaves the step out.
    """
    slug = bench.tenant.slug
    try:
        return usable(bench.settings.packages, slug, model, _checked)
    except PackageNotFound:
        raise
    except (ScoringError, OSError) as error:
        raise ChampionUnusable(slug, model, str(error)) from error


def _checked(package: AnyPackage) -> Package:
    """Refuse what is not binary, or was trained on features declared otherwise."""
    binary = as_kind(package, Package)
    check_outputs(binary, CATALOGUE)
    return binary
