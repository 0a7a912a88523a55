"""Who is to know of what happened: notifications of their own, and mail."""
