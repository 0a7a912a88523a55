"""What questions about a period cost, beside the same ones in hand-written DuckDB."""
