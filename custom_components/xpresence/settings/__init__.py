"""What is stored in config entry and subentries: reading, validation, defaults."""
