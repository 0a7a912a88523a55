"""How good the models are: on a real shop and on a simulated one, beside what anybody would try first."""
