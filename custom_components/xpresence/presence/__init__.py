"""The rules of presence: pure functions, no Home Assistant, clock, chance or files."""
