"""What Home Assistant's entities say of a person's day."""
