"""Calendars by their own address: an iCalendar file (ICS), or a CalDAV collection.

Home Assistant's own calendars hand on neither free nor private, cancelled, declined
or categories; these do. The library ``caldav`` is not used: it sends requests by
clients of its own, which cannot be bounded as ``network`` bounds every other reader.
"""
