"""Where the pieces are put together: settings, the `bellwether` command line, the notebook runner.

Start with `settings` (where things lie), `notebook` (what a notebook's second and last cell call), `runs`
(how a notebook is run unattended) and `cli` (the commands).
"""
