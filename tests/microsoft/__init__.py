"""Accounts at Microsoft inside Home Assistant, against a Microsoft of our own."""
