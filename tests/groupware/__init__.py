"""Calendars and groupware, without Home Assistant's pytest plugin."""
