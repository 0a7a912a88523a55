"""What a ranking package holds: products, how each sells, what is bought with it, and the blend."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

import numpy as np

from scoring.ranking import Blend, ProductLinks, RankingPackage
from scoring.sealing import Arrays

_PER_PRODUCT = ("popularity", "rising", "again", "buyers")
_OF_LINKS = tuple(field.name for field in fields(ProductLinks))


def contents(package: RankingPackage) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what a package holds, but for how it is laid out on disk.

    Parameters
    ----------
    package : RankingPackage

    Returns
    -------
    tuple of dict and dict
        Plain content, and arrays by name.
    """
    arrays: dict[str, Any] = {"products": np.array(package.products, dtype=np.str_)}
    arrays |= {name: getattr(package, name) for name in _PER_PRODUCT}
    arrays |= {f"links.{name}": getattr(package.links, name) for name in _OF_LINKS}
    content = {
        "name": package.name,
        "version": package.version,
        "blend": asdict(package.blend),
        "validation": dict(package.validation),
        "card": dict(package.card),
        "trained_on": dict(package.trained_on),
    }
    return content, arrays


def read(content: Mapping[str, Any], arrays: Arrays) -> RankingPackage:
    """Make a package of what was read of its files.

    Parameters
    ----------
    content : mapping
        As `contents` gives it.
    arrays : mapping of str to array

    Returns
    -------
    RankingPackage
        Equal in every bit to what was written.
    """
    return RankingPackage(
        name=content["name"],
        version=content["version"],
        products=tuple(arrays["products"].tolist()),
        links=ProductLinks(**{name: arrays[f"links.{name}"] for name in _OF_LINKS}),
        blend=Blend(**content["blend"]),
        validation=content["validation"],
        card=content["card"],
        trained_on=content["trained_on"],
        **{name: arrays[name] for name in _PER_PRODUCT},
    )
