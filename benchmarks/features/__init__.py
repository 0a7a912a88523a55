"""What features cost, against what an analyst would write by hand; run ``python -m benchmarks.features``."""
