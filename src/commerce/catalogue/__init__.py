"""What a shop sells: categories, products with their variants, promotions."""
