"""Models of tables beside what anybody would try first, in the same folds."""
