"""Microsoft 365 against a sign-in and a Graph that keep to the contracts."""
