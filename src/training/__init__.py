"""From feature tables to a published decision package.

Start with `specs` (a module per model) and `experiment` (the steps notebook 20 takes, one call each). `fitting`
loads a dataset and fits the candidates on it, `judging` measures the exported package and holds it against
gates, `publishing` writes packages down, keeps what happened and publishes the champion.
"""
