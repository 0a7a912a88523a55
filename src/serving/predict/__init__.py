"""From a request to an answer that is kept with its origin; no HTTP."""
