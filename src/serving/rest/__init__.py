"""The HTTP API: thin routes, one shape of refusal, its own document."""
