"""The kinds of calendars that a person may have: one file a kind.

A kind says how its source is built; the settings page that asks for it is the step
named ``calendar_`` and its key, in a file of its own in ``flows/``.
"""

from collections.abc import Mapping
from typing import Final

from ..settings import CalendarSettings, calendars_of
from . import caldav, exchange, home_assistant, ics, notes, outlook
from .kind import CalendarType

CALENDAR_TYPES: Final[Mapping[str, CalendarType]] = {
    kind.key: kind
    for kind in (
        home_assistant.TYPE,
        outlook.TYPE,
        exchange.TYPE,
        notes.TYPE,
        caldav.TYPE,
        ics.TYPE,
    )
}
"""Every kind there is, in the order of the settings page."""

__all__ = ["CALENDAR_TYPES", "CalendarSettings", "CalendarType", "calendars_of"]
