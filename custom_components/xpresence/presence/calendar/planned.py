"""Presence that a person planned by hand: an appointment without creator."""

from dataclasses import dataclass
from datetime import datetime

from .appointments import Appointment


@dataclass(frozen=True, slots=True)
class PlannedPresence:
    """A profile for a time to come. ``by`` is an opaque id, never shown."""

    uid: str
    start: datetime
    end: datetime
    profile: str
    info_text: str | None = None
    name: str | None = None
    """What the person calls it; shown like an appointment's subject."""
    by: str | None = None

    @property
    def appointment(self) -> Appointment:
        """Return it as it stands in the calendar's slot: without a creator."""
        return Appointment(
            self.uid,
            self.start,
            self.end,
            subject=self.name or "",
            profile=self.profile,
            info_text=self.info_text,
        )
