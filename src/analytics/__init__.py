"""Questions about a period: a shop's records in, a small table out, the same for an endpoint, a page, an export.

A `mart.Mart` holds what the questions read; each family of questions is a module of plain functions over a `view.View`
of it. An answer is as of an instant: what was recorded, or happened, at that instant or later does not count, what was
annulled before it counts no more, and asked again it comes out the same.
"""
