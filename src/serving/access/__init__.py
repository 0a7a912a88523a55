"""Who is asking: credentials, what they open, for whose shop, and how often. Nothing here knows HTTP.

`gate.Gate` is the one door: it takes what was shown and gives a `Caller`, or refuses in a sentence.
"""
