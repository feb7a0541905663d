"""3CX, version 20: its configuration interface (XAPI)."""
