"""The PC, or the client on it, was started or has ended."""

from datetime import datetime

from ..activity import believed, speaks_until
from ..model import Claim, Facts, Office, Person, Source
from ..moments import later
from .slot import NOTHING, Slot, earliest, exact


@exact
def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return the profile of the start while it runs, that of the end afterwards."""
    said = believed(facts.pc.running, office.health, now)
    if said is None:
        return NOTHING
    changes = [speaks_until(said, office.health)]
    since = said.since
    if said.value:
        profile, reason = person.session.start_profile, "session_started"
    else:
        # A restart of the PC is no end of the day.
        since = later(since, office.health.hold)
        profile, reason = person.session.end_profile, "session_ended"
    if not profile:
        return Slot()
    changes.append(since)
    claim = Claim(
        Source.SESSION,
        profile,
        key=f"{reason}@{said.since.isoformat()}",
        since=since,
        reason=reason,
    )
    return Slot((claim,) if since <= now else (), change=earliest(changes, now))
