"""What the package of a pipeline holds: what it reads and what its answer means, and its file byte by byte."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

import numpy as np

from scoring.package import DecisionRule
from scoring.pipelines import PipelineField, PipelinePackage
from scoring.sealing import Arrays


def contents(package: PipelinePackage) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what a package holds, but for how it is laid out on disk.

    Parameters
    ----------
    package : PipelinePackage

    Returns
    -------
    tuple of dict and dict
        Plain content, and the bytes of the file as the array "skops".
    """
    content = {
        "name": package.name,
        "version": package.version,
        "fields": [asdict(each) for each in package.fields],
        "positive": package.positive,
        "place": package.place,
        "decision": asdict(package.decision),
        "trusted": list(package.trusted),
        "made_with": dict(package.made_with),
        "sha256": package.sha256,
        "validation": dict(package.validation),
        "card": dict(package.card),
        "trained_on": dict(package.trained_on),
    }
    return content, {"skops": np.frombuffer(package.skops, dtype=np.uint8)}


def read(content: Mapping[str, Any], arrays: Arrays) -> PipelinePackage:
    """Make a package of what was read of its files; the pipeline itself is not read.

    Parameters
    ----------
    content : mapping
        As `contents` gives it.
    arrays : mapping of str to array

    Returns
    -------
    PipelinePackage
        Equal to what was written.
    """
    return PipelinePackage(
        name=content["name"],
        version=content["version"],
        fields=tuple(PipelineField(**each) for each in content["fields"]),
        positive=content["positive"],
        place=content["place"],
        decision=DecisionRule(**content["decision"]),
        trusted=tuple(content["trusted"]),
        made_with=content["made_with"],
        sha256=content["sha256"],
        skops=arrays["skops"].tobytes(),
        validation=content["validation"],
        card=content["card"],
        trained_on=content["trained_on"],
    )
