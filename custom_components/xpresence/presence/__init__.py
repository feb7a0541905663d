"""The rules of presence: pure, without Home Assistant, clock, chance or I/O."""
