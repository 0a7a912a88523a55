"""The decision package: how a fitted model is written down, read, scored and explained.

Start with `package` (what a package holds), `files` (how it lies on disk), `scorer` (the one scorer) and
`decisions` (the whole answer for a customer). `tree_tables` and `components` are the arithmetic below;
`rules`, `scale`, `wording` and `reasons` turn numbers into what people read. Needs numpy only.
"""
