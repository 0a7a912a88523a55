"""Whether values agree, how they are spread, and what became of declarations."""
