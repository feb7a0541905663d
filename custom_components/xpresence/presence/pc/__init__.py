"""States of a PC's entities: their meaning, and how long they are valid."""
