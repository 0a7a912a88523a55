"""Unattended runs of notebooks: contract, key, lock, one process each, verdict, pages, history.

`contract` reads what a notebook takes, `values` what a caller gives, `execution` runs one notebook and
`plan` strings the numbered ones together. Only this package knows papermill and nbconvert.
"""
