"""The nine files of the Olist marketplace."""
