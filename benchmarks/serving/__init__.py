"""What an answer costs over HTTP, beside the same model served as anybody would serve it."""
