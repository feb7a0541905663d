"""Facts from what was observed outside."""
