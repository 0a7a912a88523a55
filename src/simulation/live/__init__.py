"""A shop that really happens: what the simulator's customers mean to do is done, through the shop's own workflows.

`simulation.live.simulation.simulate_live` plays it. The `script` says who means to do what and when; the `stage` is
the shop in which it happens; `buying` and `selling` are the acts.
"""
