"""Bellwether as other services and notebooks see it: a client of the API, which needs nothing else of ours.

``from bellwether.client import Client``; what it answers is in `bellwether.answers`, what it raises in
`bellwether.errors`.
"""
