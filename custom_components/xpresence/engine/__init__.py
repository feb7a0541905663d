"""A person's running state and the loops that act on it; owned by the coordinator."""
