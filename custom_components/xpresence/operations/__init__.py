"""What a person may do: authorise, check, store. Every door ends here."""
