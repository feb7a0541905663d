"""STARFACE: its REST interface."""
