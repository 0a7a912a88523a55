"""Who moves money for the shop: the embedded provider, and Stripe."""
