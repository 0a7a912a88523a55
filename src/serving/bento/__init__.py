"""The Bento: what BentoML serves of the application, and how it is built."""
