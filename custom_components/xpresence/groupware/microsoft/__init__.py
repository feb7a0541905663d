"""Microsoft 365: sign-in, Graph, the Outlook calendar and Teams; no Home Assistant."""
