"""The dataset a model learns from, and the candidates fitted on it."""
