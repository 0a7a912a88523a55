"""The prediction log: answers lie in a file of this machine before they are given, until they are loaded in batches.

`writer` appends, `loader` loads into the record store, `segments` is the file, `entries` what stands in it.
"""
