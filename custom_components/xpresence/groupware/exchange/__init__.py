"""Calendars on an Exchange Server of one's own, over Exchange Web Services (EWS).

``source.py`` is what others use. exchangelib is heavy and blocks, so only
``connection.py`` and ``failures.py`` know it, and both are imported in the executor
when a calendar is read for the first time.
"""
