"""The served decision: questions over HTTP, answered from the records and kept with their origin.

Start with `predictions` (a question becomes an answer), `packages` (which model answers, replaced while
running) and `scores` (every answer, kept for good). `api` puts them behind FastAPI, `service` inside BentoML;
`batch` scores everybody at once and `building` makes the Bento.
"""
