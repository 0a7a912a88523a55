"""What every importer stands on: a file taken in, its rows staged and told apart, its records written in bulk.

In the order in which data pass: `intake`, `money_rows` (cells to row), `staging`, `master_data`, `writing`.
"""
