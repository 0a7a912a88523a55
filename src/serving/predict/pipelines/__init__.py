"""Pipelines that are served as they are: by a process of their own, which may load scikit-learn."""
