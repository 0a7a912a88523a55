"""From a question to an answer that is kept with its origin; no HTTP."""
