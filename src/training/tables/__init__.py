"""Models of a table that somebody brings: its columns judged, candidates compared, one exported, judged, published."""
