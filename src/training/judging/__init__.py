"""How good a model is, what its decisions are worth, and whether it may answer."""
