"""What a ranking package holds: products, the links between them, and how sources are blended."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from scoring.ranking import Blend, ProductLinks, RankingPackage
from scoring.sealing import Arrays

_LINKS = ("links", "together")


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
    arrays: dict[str, Any] = {
        "products": np.array(package.products, dtype=np.str_),
        "popularity": package.popularity,
        "buyers": package.buyers,
    }
    for name in _LINKS:
        links: ProductLinks = getattr(package, name)
        arrays |= {
            f"{name}.starts": links.starts,
            f"{name}.products": links.products,
            f"{name}.values": links.values,
        }
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
    links = {
        name: ProductLinks(
            starts=arrays[f"{name}.starts"],
            products=arrays[f"{name}.products"],
            values=arrays[f"{name}.values"],
        )
        for name in _LINKS
    }
    return RankingPackage(
        name=content["name"],
        version=content["version"],
        products=tuple(arrays["products"].tolist()),
        popularity=arrays["popularity"],
        buyers=arrays["buyers"],
        blend=Blend(**content["blend"]),
        validation=content["validation"],
        card=content["card"],
        trained_on=content["trained_on"],
        **links,
    )
