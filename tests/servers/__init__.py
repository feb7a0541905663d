"""Calendars on servers of one's own, from the settings pages to the profile."""
