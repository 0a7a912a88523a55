"""The HTTP API: one router per resource, one shape of refusal, its own document."""
