"""What a person may do: authorise, check, store. Every entry point calls these."""
