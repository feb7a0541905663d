"""A Domino server that keeps to the vendor's definitions, and what is read of it."""
