"""From feature tables to a published decision package.

Start with `specs` (which models there are) and `experiment` (the steps notebook 20 takes, one call each).
`schedule` chooses cutoffs, `estimators` and `fitting` fit, `export` writes a fitted model down as a package,
`evaluation`, `gates` and `certificate` judge it, `tracking` keeps what happened, `plots` draws it.
"""
