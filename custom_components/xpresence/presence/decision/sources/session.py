"""The PC, or the client on it, was started or has ended."""

from datetime import datetime

from ...datetimes import later
from ...model import Claim, Facts, Occasion, OccasionKind, Office, Person, Source
from ...pc.activity import running, session_changes
from .inactivity import ABSENCE
from .slot import Slot, earliest, exact


@exact
def claims(office: Office, person: Person, facts: Facts, now: datetime) -> Slot:
    """Return the profile of the start while it runs, that of the end afterwards."""
    said = running(facts.pc, office.health, now)
    changes = session_changes(facts.pc, office.health)
    if said is None:
        return Slot(change=earliest(changes, now))
    since = said.since
    if said.value:
        profile, reason = person.session.start_profile, "session_started"
        occasion = Occasion(OccasionKind.SESSION)
    else:
        since = later(since, office.health.restart)
        profile, reason = person.session.end_profile, "session_ended"
        occasion = ABSENCE
    if not profile:
        return Slot(change=earliest(changes, now))
    changes.append(since)
    claim = Claim(
        Source.SESSION,
        profile,
        key=f"{reason}@{said.since.isoformat()}",
        since=since,
        reason=reason,
        occasion=occasion,
    )
    return Slot((claim,) if since <= now else (), change=earliest(changes, now))
