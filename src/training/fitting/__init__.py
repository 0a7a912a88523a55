"""The rows a model learns from, and the candidates fitted on them."""
