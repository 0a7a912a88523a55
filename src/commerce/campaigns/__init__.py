"""Campaigns: who gets an offer, and who is left without one so that its effect can be told."""
