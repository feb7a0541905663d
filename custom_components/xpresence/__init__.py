"""xpresence."""
