"""From a fitted model to a published decision package, its card and its registered version."""
