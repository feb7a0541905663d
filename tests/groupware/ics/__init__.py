"""Tests of how iCalendar texts are read."""
