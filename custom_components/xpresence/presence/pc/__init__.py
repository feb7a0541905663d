"""What PC entities say, and which of it is believed."""
