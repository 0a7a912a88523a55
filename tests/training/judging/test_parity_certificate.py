"""The parity certificate: it holds on equal bits and refuses one bit of difference."""

from __future__ import annotations

import json

import numpy as np
import pytest
from numpy.typing import NDArray

from scoring.decisions import decide
from scoring.package import Package
from training.fitting.candidates import Fitted
from training.fitting.dataset import Dataset
from training.judging.parity_certificate import Certificate, compare_batch_and_online, sample
from training.publishing.export import export_package

Floats = NDArray[np.float64]


@pytest.fixture(scope="module")
def package(dataset: Dataset, fitted: Fitted) -> Package:
    return export_package(dataset, fitted)


@pytest.fixture
def values(dataset: Dataset, package: Package) -> Floats:
    return dataset.test[list(package.names)].to_numpy(float)[:40]


def certified(package: Package, batch: Floats, online: Floats) -> Certificate:
    customers = [f"customer {place}" for place in range(len(batch))]
    return compare_batch_and_online(package, customers, batch, online, snapshot="ab", as_of=1)


def test_equal_bits_hold_missing_values_included(package: Package, values: Floats) -> None:
    assert np.isnan(values).any()
    certificate = certified(package, values, values.copy())
    assert certificate.holds
    assert certificate.text == (
        f"batch and online agree to the bit on 40 customers, {values.size:,} feature values and 40 answers"
    )
    assert json.loads(json.dumps(certificate.as_dict()))["holds"] is True


def test_one_bit_of_one_value_refuses_and_is_named(package: Package, values: Floats) -> None:
    online = values.copy()
    online[7, 2] = np.nextafter(online[7, 2], np.inf)
    certificate = certified(package, values, online)
    assert not certificate.holds
    assert certificate.examples[0].customer_id == "customer 7"
    assert certificate.examples[0].what == package.names[2]
    assert "must agree to the bit" in certificate.text


@pytest.mark.parametrize(("batch", "online"), [(0.0, -0.0), (1.0, np.nan), (np.nan, 0.0)])
def test_signs_of_zero_and_missing_values_count(
    package: Package, values: Floats, batch: float, online: float
) -> None:
    one, other = values.copy(), values.copy()
    one[3, 0], other[3, 0] = batch, online
    assert not certified(package, one, other).holds


def test_an_answer_that_depends_on_its_company_refuses(package: Package, values: Floats) -> None:
    def careless(package: Package, row: Floats) -> object:
        return decide(package, row * (1 + 1e-15))

    certificate = compare_batch_and_online(
        package,
        [str(place) for place in range(len(values))],
        values,
        values,
        snapshot="ab",
        as_of=1,
        decide_online=careless,
    )
    assert not certificate.holds
    assert {example.what for example in certificate.examples} == {"answer"}
    assert len(certificate.examples) == 5


def test_nobody_compared_certifies_nothing(package: Package, values: Floats) -> None:
    certificate = certified(package, values[:0], values[:0])
    assert not certificate.holds
    assert "at least one customer" in certificate.text


def test_the_sample_is_always_the_same_and_looks_random() -> None:
    customers = [f"{place:032x}" for place in range(1000)]
    chosen = sample(customers, 200)
    assert chosen == sample(customers, 200) == sorted(chosen)
    assert len(set(chosen)) == 200
    assert 400 < np.mean(chosen) < 600
    assert sample(customers[:3], 200) == [0, 1, 2]
