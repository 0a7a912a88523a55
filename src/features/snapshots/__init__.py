"""Parquet copies of the stream: taken, named by their content, kept and pruned."""
