"""Auctions of a file, closed anew by our own rules."""
