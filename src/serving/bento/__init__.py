"""The Bento: what BentoML serves, and how it is built."""
