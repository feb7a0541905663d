"""Tests of calendars by their own address."""
