"""Calendar sources and groupware clients; no Home Assistant."""
