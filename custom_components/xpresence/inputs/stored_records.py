"""Every kind of record that the journal of a phone system holds."""

from collections.abc import Mapping
from typing import Final

from ..engine.history import HISTORY, tier_from_record
from ..engine.record_types import Each, Fields, RecordType, Whole
from ..engine.serialization import PERSON
from ..presence.teams.serialization import FIELDS as TEAMS
from ..telephony.registry import MEMORY_FIELDS, read_memory
from .calendars.planned import planned_from_record
from .calendars.serialization import from_record as calendar_from_record
from .serialization import PC, rule_from_record

RECORD_TYPES: Final[Mapping[str, RecordType]] = {
    "": PERSON,
    "calendars": Each(
        Whole(
            lambda record: calendar_from_record(record, ""),
            frozenset({"read_at", "coming"}),
        )
    ),
    HISTORY: Whole(tier_from_record, frozenset({"tier"})),
    "lines": Each(Whole(read_memory, MEMORY_FIELDS)),
    "pc": Fields(PC),
    "planned": Whole(
        lambda record: planned_from_record("", record),
        frozenset({"start", "end", "profile", "info_text", "by"}),
    ),
    "rules": Each(Whole(rule_from_record, frozenset({"about", "met"}))),
    "teams": Fields(TEAMS),
}
"""What a key says behind the person's id: nothing for their own record, "pc" …

What is nobody's has the kind alone as its key.
"""
