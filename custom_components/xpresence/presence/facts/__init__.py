"""Facts computed from observed entity states."""
