"""Auctions: what a bid does to the price, and who wins."""
