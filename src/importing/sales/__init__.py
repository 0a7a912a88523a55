"""Sales lines of any shop, as orders, payments and returns."""
