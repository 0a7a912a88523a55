"""From the shop to the door: couriers, and the proof that an order arrived."""
