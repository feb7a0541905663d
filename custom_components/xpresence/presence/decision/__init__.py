"""Choosing the profile: the stack of claims, explained and simulated."""
