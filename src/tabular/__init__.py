"""Reading a stranger's table: CSV of any make or Parquet, its encoding, delimiter, header, numbers and times found out.

Knows nothing of commerce. Start with `tabular.table.open_table`; every refusal is a `tabular.errors.TableError`.
"""
