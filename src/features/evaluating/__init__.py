"""From declarations to values: DuckDB, Spark and plain Python, and the one arithmetic that finishes them."""
