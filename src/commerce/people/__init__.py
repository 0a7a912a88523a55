"""The people of a shop: who logs in, who buys, and what is noted about them."""
