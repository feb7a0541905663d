"""iCalendar texts (RFC 5545), of whatever program: read event by event.

Every calendar program writes its own dialect, and one bad event must not cost the
others: ``components`` cuts a text into events, ``values`` reads their properties,
``series`` expands what recurs, ``events`` makes appointments of it. The library
``icalendar``, which Home Assistant's CalDAV integration uses too, reads lines and time
zones; it is imported when a calendar is read, in a thread.
"""
