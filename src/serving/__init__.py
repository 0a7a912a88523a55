"""The served decision: requests over HTTP, answered from the records and kept with their origin.

Start with `predict.answers` (a request becomes an answer), `predict.packages` (which model answers, replaced
while running) and `predict.scores` (every answer, kept for good). `rest` has a router per resource, `pages` what
people look at; `app` puts them together. `bento.server` is one process that answers, `bento.service` has BentoML
start it, and `bento.building` makes the Bento. `predict.nightly` scores everybody at once.
"""
