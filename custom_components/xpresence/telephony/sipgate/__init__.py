"""sipgate over its REST interface, version 2."""
