"""Phone systems behind one protocol; asyncio only, no Home Assistant."""
