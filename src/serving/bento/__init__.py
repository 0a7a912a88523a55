"""The Bento: the application, what BentoML serves of it, and how it is built."""
