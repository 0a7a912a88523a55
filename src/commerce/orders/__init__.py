"""What is bought: the cart, checkout, prices and tax, completion and cancellation."""
