"""Microsoft Teams: mapping of statuses, and telling echoes from changes."""
