"""The rules of presence: pure functions, no Home Assistant, clock, random or I/O."""
